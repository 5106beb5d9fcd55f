// `mtl sweep`: a prepared data set and a model in, the cells of a run out.
#include <mtl/detail/torch.hpp>

#include <ATen/Parallel.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <numeric>

#include <CLI/CLI.hpp>

#include <mtl/data/dataset_file.hpp>
#include <mtl/experiment/run_folder.hpp>
#include <mtl/experiment/sweep.hpp>
#include <mtl/model/checkpoint.hpp>
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
  std::string weights = {};  ///< digest of the base model
  std::vector<Arm> arms = {};
  Plan plan = {};
};

void check_vocabulary(const Dataset& dataset, const BertConfig& config, const std::string& model) {
  std::int32_t largest = 0;
  for (const auto& example : dataset.examples) largest = std::max(largest, std::ranges::max(example.ids));
  require(largest < config.vocabulary,
          "{}: token id {} of data set '{}' is beyond the {} rows of its embedding; likely cause: the data "
          "was prepared "
          "with another model's tokenizer",
          model, largest, dataset.name, config.vocabulary);
}

Experiment load_experiment(const SweepSettings& settings) {
  Experiment experiment{.settings = settings, .stored = load_dataset(settings.data)};
  const auto& folds = experiment.stored.folds;
  require(settings.folds >= 1 && settings.folds <= folds.k,
          "--folds {}: data set {} was divided into {} folds; prepare it with --folds {} for more",
          settings.folds, settings.data, folds.k, settings.folds);
  const auto config = read_bert_config((std::filesystem::path(settings.model) / "config.json").string());
  PlanAxes axes{.layers = parse_layers(settings.layers, static_cast<int>(config.layers)),
                .seeds = settings.seeds};
  axes.folds.resize(static_cast<std::size_t>(settings.folds));
  std::iota(axes.folds.begin(), axes.folds.end(), 0);
  experiment.plan = make_plan(axes);
  check_vocabulary(experiment.stored.dataset, config, settings.model);
  experiment.pretrained = std::make_shared<PretrainedBackbone>(load_bert(settings.model));
  experiment.weights = weights_digest(settings.model);
  experiment.arms = paper_arms(experiment.pretrained, experiment.stored.dataset,
                               {.lambda_main = settings.lambda_main,
                                .lambda_sub = settings.lambda_sub,
                                .head_dropout = settings.head_dropout,
                                .dropout_below = settings.dropout_below});
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

int sweep(const SweepSettings& settings, bool plan_only) {
  if (settings.threads > 0) at::set_num_threads(settings.threads);
  Experiment experiment = load_experiment(settings);
  const auto& dataset = experiment.stored.dataset;
  const std::filesystem::path run = settings.out;
  CellStore store(run, dataset.labels.at("main"));

  std::unique_ptr<SweepReporter> reporter;
  TrainOptions train = train_options(settings);
  train.on_step = [&](int epoch, int step, int steps, double loss) {
    reporter->step(epoch, step, steps, loss);
  };
  train.on_epoch = [&](const EpochRecord& record) { reporter->epoch(record); };
  const auto about =
      nlohmann::json{{"base_model", std::filesystem::absolute(settings.model).lexically_normal().string()},
                     {"base_digest", experiment.weights}};
  SweepOptions options{.train = train, .signature = experiment.weights};
  options.weights_metadata = {
      {"mtl", MTL_VERSION}, {"base", about.dump()}, {"preparation", experiment.stored.about.dump()}};
  options.on_start = [&](const Cell& cell, TrainableModel& model) { reporter->start(cell, model); };
  options.on_done = [&](const CellResult& result) { reporter->done(result); };
  options.on_failure = [&](const Cell&, const std::string& why) { reporter->failed(why); };
  Sweep work(dataset, experiment.stored.folds, options);

  std::vector<PlannedCell> planned;
  std::vector<Cell> waiting;
  for (const Cell& cell : experiment.plan.cells) {
    planned.push_back({cell, work.digest(cell, *std::ranges::find(experiment.arms, cell.arm, &Arm::name))});
    if (!store.done(cell, planned.back().digest)) waiting.push_back(cell);
  }
  print_plan(experiment, planned, planned.size() - waiting.size());
  if (plan_only) return 0;
  std::filesystem::create_directories(run);
  write_file_atomically((run / "sweep.toml").string(), to_toml(settings));
  write_run_description(run, describe_run(settings, experiment.stored, experiment.pretrained->config(),
                                          experiment.weights, at::get_num_threads()));
  write_plan(run, planned);

  reporter = std::make_unique<SweepReporter>(settings, planned.size(), planned.size() - waiting.size(),
                                             static_cast<int>(experiment.pretrained->config().layers));
  for (const Cell& cell : waiting) reporter->expect(cell);
  catch_stop_signals();
  const Progress progress = work.run(experiment.plan, experiment.arms, store);
  if (progress.stopped) {
    reporter->say(fmt::format("stopped with {} of {} cells done; the same command goes on from here",
                              progress.found + progress.trained, progress.total));
    return stop_status();
  }
  if (progress.failed > 0)
    reporter->say(fmt::format("{} of {} cells failed", progress.failed, progress.total));
  reporter->say(fmt::format("{} cells done; `mtl report {}` makes the table",
                            progress.found + progress.trained, run.string()));
  return progress.failed > 0 ? 1 : 0;
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
  flags->add(*command, "--batch", &SweepSettings::batch, "texts a step");
  flags->add(*command, "--epochs", &SweepSettings::epochs,
             "most epochs a cell; 0: only early stopping ends it");
  flags->add(*command, "--patience", &SweepSettings::patience,
             "epochs without improvement before a training ends");
  flags
      ->add(*command, "--watch", &SweepSettings::watch,
            "quantities that early stopping watches: loss, loss:main, accuracy:main; "
            "the first one's best epoch is the result")
      ->delimiter(',');
  flags->add(*command, "--rate-backbone", &SweepSettings::rate_backbone,
             "learning rate of the encoder layers");
  flags->add(*command, "--rate-heads", &SweepSettings::rate_heads, "learning rate of the heads");
  flags->add(*command, "--lambda-main", &SweepSettings::lambda_main, "weight of the main loss");
  flags->add(*command, "--lambda-sub", &SweepSettings::lambda_sub, "weight of the auxiliary loss");
  flags->add(*command, "--head-dropout", &SweepSettings::head_dropout, "dropout of the auxiliary head");
  flags->remember(command->add_flag("--dropout-below,!--no-dropout-below", flags->given.dropout_below,
                                    "dropout also in the frozen layers below l"),
                  &SweepSettings::dropout_below);
  flags->add(*command, "--threads", &SweepSettings::threads, "threads; 0: one a core");
  command->add_flag("--plan", flags->plan_only, "only print what would be trained");
  command->footer(
      "Examples:\n"
      "  mtl sweep --data data/livedoor --model models/e5-small --out runs/quick --profile quick\n"
      "  mtl sweep --data data/livedoor --model models/bert --out runs/paper --layers 1-12 --folds 10\n"
      "  mtl sweep --config runs/paper/sweep.toml");
  command->callback([flags] { finish(sweep(flags->resolved(), flags->plan_only)); });
}

}  // namespace mtl::program
