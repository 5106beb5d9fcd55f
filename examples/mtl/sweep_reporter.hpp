// In: what a sweep does, as it does it. Out: lines, a status line on a terminal, and an ETA.
#pragma once

#include <mtl/detail/torch.hpp>

#include <chrono>
#include <optional>
#include <set>
#include <string>

#include <mtl/experiment/cell.hpp>
#include <mtl/experiment/eta.hpp>
#include <mtl/experiment/predicted_cost.hpp>
#include <mtl/train/freezing.hpp>
#include <mtl/train/progress_printer.hpp>

#include "sweep_settings.hpp"

namespace mtl::program {

/// Prints what happens, and how long it will go on.
class SweepReporter {
 public:
  /// `cells`: of the plan; `found`: of them done before; `layers`: of the backbone; `predicted`: for each arm
  /// and layer, or empty.
  SweepReporter(const SweepSettings& settings, std::size_t cells, std::size_t found, int layers,
                const std::vector<PredictedCost>& predicted)
      : settings_{settings},
        total_{cells},
        number_{found},
        eta_{layers, settings.epochs, cost_of(predicted)} {}

  void expect(const Cell& cell) { eta_.expect(cell); }
  void say(const std::string& line) { printer_.line(line); }

  void start(const Cell& cell, TrainableModel& model) {
    ++number_;
    cell_ = fmt::format("[{}/{}] {} l={} fold {} seed {}", number_, total_, cell.arm, cell.layer, cell.fold,
                        cell.seed);
    if (explained_.emplace(cell.arm, cell.layer).second)
      printer_.line(fmt::format("{}: what trains\n{}", cell_, trainable_table(model)));
    eta_.begin(cell);
    last_ = std::chrono::steady_clock::now();
  }

  /// The frozen layers are being computed for all texts: it does not count as time of the cell.
  void prefix(int layer, std::size_t done, std::size_t all) {
    const auto now = std::chrono::steady_clock::now();
    if (!walk_) walk_ = now;
    printer_.status(fmt::format("hidden states of layer {}: {}/{} texts", layer, done, all));
    if (done == all) {
      printer_.line(fmt::format("hidden states of layer {}: stored for {} texts", layer, all) + ", " +
                    spell_duration(std::chrono::duration<double>(now - *walk_).count()));
      walk_.reset();
    }
    last_ = now;
  }

  void step(int epoch, int step, int steps, double loss) {
    advance(epoch - 1 + static_cast<double>(step) / steps);
    printer_.status(
        fmt::format("{}: epoch {} step {}/{} loss {:.4f}{}", cell_, epoch, step, steps, loss, eta()));
    if (first_ && epoch == 1 && step == 3)
      printer_.line(fmt::format("{}: first steps taken{}", cell_, eta()));
    first_ = first_ && step < 3;
  }

  void epoch(const EpochRecord& record) {
    advance(record.epoch);
    const auto limit = settings_.epochs > 0 ? fmt::format("/{}", settings_.epochs) : "";
    printer_.line(fmt::format("{}: epoch {}{} loss {:.4f}, validation loss {:.4f} accuracy {:.4f}, {}{}",
                              cell_, record.epoch, limit, record.train_loss, record.valid.at("loss"),
                              record.valid.at("accuracy:main"), spell_duration(record.seconds), eta()));
  }

  void done(const CellResult& result) {
    eta_.finish();
    const auto& best = result.watches.front();
    printer_.line(fmt::format("{}: test accuracy {:.4f} at epoch {}, {}{}", cell_,
                              best.scores.at("main.accuracy"), best.best_epoch,
                              spell_duration(result.seconds), eta()));
  }

  void failed(const std::string& why) {
    eta_.finish();
    printer_.line(fmt::format("{}: failed: {}", cell_, why));
  }

 private:
  static Eta::Cost cost_of(const std::vector<PredictedCost>& predicted) {
    if (predicted.empty()) return {};
    return [predicted](const Cell& cell) { return find_cost(predicted, cell)->epoch_seconds; };
  }

  void advance(double epochs) {
    const auto now = std::chrono::steady_clock::now();
    eta_.advance(epochs, std::chrono::duration<double>(now - last_).count());
    last_ = now;
  }

  std::string eta() const {
    const auto seconds = eta_.remaining();
    return seconds ? "; ETA " + spell_duration(*seconds) : "";
  }

  const SweepSettings& settings_;
  std::size_t total_, number_;
  Eta eta_;
  ProgressPrinter printer_;
  std::string cell_;
  std::set<std::pair<std::string, int>> explained_;  ///< arms at layers whose table was printed
  bool first_ = true;
  std::optional<std::chrono::steady_clock::time_point> walk_ = std::nullopt;  ///< since when
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace mtl::program
