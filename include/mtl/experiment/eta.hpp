// In: the plan, and the steps as they are taken. Out: how long the rest will take. Torch-free.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>

#include <mtl/experiment/plan.hpp>

namespace mtl {

/// Estimates the remaining time of a sweep from the measured time of its steps.
///
/// Time is counted per unit of a cell's cost and epoch: at its own layer, once something was measured there,
/// and over all layers before. A cell is expected to need as many epochs as the finished ones did in the
/// mean, before there is one as many as it may, or `assumed_epochs` where that is unbounded. Of cells that
/// are trained at the same time each has its own seconds.
class Eta {
 public:
  static constexpr int assumed_epochs = 15;

  /// What an epoch of a cell costs, in any unit.
  using Cost = std::function<double(const Cell&)>;

  /// `layers`: of the backbone; `max_epochs`: 0 where only early stopping ends a training; `jobs`: cells at
  /// the same time. Without a `cost` it is relative_cost().
  Eta(int layers, int max_epochs, Cost cost = {}, std::size_t jobs = 1)
      : max_epochs_{max_epochs}, jobs_{jobs}, cost_of_{std::move(cost)} {
    if (!cost_of_) cost_of_ = [layers](const Cell& cell) { return relative_cost(cell, layers); };
  }

  /// A cell that is still to be trained.
  void expect(const Cell& cell) {
    waiting_[cell.layer] += cost_of_(cell);
    ++left_;
  }

  /// An expected cell is under way.
  void begin(const Cell& cell) {
    const double cost = cost_of_(cell);
    waiting_[cell.layer] = std::max(waiting_[cell.layer] - cost, 0.0);
    under_way_[cell] = {cost, 0};
  }

  /// Where a cell under way is, in epochs, and its seconds since the last call.
  void advance(const Cell& cell, double epochs, double seconds) {
    auto& now = under_way_.at(cell);
    for (Work* const work : {&all_, &at_[cell.layer]}) {
      work->cost += now.cost * (epochs - now.epochs);
      work->seconds += seconds;
    }
    now.epochs = epochs;
  }

  /// A cell under way is done.
  void finish(const Cell& cell) {
    ++finished_;
    finished_epochs_ += under_way_.at(cell).epochs;
    under_way_.erase(cell);
    left_ -= left_ > 0;
  }

  /// A cell under way has failed: it says nothing of how long others take.
  void drop(const Cell& cell) {
    under_way_.erase(cell);
    left_ -= left_ > 0;
  }

  /// Seconds to the end; none before the first step.
  std::optional<double> remaining() const {
    if (all_.cost <= 0) return std::nullopt;
    const double epochs = expected_epochs();
    double seconds = 0;
    for (const auto& [cell, now] : under_way_)
      seconds += rate(cell.layer) * now.cost * std::max(epochs - now.epochs, 0.0);
    for (const auto& [layer, cost] : waiting_) seconds += rate(layer) * cost * epochs;
    return seconds / static_cast<double>(std::clamp<std::size_t>(left_, 1, jobs_));
  }

 private:
  /// Cost x epochs that were done, and the seconds that they took.
  struct Work {
    double cost = 0, seconds = 0;
  };

  struct UnderWay {
    double cost = 0;
    double epochs = 0;  ///< that are done
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
  std::size_t jobs_;
  Cost cost_of_;
  std::map<int, double> waiting_;  ///< by layer, cost of the cells not begun
  std::map<Cell, UnderWay> under_way_;
  std::size_t left_ = 0;  ///< cells that are not finished
  Work all_;
  std::map<int, Work> at_;  ///< by layer
  double finished_epochs_ = 0;
  int finished_ = 0;
};

}  // namespace mtl
