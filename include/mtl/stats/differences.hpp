// In: two lists of scores, paired by fold. Out: their differences in a unit that no square leaves, or why
// there are none. What every paired test begins with.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include <mtl/stats/status.hpp>

namespace mtl::stats {

/// a - b, pair by pair, over 2^exponent. Scores there are below 1 in magnitude.
struct Differences {
  Status status = Status::Ok;  ///< or LengthMismatch, TooFewPairs, NonFinite
  int n = 0;                   ///< pairs
  int first_bad = -1;          ///< with NonFinite: the first pair, from 0, that has a NaN or an infinity
  int exponent = 0;            ///< values times 2^exponent are in the unit of the scores
  std::vector<double> a = {}, b = {}, values = {};  ///< without a status, scaled; else empty
};

namespace detail {

inline double largest_magnitude(std::span<const double> a, std::span<const double> b) {
  double largest = 0;
  for (const double x : a) largest = std::max(largest, std::abs(x));
  for (const double x : b) largest = std::max(largest, std::abs(x));
  return largest;
}

inline int first_non_finite(std::span<const double> a, std::span<const double> b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!std::isfinite(a[i]) || !std::isfinite(b[i])) return static_cast<int>(i);
  return -1;
}

/// The scores times 2^-exponent: exact, so that no square over- or underflows and no result depends on the
/// unit.
inline std::vector<double> scaled(std::span<const double> scores, int exponent) {
  std::vector<double> result(scores.begin(), scores.end());
  for (double& x : result) x = std::ldexp(x, -exponent);
  return result;
}

/// What the rounding of two scores below 1 may add to their difference, with room: differences that are this
/// close count as equal, since folds' accuracies are multiples of 1 / n_test that decimals do not hold.
inline constexpr double difference_noise = 4 * std::numeric_limits<double>::epsilon();

}  // namespace detail

/// The differences of `a` and `b`. Never throws.
inline Differences differences(std::span<const double> a, std::span<const double> b) {
  Differences d{.n = static_cast<int>(std::min(a.size(), b.size()))};
  if (a.size() != b.size()) d.status = Status::LengthMismatch;
  if (d.status == Status::Ok) d.first_bad = detail::first_non_finite(a, b);
  if (d.first_bad >= 0) d.status = Status::NonFinite;
  if (d.status == Status::Ok && d.n == 0) d.status = Status::TooFewPairs;
  if (d.status != Status::Ok) return d;
  std::frexp(detail::largest_magnitude(a, b), &d.exponent);
  d.a = detail::scaled(a, d.exponent);
  d.b = detail::scaled(b, d.exponent);
  for (std::size_t i = 0; i < d.a.size(); ++i) d.values.push_back(d.a[i] - d.b[i]);
  if (d.n < 2) d.status = Status::TooFewPairs;
  return d;
}

}  // namespace mtl::stats
