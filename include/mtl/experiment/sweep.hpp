// In: a plan, arms, a data set with folds. Out: the result of every cell, in a CellStore. Cells that are done
// already are left as they are, so a sweep that was stopped goes on where it was. Several cells may be
// trained at the same time.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <ATen/Parallel.h>

#include <mtl/data/dataset.hpp>
#include <mtl/data/folds.hpp>
#include <mtl/detail/parallel_for.hpp>
#include <mtl/eval/evaluate.hpp>
#include <mtl/experiment/arm.hpp>
#include <mtl/experiment/cell_store.hpp>
#include <mtl/experiment/paper_arms.hpp>
#include <mtl/experiment/peak_memory.hpp>
#include <mtl/experiment/plan.hpp>
#include <mtl/store/digest.hpp>
#include <mtl/train/fit.hpp>

namespace mtl {

/// What all cells of a sweep share. What is to be called is called by one job at a time; only
/// train.should_stop, and an arm's functions, by all of them.
struct SweepOptions {
  /// Seed, loss and prefix are replaced by those of the cell and its arm, on_step and on_epoch by those
  /// below.
  TrainOptions train = {};
  std::string signature = {};  ///< changes with anything else that all arms share: weights, inputs, folds
  std::map<std::string, std::string> weights_metadata = {};  ///< written into every file of weights
  std::map<std::string, std::string> environment = {};       ///< kept with every result
  std::function<void(const Cell&, TrainableModel&)> on_start = {};
  std::function<void(const Cell&, int epoch, int step, int steps, double loss)> on_step = {};
  std::function<void(const Cell&, const EpochRecord&)> on_epoch = {};
  std::function<void(const CellResult&)> on_done = {};
  std::function<void(const Cell&, const std::string&)> on_failure = {};
};

/// How far a sweep has come.
struct Progress {
  std::size_t total = 0;
  std::size_t found = 0;    ///< done before this call
  std::size_t trained = 0;  ///< done by this call
  std::size_t failed = 0;   ///< training broke off, e.g. by an infinite loss
  bool stopped = false;
};

/// The experiment: trains each arm at each layer on each fold, and judges it on the fold's test texts.
class Sweep {
 public:
  /// Both must live as long as the sweep.
  Sweep(const Dataset& dataset, const Folds& folds, SweepOptions options)
      : dataset_{dataset}, folds_{folds}, options_{std::move(options)} {}

  /// Digest of everything that can change the outcome of a cell, and of nothing else.
  std::string digest(const Cell& cell, const Arm& arm) const {
    const auto& train = options_.train;
    Digest digest;
    digest.add("mtl cell 2");
    digest.add(options_.signature);
    digest.add(arm.signature);
    digest.add(nlohmann::json(cell).dump());
    digest.add(fmt::format("batch {} epochs {} patience {} rates {} {} adam {} {} {}", train.batch_size,
                           train.max_epochs, train.patience, train.rates.backbone, train.rates.heads,
                           train.adam.beta1, train.adam.beta2, train.adam.epsilon));
    for (const auto& [head, rate] : train.rates.head) digest.add(fmt::format("rate of {} {}", head, rate));
    for (const auto& quantity : train.watch) digest.add(quantity);
    digest.add(folds_digest(folds_));
    if (const int layer = arm.prefix.layer_of(cell); layer > 0)
      digest.add(fmt::format("hidden states of layer {} {}", layer, arm.prefix.signature));
    return digest.hex();
  }

  /// Trains what is not done yet. A cell that is under way when should_stop says so is trained again next
  /// time. Throws Error when the plan names an arm that is not given.
  Progress run(const Plan& plan, std::span<const Arm> arms, CellStore& store) {
    const std::vector<Arm> job(arms.begin(), arms.end());
    return run(plan, std::span(&job, 1), store);
  }

