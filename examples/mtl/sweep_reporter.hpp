// In: what a sweep does, as it does it. Out: lines, a status line on a terminal, and an ETA.
#pragma once

#include <mtl/detail/torch.hpp>

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <mtl/experiment/cell.hpp>
#include <mtl/experiment/eta.hpp>
#include <mtl/experiment/predicted_cost.hpp>
#include <mtl/train/freezing.hpp>
#include <mtl/train/progress_printer.hpp>

#include "sweep_settings.hpp"

namespace mtl::program {

/// Prints what happens, and how long it will go on. Safe for threads.
class SweepReporter {
 public:
  /// `cells`: of the plan; `found`: of them done before; `layers`: of the backbone; `jobs`: cells at the same
  /// time; `predicted`: for each arm and layer, or empty.
  SweepReporter(const SweepSettings& settings, std::size_t cells, std::size_t found, int layers,
                std::size_t jobs, const std::vector<PredictedCost>& predicted)
      : settings_{settings},
        total_{cells},
        number_{found},
        eta_{layers, settings.epochs, cost_of(predicted), jobs} {}

  void expect(const Cell& cell) {
    const std::lock_guard lock(mutex_);
    eta_.expect(cell);
  }

  void say(const std::string& line) {
    const std::lock_guard lock(mutex_);
    printer_.line(line);
  }

  void start(const Cell& cell, TrainableModel& model) {
    const std::lock_guard lock(mutex_);
    auto& now = under_way_[cell];
    now.name = fmt::format("[{}/{}] {} l={} fold {} seed {}", ++number_, total_, cell.arm, cell.layer,
                           cell.fold, cell.seed);
    if (explained_.emplace(cell.arm, cell.layer).second)
      printer_.line(fmt::format("{}: what trains\n{}", now.name, trainable_table(model)));
    eta_.begin(cell);
  }

  /// The frozen layers are being computed for all texts: it does not count as time of the cells that wait for
  /// them.
  void prefix(int layer, std::size_t done, std::size_t all) {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    if (!walk_) walk_ = now;
    printer_.status(fmt::format("hidden states of layer {}: {}/{} texts", layer, done, all));
    if (done == all) {
      printer_.line(fmt::format("hidden states of layer {}: stored for {} texts", layer, all) + ", " +
                    spell_duration(seconds(*walk_, now)));
      walk_.reset();
    }
    for (auto& [cell, waiting] : under_way_)
      if (!waiting.stepped) waiting.last = now;
  }

  void step(const Cell& cell, int epoch, int step, int steps, double loss) {
    const std::lock_guard lock(mutex_);
    const auto& name = advance(cell, epoch - 1 + static_cast<double>(step) / steps);
    printer_.status(
        fmt::format("{}: epoch {} step {}/{} loss {:.4f}{}", name, epoch, step, steps, loss, eta()));
    if (first_ && epoch == 1 && step == 3) printer_.line(fmt::format("{}: first steps taken{}", name, eta()));
    first_ = first_ && step < 3;
  }

  void epoch(const Cell& cell, const EpochRecord& record) {
    const std::lock_guard lock(mutex_);
    const auto& name = advance(cell, record.epoch);
    const auto limit = settings_.epochs > 0 ? fmt::format("/{}", settings_.epochs) : "";
    printer_.line(fmt::format("{}: epoch {}{} loss {:.4f}, validation loss {:.4f} accuracy {:.4f}, {}{}",
                              name, record.epoch, limit, record.train_loss, record.valid.at("loss"),
                              record.valid.at("accuracy:main"), spell_duration(record.seconds), eta()));
  }

  void done(const CellResult& result) {
    const std::lock_guard lock(mutex_);
    const auto& best = result.watches.front();
    const auto accuracy = best.scores.at("main.accuracy");
    eta_.finish(result.cell);
    const auto name = leave(result.cell);
    printer_.line(fmt::format("{}: test accuracy {:.4f} at epoch {}, {}{}", name, accuracy, best.best_epoch,
                              spell_duration(result.seconds), eta()));
  }

  void failed(const Cell& cell, const std::string& why) {
    const std::lock_guard lock(mutex_);
    eta_.drop(cell);
    printer_.line(fmt::format("{}: failed: {}", leave(cell), why));
  }

 private:
  using Clock = std::chrono::steady_clock;

  struct UnderWay {
    std::string name = {};  ///< as lines begin
    bool stepped = false;
    Clock::time_point last = Clock::now();  ///< up to when its time has been counted
  };

  static Eta::Cost cost_of(const std::vector<PredictedCost>& predicted) {
    if (predicted.empty()) return {};
    return [predicted](const Cell& cell) { return find_cost(predicted, cell)->epoch_seconds; };
  }

  static double seconds(Clock::time_point begin, Clock::time_point end) {
    return std::chrono::duration<double>(end - begin).count();
  }

  /// Counts the time of a cell; its name.
  const std::string& advance(const Cell& cell, double epochs) {
    auto& now = under_way_.at(cell);
    const auto before = std::exchange(now.last, Clock::now());
    eta_.advance(cell, epochs, seconds(before, now.last));
    now.stepped = true;
    return now.name;
  }

  /// The cell is no longer under way; its name.
  std::string leave(const Cell& cell) { return std::move(under_way_.extract(cell).mapped().name); }

  std::string eta() const {
    const auto seconds = eta_.remaining();
    return seconds ? "; ETA " + spell_duration(*seconds) : "";
  }

  const SweepSettings& settings_;
  std::size_t total_, number_;
  std::mutex mutex_;
  Eta eta_;
  ProgressPrinter printer_;
  std::map<Cell, UnderWay> under_way_;
  std::set<std::pair<std::string, int>> explained_;  ///< arms at layers whose table was printed
  bool first_ = true;
  std::optional<Clock::time_point> walk_ = std::nullopt;  ///< since when
};

}  // namespace mtl::program
