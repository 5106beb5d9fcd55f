// Correct and wrong decisions, counted; precision, recall and F1, made of the counts.
#pragma once

#include <cstdint>

namespace mtl {

/// Decisions about one class of texts or one kind of spans.
/// A quotient without a denominator counts as 0, as in scikit-learn.
struct Hits {
  std::int64_t found = 0;      ///< gold and predicted
  std::int64_t predicted = 0;  ///< found or wrong
  std::int64_t gold = 0;       ///< found or missed

  /// found / predicted; 0 where nothing was predicted.
  double precision() const { return quotient(found, predicted); }
  /// found / gold; 0 where there is nothing to find.
  double recall() const { return quotient(found, gold); }
  /// Harmonic mean of the two, 2 found / (predicted + gold); 0 of nothing.
  double f1() const { return quotient(2 * found, predicted + gold); }
  /// Whether there was anything to find or anything found.
  bool occurs() const { return predicted + gold > 0; }

  Hits& operator+=(const Hits& more) {
    found += more.found;
    predicted += more.predicted;
    gold += more.gold;
    return *this;
  }

 private:
  static double quotient(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
  }
};

}  // namespace mtl
