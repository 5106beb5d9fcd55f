// `mtl sweep`: a prepared data set and a model in, the cells of a run out.
#include <mtl/detail/torch.hpp>

#include <ATen/Parallel.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>

#include <torch/version.h>
#include <CLI/CLI.hpp>

#include <mtl/experiment/run_folder.hpp>
#include <mtl/experiment/sweep.hpp>
#include <mtl/version.hpp>

#include "commands.hpp"
#include "earlier_run.hpp"
#include "job_layout.hpp"
#include "stop_signal.hpp"
#include "sweep_cost.hpp"
#include "sweep_description.hpp"
#include "sweep_experiment.hpp"
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

void print_plan(const Experiment& experiment, const std::vector<PlannedCell>& planned, std::size_t found) {
  const auto& settings = experiment.settings;
  fmt::print(stderr, "plan: {} cells = {} arms x layers {} x {} folds x {} seeds; {} done, {} to train\n",
             planned.size(), experiment.arms().size(), settings.layers, settings.folds, settings.seeds.size(),
             found, planned.size() - found);
}

/// What becomes of the hidden states is told to the reporter, which is made later. A signal stops it.
PrefixNews news_to(std::unique_ptr<SweepReporter>& reporter) {
  return {.say = [&reporter](const std::string& line) { reporter->say(line); },
          .progress =
              [&reporter](int layer, std::size_t done, std::size_t all) {
                reporter->prefix(layer, done, all);
                stop_if(stop_requested);
              }};
}

/// The options of all cells; what happens in them is told to the reporter.
SweepOptions sweep_options(Experiment& experiment, const JobLayout& layout,
                           std::unique_ptr<SweepReporter>& reporter) {
  const auto& settings = experiment.settings;
  const auto& engine = experiment.computation.engine;
  const nlohmann::json base{
      {"base_model", std::filesystem::absolute(settings.model).lexically_normal().string()},
      {"base_digest", experiment.computation.weights}};
  SweepOptions options{.train = train_options(settings),
                       .signature = experiment.computation.weights + ", " + describe(engine)};
  options.weights_metadata = {
      {"mtl", MTL_VERSION}, {"base", base.dump()}, {"preparation", experiment.stored.about.dump()}};
  options.environment = {{"mtl", MTL_VERSION}, {"libtorch", TORCH_VERSION}};
  for (const auto& [name, value] : facts_of(layout)) options.environment[name] = value;
  options.environment["engine"] = describe(engine);
  if (engine.engine == Engine::Fast) options.environment["kernels"] = active_kernels();
  options.on_step = [&](const Cell& cell, int epoch, int step, int steps, double loss) {
    reporter->step(cell, epoch, step, steps, loss);
  };
  options.on_epoch = [&](const Cell& cell, const EpochRecord& record) { reporter->epoch(cell, record); };
  options.on_start = [&](const Cell& cell, TrainableModel& model) { reporter->start(cell, model); };
  options.on_done = [&](const CellResult& result) {
    --experiment.cells_left;
    reporter->done(result);
  };
  options.on_failure = [&](const Cell& cell, const std::string& why) {
    --experiment.cells_left;
    reporter->failed(cell, why);
  };
  return options;
}

std::vector<PlannedCell> planned_cells(Experiment& experiment, std::unique_ptr<SweepReporter>& reporter) {
  const auto& stored = experiment.stored;
  const Sweep work(stored.dataset, stored.folds, sweep_options(experiment, {}, reporter));
  std::vector<PlannedCell> planned;
  for (const Cell& cell : experiment.plan.cells) {
    const auto arm = std::ranges::find(experiment.arms(), cell.arm, &Arm::name);
    planned.push_back({cell, work.digest(cell, *arm)});
  }
  return planned;
}

/// Makes the run folder, before anything that takes time. Throws Error where it cannot be one.
void make_run_folder(const std::string& run) {
  require(!run.empty(), "--out: the name of the run folder is empty");
  std::error_code problem;
  std::filesystem::create_directories(run, problem);
  require(!problem && std::filesystem::is_directory(run), "--out {}: cannot be made or is no folder: {}", run,
          problem ? problem.message() : "a file of that name is in its place");
}

