// What a test's other hypothesis says of a - b, and the p-value that goes with it.
#pragma once

#include <string_view>

namespace mtl::stats {

/// What the test's other hypothesis says of a - b. The paper's tables are Greater.
enum class Alternative { TwoSided, Less, Greater };

/// The name that stands in files and on the command line.
constexpr std::string_view alternative_name(Alternative side) {
  switch (side) {
    case Alternative::TwoSided:
      return "two-sided";
    case Alternative::Less:
      return "less";
    case Alternative::Greater:
      return "greater";
  }
  return "unknown";
}

/// The p-value of a result that has all three.
template <class Result>
constexpr double p_value(const Result& result, Alternative side) {
  if (side == Alternative::Less) return result.p_less;
  return side == Alternative::Greater ? result.p_greater : result.p_two_sided;
}

}  // namespace mtl::stats
