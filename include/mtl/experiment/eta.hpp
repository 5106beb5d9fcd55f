// In: the plan, and the steps as they are taken. Out: how long the rest will take. Torch-free.
#pragma once

#include <algorithm>
#include <optional>

#include <mtl/experiment/plan.hpp>

namespace mtl {

/// Estimates the remaining time of a sweep from the measured time of its steps.
///
/// Time is counted per unit of relative_cost() and epoch. How many epochs a cell needs is known where it is
/// bounded; otherwise it is the mean of the finished cells, and before there is one, `assumed_epochs`.
class Eta {
 public:
  static constexpr int assumed_epochs = 15;

  /// `layers`: of the backbone; `max_epochs`: 0 where only early stopping ends a training.
  Eta(int layers, int max_epochs) : layers_{layers}, max_epochs_{max_epochs} {}

  /// A cell that is still to be trained.
  void expect(const Cell& cell) { waiting_ += relative_cost(cell, layers_); }

  /// An expected cell is under way.
  void begin(const Cell& cell) {
    cost_ = relative_cost(cell, layers_);
    waiting_ -= cost_;
    epochs_now_ = 0;
  }

  /// Where the cell under way is, in epochs, and the seconds since the last call.
  void advance(double epochs, double seconds) {
    worked_ += cost_ * (epochs - epochs_now_);
    seconds_ += seconds;
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
    if (worked_ <= 0) return std::nullopt;
    const double epochs = expected_epochs();
    return seconds_ / worked_ * (waiting_ * epochs + cost_ * std::max(epochs - epochs_now_, 0.0));
  }

 private:
  double expected_epochs() const {
    if (finished_ > 0) return finished_epochs_ / finished_;
    return max_epochs_ > 0 ? max_epochs_ : assumed_epochs;
  }

  int layers_, max_epochs_;
  double waiting_ = 0;     ///< cost of the cells not begun
  double cost_ = 0;        ///< of the cell under way
  double epochs_now_ = 0;  ///< of it that are done
  double worked_ = 0;      ///< cost x epochs done so far
  double seconds_ = 0;     ///< that they took
  double finished_epochs_ = 0;
  int finished_ = 0;
};

}  // namespace mtl
