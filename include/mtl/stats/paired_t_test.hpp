// In: two equally long lists of scores, paired by fold. Out: everything the paired t-test says about their
// difference.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include <boost/math/distributions/students_t.hpp>

#include <mtl/detail/error.hpp>
#include <mtl/stats/alternative.hpp>
#include <mtl/stats/descriptive.hpp>
#include <mtl/stats/differences.hpp>
#include <mtl/stats/effect_size.hpp>
#include <mtl/stats/interval.hpp>
#include <mtl/stats/status.hpp>

namespace mtl::stats {

/// Paired t-test of a - b. Where status is not Ok, everything from t on is NaN; without pairs so are the
/// means.
struct PairedT {
  Status status = Status::Ok;
  int n = 0;           ///< pairs
  int first_bad = -1;  ///< with NonFinite: the first pair, from 0, that has a NaN or an infinity
  double mean_a = no_number;
  double mean_b = no_number;
  double mean_diff = no_number;  ///< of a - b, in the unit of the scores
  double sd_diff = no_number;    ///< sample standard deviation (n - 1)
  double se = no_number;         ///< sd_diff / sqrt(n)
  double df = no_number;         ///< n - 1
  double t = no_number;
  double p_two_sided = no_number;
  double p_less = no_number;     ///< alternative: a is smaller than b
  double p_greater = no_number;  ///< alternative: a is greater than b (the paper's)
  Interval ci95 = {};            ///< of mean_diff, two-sided
  double dz = no_number;         ///< mean_diff / sd_diff
  Interval dz_ci95 = {};         ///< of dz, by the noncentral t distribution
  /// dz without its small-sample bias; NaN for two pairs, where the expected dz does not exist.
  double hedges_g = no_number;
  Interval hedges_g_ci95 = {};  ///< of g, by the noncentral t distribution
};

/// Interval of the mean difference at a confidence `level` in (0, 1), by Student's t. Less and Greater give
/// the one-sided bounds, as R does. `Test` has status, mean_diff, se and df. NaN where the test has no t.
/// Throws Error for another level.
template <class Test>
Interval confidence_interval(const Test& r, double level, Alternative side = Alternative::TwoSided) {
  require_level(level);
  if (r.status != Status::Ok) return {};
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const boost::math::students_t student(r.df);
  const double tail = side == Alternative::TwoSided ? (1 - level) / 2 : 1 - level;
  const double reach = boost::math::quantile(boost::math::complement(student, tail)) * r.se;
  return {side == Alternative::Less ? -infinity : r.mean_diff - reach,
          side == Alternative::Greater ? infinity : r.mean_diff + reach};
}

namespace detail {

/// Fills in the three p-values of r.t. Tails by complement: 1 - cdf would lose the small ones.
template <class Test>
void student_tails(Test& r) {
  const boost::math::students_t student(r.df);
  r.p_less = boost::math::cdf(student, r.t);
  r.p_greater = boost::math::cdf(boost::math::complement(student, r.t));
  r.p_two_sided = std::min(1.0, 2 * std::min(r.p_less, r.p_greater));
}

/// Fills in means, standard deviation and error of a, b and a - b, in the unit of the differences.
inline void describe_difference(PairedT& r, const Differences& d) {
  r.mean_a = mean(d.a);
  r.mean_b = mean(d.b);
  r.mean_diff = mean(d.values);
  r.sd_diff = sample_sd(d.values);
  r.se = r.sd_diff / std::sqrt(r.n);
  r.df = r.n - 1;
  const bool equal = std::ranges::all_of(d.values, [](double x) { return x == 0; });
  const double scale = std::max(largest_magnitude(d.a, d.b), std::abs(r.mean_diff));
  const double noise = 10 * std::numeric_limits<double>::epsilon() * scale;
  if (r.n < 2)
    r.status = Status::TooFewPairs;
  else if (equal)
    r.status = Status::NoDifference;
  else if (r.se <= noise)
    r.status = Status::Degenerate;
}

/// t, its three p-values and the effect sizes.
inline void test_difference(PairedT& r) {
  r.t = r.mean_diff / r.se;
  student_tails(r);
  r.dz = r.mean_diff / r.sd_diff;
  r.dz_ci95 = dz_interval(r.t, r.n, 0.95);
  const double correction = hedges_correction(r.df);
  r.hedges_g = correction * r.dz;
  r.hedges_g_ci95 = {correction * r.dz_ci95.low, correction * r.dz_ci95.high};
}

}  // namespace detail

/// Student's paired t-test of `a` against `b`, pair by pair. Never throws: data without a t has a status.
///
/// Differences count as constant when their standard error is at most 10 epsilon times the largest score or
/// mean difference. Source: Student (1908); conventions as in R's t.test(paired = TRUE), which it matches to
/// 1e-12 relative.
inline PairedT paired_t_test(std::span<const double> a, std::span<const double> b) {
  const auto d = differences(a, b);
  PairedT r{.status = d.status, .n = d.n, .first_bad = d.first_bad};
  if (d.values.empty()) return r;
  detail::describe_difference(r, d);
  if (r.status == Status::Ok) detail::test_difference(r);
  for (double* value : {&r.mean_a, &r.mean_b, &r.mean_diff, &r.sd_diff, &r.se})
    *value = std::ldexp(*value, d.exponent);
  if (r.status == Status::Ok) r.ci95 = confidence_interval(r, 0.95);
  return r;
}

}  // namespace mtl::stats
