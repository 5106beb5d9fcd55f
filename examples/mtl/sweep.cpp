// `mtl sweep`: a prepared data set and a model in, the cells of a run out.
#include <mtl/detail/torch.hpp>

#include <ATen/Parallel.h>

#include <filesystem>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <set>

#include <torch/version.h>
#include <CLI/CLI.hpp>

#include <mtl/data/dataset_file.hpp>
#include <mtl/data/prepare_options.hpp>
#include <mtl/experiment/eta.hpp>
#include <mtl/experiment/measure_cost.hpp>
#include <mtl/experiment/run_folder.hpp>
#include <mtl/experiment/sweep.hpp>
#include <mtl/model/checkpoint.hpp>
#include <mtl/text/embedding_rows.hpp>
#include <mtl/train/early_stopping.hpp>
#include <mtl/version.hpp>

#include "commands.hpp"
#include "stop_signal.hpp"
#include "sweep_description.hpp"
#include "sweep_reporter.hpp"
#include "sweep_settings.hpp"

namespace mtl::program {

namespace {

/// Flags as they were given; what was not given comes from the profile.
struct SweepFlags {
  SweepSettings given;
  bool plan_only = false;
  std::vector<std::function<void(SweepSettings&)>> overrides;

  template <class Value>
  CLI::Option* add(CLI::App& command, const std::string& flag, Value SweepSettings::*member,
                   const std::string& help) {
    auto* const option = command.add_option(flag, given.*member, help);
    remember(option, member);
    return option;
  }

  template <class Value>
  void remember(const CLI::Option* option, Value SweepSettings::*member) {
    overrides.push_back([this, option, member](SweepSettings& settings) {
      if (option->count() > 0) settings.*member = given.*member;
    });
  }

