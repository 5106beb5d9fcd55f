// In: the value of a watched quantity after each epoch. Out: whether it is the best so far, and when to stop.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/detail/error.hpp>

namespace mtl {

/// Watches one quantity of the validation set: "loss" (the loss that is minimised), "loss:<head>", or
/// "accuracy:<head>". A loss is best when smallest, an accuracy when largest; ties keep the earlier epoch.
class EarlyStopping {
 public:
  /// `patience`: epochs without improvement after which it is exhausted; at least 1. Throws Error otherwise.
  EarlyStopping(std::string quantity, int patience) : quantity_{std::move(quantity)}, patience_{patience} {
    require(patience_ >= 1, "early stopping on '{}': patience {} stops before the first epoch", quantity_,
            patience_);
    const std::string_view name = quantity_;
    larger_is_better_ = name.starts_with("accuracy:");
    require(larger_is_better_ || name == "loss" || name.starts_with("loss:"),
            "early stopping cannot watch '{}'; it knows loss, loss:<head> and accuracy:<head>", quantity_);
  }

  /// Takes the value after one more epoch; true when it is the best so far. A NaN never is.
  bool observe(double value) {
    ++epoch_;
    const bool better = larger_is_better_ ? value > best_ : value < best_;
    if (std::isnan(value) || (best_epoch_ > 0 && !better)) return false;
    best_ = value;
    best_epoch_ = epoch_;
    return true;
  }

  /// Whether `patience` epochs have passed since the best.
  bool exhausted() const { return epoch_ - best_epoch_ >= patience_; }

  const std::string& quantity() const { return quantity_; }
  int best_epoch() const { return best_epoch_; }  ///< counted from 1; 0 before the first finite value
  /// Best value so far; NaN before the first.
  double best() const { return best_; }

 private:
  std::string quantity_;
  int patience_;
  bool larger_is_better_ = false;
  int epoch_ = 0, best_epoch_ = 0;
  double best_ = std::numeric_limits<double>::quiet_NaN();
};

/// One watch for each quantity. Throws Error when there is none, when one is named twice, and as
/// EarlyStopping does.
inline std::vector<EarlyStopping> watches_of(const std::vector<std::string>& quantities, int patience) {
  require(!quantities.empty(), "nothing to watch: early stopping needs a quantity such as 'loss'");
  std::vector<EarlyStopping> watches;
  for (const auto& quantity : quantities) {
    require(std::ranges::find(watches, quantity, &EarlyStopping::quantity) == watches.end(),
            "early stopping watches '{}' twice", quantity);
    watches.emplace_back(quantity, patience);
  }
  return watches;
}

}  // namespace mtl