  /// The same by several jobs side by side. Each takes the plan's next cell when it is done with one, and has
  /// arms of its own, whose models share nothing that is written with those of another job. Every job
  /// computes with as many of libtorch's threads as at::set_num_threads() has said; a cell comes out the
  /// same, bit for bit, alone and beside others.
  Progress run(const Plan& plan, std::span<const std::vector<Arm>> jobs, CellStore& store) {
    require(!jobs.empty(), "a sweep needs at least one job");
    Progress progress{.total = plan.cells.size()};
    stopping_ = false;
    begun_ = 0;
    std::atomic<std::size_t> job{0};
    detail::parallel_for(plan.cells.size(), static_cast<int>(jobs.size()), [&] {
      at::init_num_threads();  // a new thread knows nothing of at::set_num_threads() yet
      return [&, arms = std::span<const Arm>(jobs[job++])](std::size_t i) {
        run_cell(i, plan.cells[i], arms, store, progress);
      };
    });
    return progress;
  }

 private:
  static const Arm& find(std::span<const Arm> arms, const std::string& name) {
    const auto found = std::ranges::find(arms, name, &Arm::name);
    require(found != arms.end(), "the plan names arm '{}', which is not defined", name);
    return *found;
  }

  void run_cell(std::size_t number, const Cell& cell, std::span<const Arm> arms, const CellStore& store,
                Progress& progress) {
    Beginning beginning(*this, number);
    if (stopping_) return;
    try {
      const Arm& arm = find(arms, cell.arm);
      if (store.done(cell, digest(cell, arm))) {
        in_turn([&] { ++progress.found; });
        return;
      }
      const CellResult result = train(cell, arm, store, beginning);
      in_turn([&] {
        ++progress.trained;
        if (options_.on_done) options_.on_done(result);
      });
    } catch (const Stopped&) {
      in_turn([&] { stopping_ = progress.stopped = true; });
    } catch (const TrainingFailed& problem) {
      in_turn([&] {
        ++progress.failed;
        if (options_.on_failure) options_.on_failure(cell, problem.what());
      });
    } catch (...) {
      stopping_ = true;  // the other jobs need not finish their cells
      throw;
    }
  }

  /// Cells begin in the order of the plan, one after another, until their hidden states are there: a cache
  /// that goes upward is never asked for a layer that it has left behind.
  class Beginning {
   public:
    Beginning(Sweep& sweep, std::size_t number) : sweep_{sweep} {
      std::unique_lock lock(sweep.mutex_);
      sweep.began_.wait(lock, [&] { return sweep.begun_ == number; });
    }
    ~Beginning() { over(); }
    Beginning(const Beginning&) = delete;
    Beginning& operator=(const Beginning&) = delete;

    void over() {
      if (std::exchange(over_, true)) return;
      const std::lock_guard lock(sweep_.mutex_);
      ++sweep_.begun_;
      sweep_.began_.notify_all();
    }

   private:
    Sweep& sweep_;
    bool over_ = false;
  };

  /// Calls it while no other job calls anything.
  template <class Call>
  void in_turn(const Call& call) {
    const std::lock_guard lock(mutex_);
    call();
  }

  /// The options of one cell's training.
  TrainOptions train_options(const Cell& cell, const Arm& arm) {
    TrainOptions train = options_.train;
    train.seed = training_seed(cell);
    train.loss = arm.loss;
    train.rates.head.insert(train.rates.head.end(), arm.rates.begin(), arm.rates.end());
    train.should_stop = [this] {
      return stopping_ || (options_.train.should_stop && options_.train.should_stop());
    };
    train.on_step = [this, &cell](int epoch, int step, int steps, double loss) {
      if (options_.on_step) in_turn([&] { options_.on_step(cell, epoch, step, steps, loss); });
    };
    train.on_epoch = [this, &cell](const EpochRecord& record) {
      if (options_.on_epoch) in_turn([&] { options_.on_epoch(cell, record); });
    };
    return train;
  }