/// What a run folder holds beside its cells.
void write_run(const SweepSettings& settings, const RunSummary& description,
               const std::vector<PlannedCell>& planned, const std::vector<PredictedCost>& predicted) {
  const std::filesystem::path run = settings.out;
  write_file_atomically((run / "sweep.toml").string(), to_toml(settings));
  write_run_description(run, description);
  write_plan(run, planned);
  add_predictions(run, predicted);
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

/// Divides the threads, as `earlier` did where that is given, and predicts what the waiting cells take.
/// Throws Stopped.
JobLayout measure_work(Experiment& experiment, const std::vector<Cell>& waiting,
                       const std::optional<JobLayout>& earlier, std::vector<PredictedCost>& predicted) {
  const auto say = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
  MeasuredSteps measured(experiment);
  const auto layout = choose_layout(experiment, waiting.size(), earlier, measured, say);
  experiment.settings.jobs = std::to_string(layout.jobs);  // which the predictions are made for
  if (!waiting.empty()) predicted = predict_costs(experiment, measured, say);
  return layout;
}

/// How a sweep of before divided the threads, which one that goes on keeps; absent where there was none.
/// `found`: cells of the plan that are done. Throws Error where the folder holds results that are none of
/// this experiment.
std::optional<JobLayout> earlier_layout(const CellStore& store, const std::vector<PlannedCell>& planned,
                                        std::size_t found, const RunSummary& description) {
  const auto run = earlier_run(store, found);
  if (run) require_same_experiment(store.run().string(), *run, description);
  if (const auto layout = layout_of_cells(store, planned)) return layout;
  return run && same_experiment(*run, description) ? layout_of_run(*run) : std::nullopt;
}

/// Trains what is not done. Where that fails, as where a result cannot be written, the hidden states go, of
/// which the disk may be full: the next call has their room.
Progress train_cells(Sweep& work, const Experiment& experiment, CellStore& store) {
  if (!experiment.cache) remove_stored_states(experiment);  // a sweep before this one may have left some
  try {
    return work.run(experiment.plan, experiment.jobs, store);
  } catch (...) {
    remove_stored_states(experiment);
    throw;
  }
}

int sweep(SweepSettings settings, bool plan_only) {
  catch_stop_signals();
  settings.engine = name_of(engine_named(settings.engine));  // what "auto" means here is written down
  settings.precision = name_of(precision_named(settings.precision));
  if (settings.threads > 0) at::set_num_threads(settings.threads);
  check_training(settings);
  if (!plan_only) make_run_folder(settings.out);
  std::unique_ptr<SweepReporter> reporter;
  const auto experiment = load_experiment(settings, news_to(reporter));
  CellStore store(settings.out, experiment->stored.dataset.labels.at("main"));

  const auto planned = planned_cells(*experiment, reporter);
  std::vector<Cell> waiting;
  for (const auto& [cell, digest] : planned)
    if (!store.done(cell, digest)) waiting.push_back(cell);
  const auto found = planned.size() - waiting.size();
  print_plan(*experiment, planned, found);
  auto description = describe_run(settings, experiment->stored, experiment->config, experiment->computation);
  const auto earlier = earlier_layout(store, planned, found, description);
  std::vector<PredictedCost> predicted;
  JobLayout layout;
  try {
    layout = measure_work(*experiment, waiting, earlier, predicted);
  } catch (const Stopped&) {
    fmt::print(stderr, "stopped before the first step; the same command begins again\n");
    return stop_status();
  }
  print_costs(predicted, waiting, *experiment);
  if (plan_only) return 0;
  std::ranges::copy(facts_of(layout), std::back_inserter(description.provenance));
  write_run(experiment->settings, description, planned, predicted);

  reporter = std::make_unique<SweepReporter>(experiment->settings, planned.size(), found,
                                             experiment->config.layers, layout.jobs, predicted);
  for (const Cell& cell : waiting) reporter->expect(cell);
  experiment->cells_left = waiting.size();
  Sweep work(experiment->stored.dataset, experiment->stored.folds,
             sweep_options(*experiment, layout, reporter));
  const auto progress = train_cells(work, *experiment, store);
  if (!progress.stopped) remove_stored_states(*experiment);
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
  flags.add(command, "--threads", &SweepSettings::threads, "threads in all; 0: one a core")
      ->check(CLI::Range(0, 1024));
  flags.add(
      command, "--jobs", &SweepSettings::jobs,
      "cells trained at the same time, each with its share of the threads; auto: as many as are measured "
      "to be fastest and fit into memory");
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
  flags
      ->add(*command, "--seeds", &SweepSettings::seeds,
            "seeds, each with trainings of its own on the same folds")
      ->delimiter(',');
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
