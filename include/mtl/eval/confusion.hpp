// In: the classes of texts and what was predicted for them, a text or a batch at a time. Out: the confusion
// matrix and the scores that follow from it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <mtl/data/dataset.hpp>
#include <mtl/detail/error.hpp>
#include <mtl/eval/hits.hpp>

namespace mtl {

/// Counts of (gold, predicted) class pairs.
class ConfusionMatrix {
 public:
  /// Throws Error unless there is at least one class.
  explicit ConfusionMatrix(int classes) : classes_{classes} {
    require(classes > 0, "a confusion matrix of {} classes", classes);
    counts_.resize(static_cast<std::size_t>(classes) * static_cast<std::size_t>(classes));
  }

  /// Counts one text; one without a gold class (ignored_label) is left out. Throws Error for a number that is
  /// no class.
  void add(int gold, int predicted) {
    if (gold == ignored_label) return;
    require(is_class(gold), "gold class {} of {} classes (counted from 0)", gold, classes_);
    require(is_class(predicted), "predicted class {} of {} classes (counted from 0)", predicted, classes_);
    ++counts_[index(gold, predicted)];
  }

  /// Counts several texts. Throws Error when the lists differ in length, or as add() of one text does.
  void add(std::span<const int> gold, std::span<const int> predicted) {
    require(gold.size() == predicted.size(), "{} gold classes against {} predicted ones", gold.size(),
            predicted.size());
    for (std::size_t i = 0; i < gold.size(); ++i) add(gold[i], predicted[i]);
  }

  int classes() const { return classes_; }
  /// Examples of class `gold` that were predicted as `predicted`; both from 0.
  std::int64_t count(int gold, int predicted) const { return counts_.at(index(gold, predicted)); }

  /// All examples.
  std::int64_t total() const {
    std::int64_t sum = 0;
    for (const std::int64_t count : counts_) sum += count;
    return sum;
  }

  /// Examples on the diagonal.
  std::int64_t correct() const {
    std::int64_t sum = 0;
    for (int c = 0; c < classes_; ++c) sum += count(c, c);
    return sum;
  }

  /// correct() / total(); 0 of no text.
  double accuracy() const {
    const std::int64_t texts = total();
    return texts == 0 ? 0.0 : static_cast<double>(correct()) / static_cast<double>(texts);
  }

  /// Precision, recall and F1 of one class, and its support (Hits::gold).
  Hits of_class(int c) const {
    Hits hits{.found = count(c, c)};
    for (int other = 0; other < classes_; ++other) {
      hits.predicted += count(other, c);
      hits.gold += count(c, other);
    }
    return hits;
  }

  /// Plain mean of F1 over the classes that occur in gold or predictions (scikit-learn's default set of
  /// labels); 0 of no text.
  double macro_f1() const {
    double sum = 0;
    int occurring = 0;
    for (int c = 0; c < classes_; ++c) {
      const Hits hits = of_class(c);
      if (!hits.occurs()) continue;
      sum += hits.f1();
      ++occurring;
    }
    return occurring == 0 ? 0.0 : sum / occurring;
  }

 private:
  bool is_class(int c) const { return c >= 0 && c < classes_; }
  std::size_t index(int gold, int predicted) const {
    return static_cast<std::size_t>(gold) * static_cast<std::size_t>(classes_) +
           static_cast<std::size_t>(predicted);
  }

  int classes_;
  std::vector<std::int64_t> counts_;  ///< row: gold; column: predicted
};

}  // namespace mtl
