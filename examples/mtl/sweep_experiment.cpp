#include "sweep_experiment.hpp"

#include <cmath>
#include <filesystem>
#include <limits>
#include <numeric>
#include <system_error>

#include <mtl/data/prepare_options.hpp>
#include <mtl/eval/stopped.hpp>
#include <mtl/model/checkpoint.hpp>
#include <mtl/text/embedding_rows.hpp>
#include <mtl/text/pretrained_tokenizer.hpp>
#include <mtl/train/early_stopping.hpp>

#include "stop_signal.hpp"

namespace mtl::program {

namespace {

/// Throws Error unless the data were prepared with the tokenizer of this model.
void check_tokenizer(const StoredDataset& stored, const SweepSettings& settings) {
  std::string dictionary, digest;
  try {
    dictionary = stored.about.at("word-dic");
    digest = stored.about.at("tokenizer").at("digest");
  } catch (const nlohmann::json::exception& problem) {
    throw Error(fmt::format("{}/dataset.json: {}; likely cause: another version wrote it. Prepare it again",
                            settings.data, problem.what()));
  }
  const auto tokenizer = PretrainedTokenizer::load(settings.model, {.word_dictionary = dictionary});
  require_embedding_fits(settings.model, tokenizer);
  require(tokenizer.digest() == digest,
          "{}: data set {} was prepared with another tokenizer; prepare it again with --model {}",
          settings.model, settings.data, settings.model);
}

/// Throws Error unless the model can read every text.
void check_texts(const Dataset& dataset, const BertConfig& config, const std::string& model) {
  std::int32_t largest = 0;
  const auto most = static_cast<std::size_t>(config.longest_text());
  for (const auto& example : dataset.examples) {
    largest = std::max(largest, std::ranges::max(example.ids));
    require(example.ids.size() <= most,
            "{}: it reads at most {} tokens, but text '{}' of data set '{}' has {}; prepare the data with "
            "--max-pieces {}",
            model, most, example.id, dataset.name, example.ids.size(), most);
  }
  require(largest < config.vocabulary,
          "{}: token id {} of data set '{}' is beyond the {} rows of its embedding; likely cause: the data "
          "was prepared "
          "with another model's tokenizer",
          model, largest, dataset.name, config.vocabulary);
}

/// Where a sweep keeps its hidden states.
std::filesystem::path prefix_folder(const SweepSettings& settings) {
  return std::filesystem::path(settings.out) / "prefix";
}

/// About what a cell's results take on the disk: for each watched quantity the weights of two
/// encoder layers and the heads, and lists of what was predicted.
std::uint64_t bytes_of_cell(const BertConfig& config, std::size_t watches) {
  const auto hidden = static_cast<std::uint64_t>(config.hidden),
             wide = static_cast<std::uint64_t>(config.intermediate);
  const auto layer = 4 * hidden * hidden + 2 * hidden * wide + 9 * hidden + wide;
  constexpr std::uint64_t besides = 1 << 20;
  return watches * 2 * layer * sizeof(float) + besides;
}

/// What the cells that are left will write, asked while they are trained.
std::function<std::uint64_t()> bytes_of_results(const Experiment& experiment) {
  const auto of_cell = bytes_of_cell(experiment.config, experiment.settings.watch.size());
  return [&experiment, of_cell] { return experiment.cells_left * of_cell; };
}

/// The cache of hidden states below l, where it is wanted and has room; says in words what becomes of them.
std::string add_prefix_cache(Experiment& experiment, const BertBackbone& backbone, const PrefixNews& news) {
  const auto& settings = experiment.settings;
  const auto [on, limit] = parse_prefix_cache(settings.prefix_cache);
  if (settings.dropout_below) return "computed at every step, with dropout";
  if (!on) return "computed at every step";
  auto cache = std::make_shared<PrefixCache>(
      experiment.stored.dataset, PrefixCacheOptions{.folder = prefix_folder(settings),
                                                    .type = precision_named(settings.prefix_precision),
                                                    .limit = limit,
                                                    .reserve = bytes_of_results(experiment),
                                                    .say = news.say,
                                                    .on_progress = news.progress});
  const auto bytes = cache->bytes_of_layer(backbone);
  if (limit && bytes > *limit) {
    fmt::print(stderr,
               "--prefix-cache {}: one layer's hidden states take {} bytes; goes on without a cache\n",
               settings.prefix_cache, bytes);
    return "computed at every step";
  }
  experiment.cache = std::move(cache);
  return fmt::format("stored once for all folds, epochs and arms, as {}, where they could be",
                     settings.prefix_precision);
}

/// One more job, on a backbone of its own.
void add_job(Experiment& experiment, const std::shared_ptr<PretrainedBackbone>& backbone) {
  const auto& settings = experiment.settings;
  experiment.backbones.push_back(backbone);
  experiment.jobs.push_back(paper_arms(backbone, experiment.stored.dataset,
                                       {.lambda_main = settings.lambda_main,
                                        .lambda_sub = settings.lambda_sub,
                                        .head_dropout = settings.head_dropout,
                                        .auxiliary_rate = settings.rate_auxiliary,
                                        .dropout_below = settings.dropout_below},
                                       experiment.cache));
}

}  // namespace

void check_training(const SweepSettings& settings) {
  require(settings.batch > 0, "--batch {}: a step needs at least one text", settings.batch);
  for (const auto& [flag, lambda] :
       {std::pair{"--lambda-main", settings.lambda_main}, {"--lambda-sub", settings.lambda_sub}})
    require(lambda >= 0 && std::isfinite(lambda),
            "{} {}: a weight of a loss is 0 or more; a negative one would train against the task", flag,
            lambda);
  require(settings.epochs >= 0, "--epochs {}: 0 is no limit, a negative number means nothing",
          settings.epochs);
  for (const auto& [flag, rate] :
       {std::pair{"--rate-backbone", settings.rate_backbone}, {"--rate-heads", settings.rate_heads}})
    require(rate > 0 && rate < 1, "{} {}: a learning rate lies between 0 and 1", flag, rate);
  parse_prefix_cache(settings.prefix_cache);
  if (settings.jobs != "auto") parse_jobs(settings.jobs);
  require(settings.head_dropout >= 0 && settings.head_dropout < 1,
          "--head-dropout {}: a probability below 1 is wanted", settings.head_dropout);
  require(settings.rate_auxiliary >= 0 && settings.rate_auxiliary < 1,
          "--rate-auxiliary {}: a learning rate lies between 0 and 1; 0 is that of the other heads",
          settings.rate_auxiliary);
  for (const auto seed : settings.seeds)
    require(seed <= std::numeric_limits<std::int64_t>::max(),
            "--seeds: a seed lies between 0 and 2^63 - 1, and one given is negative or larger");
  for (const auto& watch : watches_of(settings.watch, settings.patience)) {
    const auto& quantity = watch.quantity();
    const auto head = quantity.find(':');
    require(head == std::string::npos || quantity.substr(head + 1) == main_head,
            "--watch {}: the single-task arm has the head {} alone", quantity, main_head);
  }
}

std::unique_ptr<Experiment> load_experiment(const SweepSettings& settings, const PrefixNews& news) {
  auto loaded = std::make_unique<Experiment>();
  Experiment& experiment = *loaded;
  experiment.settings = settings;
  experiment.stored = load_dataset(settings.data);
  const auto& folds = experiment.stored.folds;
  require(settings.folds >= 1, "--folds {}: at least one fold is run", settings.folds);
  require(settings.folds <= folds.k,
          "--folds {}: data set {} was divided into {} folds; prepare it with --folds {} for more",
          settings.folds, settings.data, folds.k, settings.folds);
  experiment.config = read_bert_config((std::filesystem::path(settings.model) / "config.json").string());
  const auto& config = experiment.config;
  PlanAxes axes{.layers = parse_layers(settings.layers, static_cast<int>(config.layers)),
                .seeds = settings.seeds};
  axes.folds.resize(static_cast<std::size_t>(settings.folds));
  std::iota(axes.folds.begin(), axes.folds.end(), 0);
  experiment.plan = make_plan(axes);
  check_tokenizer(experiment.stored, settings);
  check_texts(experiment.stored.dataset, config, settings.model);
  const auto backbone = load_bert(settings.model);
  backbone->set_engine({engine_named(settings.engine), precision_named(settings.precision)});
  experiment.computation = {.weights = weights_digest(settings.model), .engine = backbone->engine()};
  experiment.computation.frozen = add_prefix_cache(experiment, *backbone, news);
  add_job(experiment, std::make_shared<PretrainedBackbone>(backbone));
  return loaded;
}

void add_jobs(Experiment& experiment, std::size_t count) {
  while (experiment.jobs.size() < count) add_job(experiment, experiment.backbones.front()->another());
}

void remove_stored_states(const Experiment& experiment) {
  const auto folder = prefix_folder(experiment.settings);
  std::error_code unknown;
  if (experiment.cache)
    experiment.cache->clear();
  else if (std::filesystem::is_directory(folder, unknown))
    PrefixCache(experiment.stored.dataset, {.folder = folder}).clear();
}

TrainOptions train_options(const SweepSettings& settings) {
  return {.batch_size = settings.batch,
          .max_epochs = settings.epochs,
          .patience = settings.patience,
          .watch = settings.watch,
          .rates = {.backbone = settings.rate_backbone, .heads = settings.rate_heads},
          .should_stop = stop_requested};
}

}  // namespace mtl::program
