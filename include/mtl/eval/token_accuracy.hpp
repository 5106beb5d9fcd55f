// In: gold and predicted labels of tokens, a text at a time. Out: how many are right.
#pragma once

#include <cstdint>
#include <span>

#include <mtl/data/dataset.hpp>
#include <mtl/detail/error.hpp>

namespace mtl {

/// Share of labelled tokens that are right; O counts like any other label.
class TokenAccuracy {
 public:
  /// Counts one text; tokens whose gold label is ignored_label are left out. Throws Error when the lists
  /// differ in length.
  void add(std::span<const int> gold, std::span<const int> predicted) {
    require(gold.size() == predicted.size(), "{} gold labels against {} predicted ones in one text",
            gold.size(), predicted.size());
    for (std::size_t i = 0; i < gold.size(); ++i) {
      if (gold[i] == ignored_label) continue;
      ++total_;
      correct_ += gold[i] == predicted[i];
    }
  }

  /// Tokens whose label was predicted, of those that have one.
  std::int64_t correct() const { return correct_; }
  /// Tokens that have a label.
  std::int64_t total() const { return total_; }

  /// correct() / total(); 0 of no token.
  double value() const {
    return total_ == 0 ? 0.0 : static_cast<double>(correct_) / static_cast<double>(total_);
  }

 private:
  std::int64_t correct_ = 0;
  std::int64_t total_ = 0;
};

}  // namespace mtl
