// In: a printed mean and SD of the accuracies of ten folds. Out: whether any whole numbers of correct texts
// give them. A printed pair that none gives was computed otherwise than its caption says, or misprinted.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

namespace mtl {

/// How a standard deviation is made: by n or by n - 1.
enum class SdDivisor { Population, Sample };

/// Mean and SD as printed, in percent with three decimals, of `folds` folds of `texts` texts each.
struct PrintedAccuracy {
  double mean = 0, sd = 0;
  std::int64_t texts = 0;
  std::int64_t folds = 10;
};

namespace detail {

inline constexpr double half_of_last_digit = 0.0005 + 1e-9;

/// The number of correct texts of all folds together that a printed mean allows; nothing when it allows none.
/// Below 100,000 texts in all there is at most one.
inline std::optional<std::int64_t> correct_in_all(const PrintedAccuracy& a) {
  const double all = static_cast<double>(a.texts * a.folds);
  const auto nearest = std::llround(a.mean / 100 * all);
  const bool fits = std::abs(100 * static_cast<double>(nearest) / all - a.mean) <= half_of_last_digit;
  return fits ? std::optional<std::int64_t>(nearest) : std::nullopt;
}

/// The smallest sum of squares of `folds` whole numbers with the sum `total`.
inline std::int64_t smallest_squares(std::int64_t total, std::int64_t folds) {
  const auto low = total / folds, above = total % folds;
  return (folds - above) * low * low + above * (low + 1) * (low + 1);
}

}  // namespace detail

/// Whether whole numbers of correct texts give the printed mean.
inline bool attainable_mean(const PrintedAccuracy& a) { return detail::correct_in_all(a).has_value(); }

/// Whether whole numbers of correct texts give the printed mean and the printed SD together.
///
/// With the sum T fixed, the sum of squares Q decides the SD. Q has the parity of T and is at least that of
/// the most even division; each such Q occurs: among ten numbers that differ by at most 1 there are four
/// pairs of equals, moving the two of a pair apart by k adds 2 k^2, and four squares add up to any number
/// (Lagrange). No fold leaves 0 .. texts while the SD is below the distance of the mean from both ends by a
/// factor of sqrt(folds / 2), as in all tables of the paper; other pairs are not judged attainable.
inline bool attainable(const PrintedAccuracy& a, SdDivisor divisor) {
  const auto total = detail::correct_in_all(a);
  if (!total) return false;
  const auto texts = static_cast<double>(a.texts), folds = static_cast<double>(a.folds);
  const double n = divisor == SdDivisor::Population ? folds : folds - 1;
  const double room = std::min(a.mean, 100 - a.mean);
  if (a.folds < 9 || a.sd * std::sqrt(folds / 2) >= room) return false;
  const auto squares = [&](double sd) {
    const double counts = std::max(0.0, sd) / 100 * texts, sum = static_cast<double>(*total);
    return n * counts * counts + sum * sum / folds;
  };
  auto q = std::max(static_cast<std::int64_t>(std::ceil(squares(a.sd - detail::half_of_last_digit) - 1e-6)),
                    detail::smallest_squares(*total, a.folds));
  if ((q - *total) % 2 != 0) ++q;
  return static_cast<double>(q) <= squares(a.sd + detail::half_of_last_digit) + 1e-6;
}

}  // namespace mtl
