// In: the plan, and the steps as they are taken. Out: how long the rest will take. Torch-free.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include <mtl/experiment/plan.hpp>

namespace mtl {

/// Estimates the remaining time of a sweep from the measured time of its steps.
///
/// Time is counted per unit of a cell's cost and epoch: at its own layer, once something was measured there,
/// and over all layers before. How many epochs a cell needs is known where it is bounded; otherwise it is the
/// mean of the finished cells, and before there is one, `assumed_epochs`.
class Eta {
 public:
  static constexpr int assumed_epochs = 15;

  /// What an epoch of a cell costs, in any unit.
  using Cost = std::function<double(const Cell&)>;

  /// `layers`: of the backbone; `max_epochs`: 0 where only early stopping ends a training. Without a `cost`
  /// it is relative_cost().
  Eta(int layers, int max_epochs, Cost cost = {}) : max_epochs_{max_epochs}, cost_of_{std::move(cost)} {
    if (!cost_of_) cost_of_ = [layers](const Cell& cell) { return relative_cost(cell, layers); };
  }

  /// A cell that is still to be trained.
  void expect(const Cell& cell) { waiting_[cell.layer] += cost_of_(cell); }

  /// An expected cell is under way.
  void begin(const Cell& cell) {
    layer_ = cell.layer;
    cost_ = cost_of_(cell);
    waiting_[layer_] = std::max(waiting_[layer_] - cost_, 0.0);
    epochs_now_ = 0;
  }

  /// Where the cell under way is, in epochs, and the seconds since the last call.
  void advance(double epochs, double seconds) {
    for (Work* const work : {&all_, &at_[layer_]}) {
      work->cost += cost_ * (epochs - epochs_now_);
      work->seconds += seconds;
    }
    epochs_now_ = epochs;
  }

  /// The cell under way is done.
  void finish() {
    ++finished_;
    finished_epochs_ += epochs_now_;
    cost_ = 0;
  }

  /// Seconds to the end; none before the first step.
  std::optional<double> remaining() const {
    if (all_.cost <= 0) return std::nullopt;
    const double epochs = expected_epochs();
    double seconds = rate(layer_) * cost_ * std::max(epochs - epochs_now_, 0.0);
    for (const auto& [layer, cost] : waiting_) seconds += rate(layer) * cost * epochs;
    return seconds;
  }

 private:
  /// Cost x epochs that were done, and the seconds that they took.
  struct Work {
    double cost = 0, seconds = 0;
  };

  /// Seconds of a unit of cost at a layer.
  double rate(int layer) const {
    const auto at = at_.find(layer);
    const Work& work = at != at_.end() && at->second.cost > 0 ? at->second : all_;
    return work.seconds / work.cost;
  }

  double expected_epochs() const {
    if (finished_ > 0) return finished_epochs_ / finished_;
    return max_epochs_ > 0 ? max_epochs_ : assumed_epochs;
  }

  int max_epochs_;
  Cost cost_of_;
  std::map<int, double> waiting_;  ///< by layer, cost of the cells not begun
  int layer_ = 0;                  ///< of the cell under way
  double cost_ = 0;                ///< of the cell under way
  double epochs_now_ = 0;          ///< of it that are done
  Work all_;
  std::map<int, Work> at_;  ///< by layer
  double finished_epochs_ = 0;
  int finished_ = 0;
};

}  // namespace mtl
