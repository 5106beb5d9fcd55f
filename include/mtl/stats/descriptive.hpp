// In: a list of numbers. Out: its mean and its two standard deviations, summed in two passes.
#pragma once

#include <cmath>
#include <limits>
#include <span>

namespace mtl::stats {

/// Arithmetic mean; NaN of an empty list. The second pass removes the rounding of the first.
inline double mean(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  double sum = 0, rest = 0;
  for (const double x : values) sum += x;
  const double first = sum / n;
  for (const double x : values) rest += x - first;
  return first + rest / n;
}

namespace detail {

/// Sum of squared deviations from the mean, less the square that the rounding of the mean adds.
inline double squared_deviations(std::span<const double> values) {
  const double centre = mean(values);
  double squares = 0, rest = 0;
  for (const double x : values) {
    squares += (x - centre) * (x - centre);
    rest += x - centre;
  }
  return squares - rest * rest / static_cast<double>(values.size());
}

}  // namespace detail

/// Population standard deviation (divisor n), the one that the paper's tables print; NaN of an empty list.
inline double population_sd(std::span<const double> values) {
  return std::sqrt(detail::squared_deviations(values) / static_cast<double>(values.size()));
}

/// Sample standard deviation (divisor n - 1); NaN of fewer than two numbers.
inline double sample_sd(std::span<const double> values) {
  if (values.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  return std::sqrt(detail::squared_deviations(values) / static_cast<double>(values.size() - 1));
}

}  // namespace mtl::stats