  CellResult train(const Cell& cell, const Arm& arm, const CellStore& store, Beginning& beginning) {
    const auto model = arm.make(cell);
    if (options_.on_start) in_turn([&] { options_.on_start(cell, *model); });
    TrainOptions train = train_options(cell, arm);
    const bool has_prefix = arm.prefix.layer_of(cell) > 0;
    if (has_prefix) train.prefix = arm.prefix.states(cell);
    beginning.over();
    const auto begin = std::chrono::steady_clock::now();
    const OverlappingPeaks::Stretch memory(peaks_);
    const History history = fit(*model, subset(dataset_, folds_.train(cell.fold)),
                                subset(dataset_, folds_.valid(cell.fold)), train);
    CellResult result{.cell = cell,
                      .digest = digest(cell, arm),
                      .history = history.epochs,
                      .environment = options_.environment,
                      .tokens = history.tokens};
    const Dataset test = subset(dataset_, folds_.test(cell.fold));
    result.watches = judge_all(*model, history, test, train);
    if (has_prefix) result.environment["frozen layers"] = train.prefix ? "stored" : "computed at every step";
    write_weights(*model, history, store.folder(cell, result.digest));
    result.peak_memory = memory.peak();
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    store.save(result);
    return result;
  }

  /// Quantities that chose the same epoch chose the same weights, which are judged once.
  std::vector<WatchResult> judge_all(TrainableModel& model, const History& history, const Dataset& test,
                                     const TrainOptions& options) const {
    std::vector<WatchResult> judged;
    for (const BestEpoch& best : history.best) {
      const auto same = std::ranges::find(judged, best.epoch, &WatchResult::best_epoch);
      WatchResult result = same == judged.end() ? judge(model, best, test, options) : *same;
      result.watch = best.quantity;
      result.best_value = best.value;
      judged.push_back(std::move(result));
    }
    return judged;
  }

  WatchResult judge(TrainableModel& model, const BestEpoch& best, const Dataset& test,
                    const TrainOptions& options) const {
    restore(model, best.weights);
    WatchResult result{.best_epoch = best.epoch};
    for (const auto& head : evaluate(model, test, options.batch_size, options.should_stop, options.prefix)) {
      for (const auto& [name, value] : head_scores(head, test.labels.find(head.head)->second))
        result.scores[head.head + "." + name] = value;
      if (head.head != "main") continue;
      for (std::size_t i = 0; i < head.texts.size(); ++i)
        result.predictions.push_back(
            {test.examples[i].id, head.texts[i].gold[0], head.texts[i].predicted[0]});
    }
    return result;
  }

  /// One file for each watched quantity, with all that `Predictor` needs beside the base model.
  void write_weights(TrainableModel& model, const History& history,
                     const std::filesystem::path& folder) const {
    std::filesystem::create_directories(folder);
    auto metadata = options_.weights_metadata;
    auto heads = nlohmann::json::array(), tensors = nlohmann::json::array();
    for (const auto& head : model.heads()) heads.push_back({{"name", head.name}, {"layer", head.layer}});
    for (const auto& [name, value] : history.best.front().weights) tensors.push_back(name);
    metadata["heads"] = heads.dump();
    metadata["tensors"] = tensors.dump();
    metadata["labels"] = nlohmann::json(dataset_.labels).dump();
    for (std::size_t i = 0; i < history.best.size(); ++i) {
      const BestEpoch& best = history.best[i];
      save_weights((folder / CellStore::weights_file(i, best.quantity)).string(), best.weights, metadata);
    }
  }

  const Dataset& dataset_;
  const Folds& folds_;
  SweepOptions options_;
  OverlappingPeaks peaks_;
  std::mutex mutex_;  ///< held while something of the caller's is called
  std::condition_variable began_;
  std::size_t begun_ = 0;               ///< cells of the plan that have begun, or were found done
  std::atomic<bool> stopping_ = false;  ///< no job begins or goes on with a cell
};

}  // namespace mtl
