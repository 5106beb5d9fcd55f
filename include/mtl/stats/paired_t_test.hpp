// In: two equally long lists of scores, paired by fold. Out: everything the paired t-test says about their
// difference.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include <mtl/detail/error.hpp>
#include <mtl/stats/descriptive.hpp>
#include <mtl/stats/status.hpp>

namespace mtl::stats {

/// What the test's other hypothesis says of a - b.
enum class Alternative { TwoSided, Less, Greater };

/// An interval; an end may be infinite.
struct Interval {
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

/// Paired t-test of a - b. Where status is not Ok, everything from t on is NaN; without pairs so are the
/// means.
struct PairedT {
  Status status = Status::Ok;
  int n = 0;           ///< pairs
  int first_bad = -1;  ///< with NonFinite: the first pair, from 0, that has a NaN or an infinity
  double mean_a = std::numeric_limits<double>::quiet_NaN();
  double mean_b = std::numeric_limits<double>::quiet_NaN();
  double mean_diff = std::numeric_limits<double>::quiet_NaN();  ///< of a - b, in the unit of the scores
  double sd_diff = std::numeric_limits<double>::quiet_NaN();    ///< sample standard deviation (n - 1)
  double se = std::numeric_limits<double>::quiet_NaN();         ///< sd_diff / sqrt(n)
  double df = std::numeric_limits<double>::quiet_NaN();         ///< n - 1
  double t = std::numeric_limits<double>::quiet_NaN();
  double p_two_sided = std::numeric_limits<double>::quiet_NaN();
  double p_less = std::numeric_limits<double>::quiet_NaN();  ///< alternative: a is smaller than b
  double p_greater =
      std::numeric_limits<double>::quiet_NaN();          ///< alternative: a is greater than b (the paper's)
  Interval ci95 = {};                                    ///< of mean_diff, two-sided
  double dz = std::numeric_limits<double>::quiet_NaN();  ///< mean_diff / sd_diff
  /// dz without its small-sample bias; NaN for two pairs, where the expected dz does not exist.
  double hedges_g = std::numeric_limits<double>::quiet_NaN();
};

/// Interval of the mean difference at a confidence `level` in (0, 1), by Student's t. Less and Greater give
/// the one-sided bounds, as R does. NaN where the test has no t. Throws Error for another level.
inline Interval confidence_interval(const PairedT& r, double level,
                                    Alternative side = Alternative::TwoSided) {
  require(level > 0 && level < 1, "confidence level {}: it must lie between 0 and 1", level);
  if (r.status != Status::Ok) return {};
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const boost::math::students_t student(r.df);
  const double tail = side == Alternative::TwoSided ? (1 - level) / 2 : 1 - level;
  const double reach = boost::math::quantile(boost::math::complement(student, tail)) * r.se;
  return {side == Alternative::Less ? -infinity : r.mean_diff - reach,
          side == Alternative::Greater ? infinity : r.mean_diff + reach};
}

/// What Hedges' g multiplies dz by: Gamma(df/2) / (sqrt(df/2) Gamma((df-1)/2)), the exact correction
/// (Hedges 1981). NaN below two degrees of freedom.
inline double hedges_correction(double df) {
  if (!(df >= 2)) return std::numeric_limits<double>::quiet_NaN();
  return 1 / (boost::math::tgamma_delta_ratio((df - 1) / 2, 0.5) * std::sqrt(df / 2));
}

namespace detail {

inline double largest_magnitude(std::span<const double> a, std::span<const double> b) {
  double largest = 0;
  for (const double x : a) largest = std::max(largest, std::abs(x));
  for (const double x : b) largest = std::max(largest, std::abs(x));
  return largest;
}

/// The binary exponent that brings the largest score into [0.5, 1); 0 when all are zero.
inline int common_exponent(std::span<const double> a, std::span<const double> b) {
  int exponent = 0;
  std::frexp(largest_magnitude(a, b), &exponent);
  return exponent;
}

/// The scores times 2^-exponent: exact, so that no square over- or underflows and t does not depend on the
/// unit.
inline std::vector<double> scaled(std::span<const double> scores, int exponent) {
  std::vector<double> result(scores.begin(), scores.end());
  for (double& x : result) x = std::ldexp(x, -exponent);
  return result;
}

inline int first_non_finite(std::span<const double> a, std::span<const double> b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!std::isfinite(a[i]) || !std::isfinite(b[i])) return static_cast<int>(i);
  return -1;
}

/// Fills in means, standard deviation and error of a, b and a - b, in the unit of the scores over 2^exponent.
inline void describe_difference(PairedT& r, std::span<const double> a, std::span<const double> b) {
  std::vector<double> diff(a.size());
  std::ranges::transform(a, b, diff.begin(), std::minus<>{});
  r.mean_a = mean(a);
  r.mean_b = mean(b);
  r.mean_diff = mean(diff);
  r.sd_diff = sample_sd(diff);
  r.se = r.sd_diff / std::sqrt(r.n);
  r.df = r.n - 1;
  const bool equal = std::ranges::all_of(diff, [](double d) { return d == 0; });
  const double scale = std::max(largest_magnitude(a, b), std::abs(r.mean_diff));
  const double noise = 10 * std::numeric_limits<double>::epsilon() * scale;
  if (r.n < 2)
    r.status = Status::TooFewPairs;
  else if (equal)
    r.status = Status::NoDifference;
  else if (r.se <= noise)
    r.status = Status::Degenerate;
}

/// t, its three p-values and the effect sizes. Tails by complement: 1 - cdf would lose the small ones.
inline void test_difference(PairedT& r) {
  const boost::math::students_t student(r.df);
  r.t = r.mean_diff / r.se;
  r.p_less = boost::math::cdf(student, r.t);
  r.p_greater = boost::math::cdf(boost::math::complement(student, r.t));
  r.p_two_sided = std::min(1.0, 2 * std::min(r.p_less, r.p_greater));
  r.dz = r.mean_diff / r.sd_diff;
  r.hedges_g = hedges_correction(r.df) * r.dz;
}

}  // namespace detail

/// Student's paired t-test of `a` against `b`, pair by pair. Never throws: data without a t has a status.
///
/// Differences count as constant when their standard error is at most 10 epsilon times the largest score or
/// mean difference. Source: Student (1908); conventions as in R's t.test(paired = TRUE), which it matches to
/// 1e-12 relative.
inline PairedT paired_t_test(std::span<const double> a, std::span<const double> b) {
  PairedT r{.n = static_cast<int>(std::min(a.size(), b.size()))};
  if (a.size() != b.size()) r.status = Status::LengthMismatch;
  if (r.status == Status::Ok && r.n == 0) r.status = Status::TooFewPairs;
  if (r.status != Status::Ok) return r;
  r.first_bad = detail::first_non_finite(a, b);
  if (r.first_bad >= 0) {
    r.status = Status::NonFinite;
    return r;
  }
  const int exponent = detail::common_exponent(a, b);
  detail::describe_difference(r, detail::scaled(a, exponent), detail::scaled(b, exponent));
  if (r.status == Status::Ok) detail::test_difference(r);
  for (double* value : {&r.mean_a, &r.mean_b, &r.mean_diff, &r.sd_diff, &r.se})
    *value = std::ldexp(*value, exponent);
  if (r.status == Status::Ok) r.ci95 = confidence_interval(r, 0.95);
  return r;
}

}  // namespace mtl::stats
