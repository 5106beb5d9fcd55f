// In: differences of five repetitions of two-fold cross-validation. Out: the 5x2cv t-test and F-test.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include <boost/math/distributions/fisher_f.hpp>

#include <mtl/stats/paired_t_test.hpp>

namespace mtl::stats {

/// The tests of a - b by 5x2cv. Where status is not Ok, statistics and p-values are NaN.
struct FiveByTwo {
  Status status = Status::Ok;
  double mean_diff = no_number;  ///< over all ten
  double t = no_number;          ///< Dietterich's: the first difference over the pooled deviation
  double df = no_number;         ///< 5
  double p_two_sided = no_number;
  double p_less = no_number;
  double p_greater = no_number;
  double f = no_number;    ///< Alpaydin's combined statistic; does not depend on the order, has no direction
  double p_f = no_number;  ///< with 10 and 5 degrees of freedom
};

/// The 5x2cv tests. Scores are in the order: repetition 1 fold 1, repetition 1 fold 2, repetition 2 fold 1,
/// ... Another number of scores than ten has the status NotApplicable.
///
/// Sources: Dietterich, "Approximate statistical tests for comparing supervised classification learning
/// algorithms" (1998); Alpaydin, "Combined 5x2cv F test" (1999).
inline FiveByTwo five_by_two_cv_test(std::span<const double> a, std::span<const double> b) {
  const auto d = differences(a, b);
  FiveByTwo r{.status = d.status};
  if (r.status == Status::Ok && d.n != 10) r.status = Status::NotApplicable;
  if (r.status != Status::Ok) return r;
  double squares = 0, variances = 0;
  for (std::size_t i = 0; i < 10; i += 2) {
    const double half = (d.values[i] - d.values[i + 1]) / 2;
    variances += 2 * half * half;
    squares += d.values[i] * d.values[i] + d.values[i + 1] * d.values[i + 1];
  }
  r.mean_diff = std::ldexp(mean(d.values), d.exponent);
  const double deviation = std::sqrt(variances / 5);
  if (std::ranges::all_of(d.values, [](double x) { return x == 0; }))
    r.status = Status::NoDifference;
  else if (deviation <= 2 * detail::difference_noise)
    r.status = Status::Degenerate;
  if (r.status != Status::Ok) return r;
  r.df = 5;
  r.t = d.values[0] / deviation;
  detail::student_tails(r);
  r.f = squares / (2 * variances);
  r.p_f = cdf(complement(boost::math::fisher_f(10, 5), r.f));
  return r;
}

}  // namespace mtl::stats