  SweepSettings resolved() const {
    SweepSettings settings = profile(given.profile);
    for (const auto& override_with_flag : overrides) override_with_flag(settings);
    return settings;
  }
};

/// Everything a sweep works on, loaded and checked.
struct Experiment {
  SweepSettings settings = {};
  StoredDataset stored = {};
  std::shared_ptr<PretrainedBackbone> pretrained = nullptr;
  Computation computation = {};
  std::shared_ptr<PrefixCache> cache = nullptr;
  std::vector<Arm> arms = {};
  Plan plan = {};
};

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

/// What would otherwise be refused in the middle of the work, when the run folder has been written already.
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

/// The cache of hidden states below l, where it is wanted and has room; says in words what becomes of them.
std::string add_prefix_cache(Experiment& experiment, BertBackbone& backbone,
                             std::unique_ptr<SweepReporter>& reporter) {
  const auto& settings = experiment.settings;
  const auto [on, limit] = parse_prefix_cache(settings.prefix_cache);
  if (settings.dropout_below) return "computed at every step, with dropout";
  if (!on) return "computed at every step";
  auto cache = std::make_shared<PrefixCache>(
      experiment.stored.dataset,
      PrefixCacheOptions{.folder = std::filesystem::path(settings.out) / "prefix",
                         .type = precision_named(settings.prefix_precision),
                         .limit = limit,
                         .say = [&reporter](const std::string& line) { reporter->say(line); },
                         .on_progress =
                             [&reporter](int layer, std::size_t done, std::size_t all) {
                               reporter->prefix(layer, done, all);
                               stop_if(stop_requested);
                             }});
  const auto bytes = cache->bytes_of_layer(backbone);
  if (limit && bytes > *limit) {
    fmt::print(stderr,
               "--prefix-cache {}: one layer's hidden states take {} bytes; goes on without a cache\n",
               settings.prefix_cache, bytes);
    return "computed at every step";
  }
  experiment.cache = std::move(cache);
  return fmt::format("stored once for all folds, epochs and arms, as {}", settings.prefix_precision);
}

Experiment load_experiment(const SweepSettings& settings, std::unique_ptr<SweepReporter>& reporter) {
  Experiment experiment{.settings = settings, .stored = load_dataset(settings.data)};
  const auto& folds = experiment.stored.folds;
  require(settings.folds >= 1, "--folds {}: at least one fold is run", settings.folds);
  require(settings.folds <= folds.k,
          "--folds {}: data set {} was divided into {} folds; prepare it with --folds {} for more",
          settings.folds, settings.data, folds.k, settings.folds);
  const auto config = read_bert_config((std::filesystem::path(settings.model) / "config.json").string());
  PlanAxes axes{.layers = parse_layers(settings.layers, static_cast<int>(config.layers)),
                .seeds = settings.seeds};
  axes.folds.resize(static_cast<std::size_t>(settings.folds));
  std::iota(axes.folds.begin(), axes.folds.end(), 0);
  experiment.plan = make_plan(axes);
  check_texts(experiment.stored.dataset, config, settings.model);
  check_tokenizer(experiment.stored, settings);
  const auto backbone = load_bert(settings.model);
  backbone->set_engine({engine_named(settings.engine), precision_named(settings.precision)});
  experiment.computation = {.weights = weights_digest(settings.model), .engine = backbone->engine()};
  experiment.pretrained = std::make_shared<PretrainedBackbone>(backbone);
  experiment.computation.frozen = add_prefix_cache(experiment, *backbone, reporter);
  experiment.arms = paper_arms(experiment.pretrained, experiment.stored.dataset,
                               {.lambda_main = settings.lambda_main,
                                .lambda_sub = settings.lambda_sub,
                                .head_dropout = settings.head_dropout,
                                .auxiliary_rate = settings.rate_auxiliary,
                                .dropout_below = settings.dropout_below},
                               experiment.cache);
  return experiment;
}

TrainOptions train_options(const SweepSettings& settings) {
  return {.batch_size = settings.batch,
          .max_epochs = settings.epochs,
          .patience = settings.patience,
          .watch = settings.watch,
          .rates = {.backbone = settings.rate_backbone, .heads = settings.rate_heads},
          .should_stop = stop_requested};
}

void print_plan(const Experiment& experiment, const std::vector<PlannedCell>& planned, std::size_t found) {
  const auto& settings = experiment.settings;
  fmt::print(stderr, "plan: {} cells = {} arms x layers {} x {} folds x {} seeds; {} done, {} to train\n",
             planned.size(), experiment.arms.size(), settings.layers, settings.folds, settings.seeds.size(),
             found, planned.size() - found);
}

/// The options of all cells; what happens in them is told to the reporter.
SweepOptions sweep_options(const Experiment& experiment, std::unique_ptr<SweepReporter>& reporter) {
  const auto& settings = experiment.settings;
  const auto& engine = experiment.computation.engine;
  const nlohmann::json base{
      {"base_model", std::filesystem::absolute(settings.model).lexically_normal().string()},
      {"base_digest", experiment.computation.weights}};
  SweepOptions options{.train = train_options(settings),
                       .signature = experiment.computation.weights + ", " + describe(engine)};
  options.weights_metadata = {
      {"mtl", MTL_VERSION}, {"base", base.dump()}, {"preparation", experiment.stored.about.dump()}};
  options.environment = {
      {"mtl", MTL_VERSION}, {"libtorch", TORCH_VERSION}, {"threads", std::to_string(at::get_num_threads())}};
  options.environment["engine"] = describe(engine);
  if (engine.engine == Engine::Fast) options.environment["kernels"] = active_kernels();
  options.train.on_step = [&](int epoch, int step, int steps, double loss) {
    reporter->step(epoch, step, steps, loss);
  };
  options.train.on_epoch = [&](const EpochRecord& record) { reporter->epoch(record); };
  options.on_start = [&](const Cell& cell, TrainableModel& model) { reporter->start(cell, model); };
  options.on_done = [&](const CellResult& result) { reporter->done(result); };
  options.on_failure = [&](const Cell&, const std::string& why) { reporter->failed(why); };
  return options;
}

std::vector<PlannedCell> planned_cells(const Experiment& experiment, const Sweep& work) {
  std::vector<PlannedCell> planned;
  for (const Cell& cell : experiment.plan.cells) {
    const auto arm = std::ranges::find(experiment.arms, cell.arm, &Arm::name);
    planned.push_back({cell, work.digest(cell, *arm)});
  }
  return planned;
}

/// What cells of every arm take at every layer of the plan: measured at the lowest and the two highest, and
/// on the line between. Empty where not even a few steps can be trained.
std::vector<PredictedCost> predict_costs(const Experiment& experiment) {
  std::set<int> layers;
  for (const Cell& cell : experiment.plan.cells) layers.insert(cell.layer);
  const std::vector<int> rising(layers.begin(), layers.end());
  std::set<int> ends{rising.front(), rising.back(),
                     rising[rising.size() - std::min<std::size_t>(2, rising.size())]};
  const auto& stored = experiment.stored;
  std::vector<PredictedCost> costs;
  try {
    for (const auto& arm : experiment.arms) {
      std::vector<PredictedCost> measured;
      for (const int layer : ends)
        measured.push_back(measure_cost(arm, {arm.name, layer, 0, experiment.settings.seeds.front()},
                                        stored.dataset, stored.folds, train_options(experiment.settings),
                                        experiment.pretrained->config().hidden));
      std::ranges::copy(interpolate_costs(measured, rising), std::back_inserter(costs));
    }
  } catch (const TrainingFailed&) {
    return {};  // the cells will say so
  }
  return costs;
}

/// One line a layer, for the cells that are still to be trained.
void print_costs(const std::vector<PredictedCost>& costs, const std::vector<Cell>& waiting, int epochs) {
  struct Row {
    std::size_t cells = 0;
    double epoch_seconds = 0;
    std::int64_t peak_memory = 0;
  };
  std::map<int, Row> rows;
  for (const Cell& cell : waiting)
    if (const auto* cost = find_cost(costs, cell)) {
      Row& row = rows[cell.layer];
      ++row.cells;
      row.epoch_seconds += cost->epoch_seconds;
      row.peak_memory = std::max(row.peak_memory, cost->peak_memory);
    }
  if (rows.empty()) return;
  const int assumed = epochs > 0 ? epochs : Eta::assumed_epochs;
  fmt::print(stderr, "predicted from a few steps, at {} epochs a cell:\n{:>5} {:>6} {:>16} {:>14} {:>12}\n",
             assumed, "layer", "cells", "seconds an epoch", "all cells", "memory");
  double all = 0;
  for (const auto& [layer, row] : rows) {
    fmt::print(stderr, "{:>5} {:>6} {:>16.2f} {:>14} {:>8} MiB\n", layer, row.cells,
               row.epoch_seconds / static_cast<double>(row.cells),
               spell_duration(row.epoch_seconds * assumed), row.peak_memory >> 20);
    all += row.epoch_seconds * assumed;
  }
  fmt::print(stderr, "{:>5} {:>6} {:>16} {:>14}\n", "all", waiting.size(), "", spell_duration(all));
}

/// Makes the run folder, before anything that takes time. Throws Error where it cannot be one.
void make_run_folder(const std::string& run) {
  require(!run.empty(), "--out: the name of the run folder is empty");
  std::error_code problem;
  std::filesystem::create_directories(run, problem);
  require(!problem && std::filesystem::is_directory(run), "--out {}: cannot be made or is no folder: {}", run,
          problem ? problem.message() : "a file of that name is in its place");
}

/// Throws Error where the folder holds results on other texts or of another model: they would drop out of its
/// report.
void require_same_experiment(const std::string& run, const RunSummary& ours) {
  for (const char* file : {"/run.json", "/plan.jsonl"})
    if (!std::filesystem::exists(run + file)) return;  // nothing, or stopped before there was a plan
  const auto theirs = load_run(run);
  if (theirs.cells.empty()) return;
  for (const char* name : {"texts", "model weights"}) {
    const auto value_in = [&](const RunSummary& summary) {
      const auto found =
          std::ranges::find(summary.provenance, name, [](const auto& fact) { return fact.first; });
      return found == summary.provenance.end() ? std::string("unknown") : found->second;
    };
    require(
        value_in(theirs) == value_in(ours),
        "--out {}: holds {} results with other {} ({}; here {}), which would drop out of its report; name "
        "another folder, or remove this one",
        run, theirs.cells.size(), name, value_in(theirs), value_in(ours));
  }
}

/// What a run folder holds beside its cells.
void write_run(const Experiment& experiment, const std::vector<PlannedCell>& planned) {
  const auto& settings = experiment.settings;
  const std::filesystem::path run = settings.out;
  const auto description =
      describe_run(settings, experiment.stored, experiment.pretrained->config(), experiment.computation);
  require_same_experiment(settings.out, description);
  write_file_atomically((run / "sweep.toml").string(), to_toml(settings));
  write_run_description(run, description);
  write_plan(run, planned);
}

/// Says how the sweep ended; its exit status.
int conclude(const Progress& progress, const std::string& run, SweepReporter& reporter) {
  const auto done = progress.found + progress.trained;
  if (progress.stopped) {
    reporter.say(fmt::format("stopped with {} of {} cells done; the same command goes on from here", done,
                             progress.total));
    return stop_status();
  }
  if (progress.failed > 0)
    reporter.say(fmt::format("{} of {} cells failed", progress.failed, progress.total));
  reporter.say(fmt::format("{} cells done; `mtl report {}` makes the table", done, run));
  return progress.failed > 0 ? 1 : 0;
}

int sweep(SweepSettings settings, bool plan_only) {
  catch_stop_signals();
  settings.engine = name_of(engine_named(settings.engine));  // what "auto" means here is written down
  settings.precision = name_of(precision_named(settings.precision));
  if (settings.threads > 0) at::set_num_threads(settings.threads);
  check_training(settings);
  if (!plan_only) make_run_folder(settings.out);
  std::unique_ptr<SweepReporter> reporter;
  const Experiment experiment = load_experiment(settings, reporter);
  CellStore store(settings.out, experiment.stored.dataset.labels.at("main"));
  Sweep work(experiment.stored.dataset, experiment.stored.folds, sweep_options(experiment, reporter));

  const auto planned = planned_cells(experiment, work);
  std::vector<Cell> waiting;
  for (const auto& [cell, digest] : planned)
    if (!store.done(cell, digest)) waiting.push_back(cell);
  const auto found = planned.size() - waiting.size();
  print_plan(experiment, planned, found);
  if (!plan_only) write_run(experiment, planned);
  std::vector<PredictedCost> predicted;
  try {
    if (!waiting.empty()) predicted = predict_costs(experiment);
  } catch (const Stopped&) {
    // the sweep itself stops before its first step
  }
  print_costs(predicted, waiting, settings.epochs);
  if (plan_only) return 0;
  if (!std::filesystem::exists(settings.out + "/predicted.json")) write_predictions(settings.out, predicted);

  reporter = std::make_unique<SweepReporter>(settings, planned.size(), found,
                                             experiment.pretrained->config().layers, predicted);
  for (const Cell& cell : waiting) reporter->expect(cell);
  const auto progress = work.run(experiment.plan, experiment.arms, store);
  if (experiment.cache && !progress.stopped) experiment.cache->clear();
  return conclude(progress, settings.out, *reporter);
}

/// How a cell is trained.
void add_training_flags(CLI::App& command, SweepFlags& flags) {
  flags.add(command, "--batch", &SweepSettings::batch, "texts a step");
  flags.add(command, "--epochs", &SweepSettings::epochs,
            "most epochs a cell; 0: only early stopping ends it");
  flags.add(command, "--patience", &SweepSettings::patience,
            "epochs without improvement before a training ends");
  flags
      .add(command, "--watch", &SweepSettings::watch,
           "quantities that early stopping watches: loss, loss:main, accuracy:main; "
           "the first one's best epoch is the result")
      ->delimiter(',');
  flags.add(command, "--rate-backbone", &SweepSettings::rate_backbone, "learning rate of the encoder layers");
  flags.add(command, "--rate-heads", &SweepSettings::rate_heads, "learning rate of the heads");
  flags.add(command, "--rate-auxiliary", &SweepSettings::rate_auxiliary,
            "learning rate of the auxiliary head; 0: that of the heads");
  flags.add(command, "--lambda-main", &SweepSettings::lambda_main, "weight of the main loss");
  flags.add(command, "--lambda-sub", &SweepSettings::lambda_sub, "weight of the auxiliary loss");
  flags.add(command, "--head-dropout", &SweepSettings::head_dropout, "dropout of the auxiliary head");
  flags.remember(command.add_flag("--dropout-below,!--no-dropout-below", flags.given.dropout_below,
                                  "dropout also in the frozen layers below l"),
                 &SweepSettings::dropout_below);
  flags.add(command, "--threads", &SweepSettings::threads, "threads; 0: one a core")
      ->check(CLI::Range(0, 1024));
}

/// Flags that say how the encoder is computed.
void add_engine_flags(CLI::App& command, SweepFlags& flags) {
  flags
      .add(command, "--engine", &SweepSettings::engine,
           "fast: our own kernels and backward pass; plain: libtorch's, the reference; auto: fast "
           "where the processor has AVX2")
      ->check(CLI::IsMember({"auto", "fast", "plain"}));
  flags
      .add(command, "--precision", &SweepSettings::precision,
           "of the fast engine: bf16, fp32, or auto: bf16 where the processor multiplies it")
      ->check(CLI::IsMember({"auto", "bf16", "fp32"}));
  flags.add(command, "--prefix-cache", &SweepSettings::prefix_cache,
            "hidden states of the frozen layers, kept in RUN/prefix while it trains: auto, off, or the most "
            "bytes that they may take, such as 8G");
  flags
      .add(command, "--prefix-precision", &SweepSettings::prefix_precision,
           "of these: fp32, or bf16: half the space, less exact")
      ->check(CLI::IsMember({"bf16", "fp32"}));
}

}  // namespace

void add_sweep(CLI::App& app) {
  auto* const command =
      app.add_subcommand("sweep", "train every arm x layer x fold x seed; goes on where it was stopped");
  auto flags = std::make_shared<SweepFlags>();
  flags->add(*command, "--data", &SweepSettings::data, "folder that `mtl prepare` wrote")->required();
  flags->add(*command, "--model", &SweepSettings::model, "BERT in Hugging Face layout")->required();
  flags->add(*command, "--out", &SweepSettings::out, "folder of the run")->required();
  flags
      ->add(*command, "--profile", &SweepSettings::profile, "paper or quick: the settings that no flag gives")
      ->capture_default_str();
  flags->add(*command, "--layers", &SweepSettings::layers,
             "layers l of the auxiliary head, e.g. 1-12 or 2,7,12");
  flags->add(*command, "--folds", &SweepSettings::folds,
             "how many of the prepared folds are run, from the first");
  flags->add(*command, "--seeds", &SweepSettings::seeds, "seeds, each a run of its own")->delimiter(',');
  add_training_flags(*command, *flags);
  add_engine_flags(*command, *flags);
  command->add_flag("--plan", flags->plan_only,
                    "only print what would be trained, and what it is predicted to take");
  command->footer(
      "Examples:\n"
      "  mtl sweep --data data/livedoor --model models/e5-small --out runs/quick --profile quick\n"
      "  mtl sweep --data data/livedoor --model models/bert --out runs/paper --layers 1-12 --folds 10\n"
      "  mtl sweep --config runs/paper/sweep.toml");
  command->callback([flags] { finish(sweep(flags->resolved(), flags->plan_only)); });
}

}  // namespace mtl::program
