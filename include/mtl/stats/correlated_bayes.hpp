// In: a paired t-test and the sizes of its folds. Out: how probable it is that a is better, worse, or
// practically the same.
#pragma once

#include <cmath>

#include <boost/math/distributions/students_t.hpp>

#include <mtl/stats/corrected_resampled_t_test.hpp>

namespace mtl::stats {

/// Posterior of the mean of a - b. Where status is not Ok, the probabilities are NaN.
struct CorrelatedBayes {
  Status status = Status::Ok;
  double rope = 0;                 ///< differences of at most this magnitude count as none
  double correlation = no_number;  ///< between folds: n_test / (n_train + n_test)
  double df = no_number;
  double location = no_number;  ///< of the posterior, a Student distribution
  double scale = no_number;
  double p_less = no_number;     ///< probability that a - b lies below -rope
  double p_rope = no_number;     ///< within
  double p_greater = no_number;  ///< above rope
  Interval hdi95 = {};           ///< the shortest interval with 95 % of the posterior
};

/// Bayesian correlated t-test of a - b with a region of practical equivalence of +-`rope`, in the unit of the
/// scores. Throws Error unless rope >= 0 and n_test / n_train > 0, both finite.
///
/// Source: Corani and Benavoli, "A Bayesian approach for comparing cross-validated algorithms on multiple
/// data sets" (2015); the correlation is Nadeau and Bengio's.
inline CorrelatedBayes correlated_bayes_t_test(const PairedT& plain, double test_to_train, double rope) {
  require(rope >= 0 && std::isfinite(rope), "correlated t-test: rope is {}; it must be at least 0", rope);
  const auto corrected = corrected_resampled_t_test(plain, test_to_train);
  CorrelatedBayes r{.status = corrected.status,
                    .rope = rope,
                    .correlation = test_to_train / (1 + test_to_train),
                    .df = corrected.df};
  if (r.status != Status::Ok) return r;
  r.location = corrected.mean_diff;
  r.scale = corrected.se;
  const boost::math::students_t student(r.df);
  const double low = (-rope - r.location) / r.scale, high = (rope - r.location) / r.scale;
  r.p_less = cdf(student, low);
  r.p_greater = cdf(complement(student, high));
  // The difference of whichever tails are small, so that no digits cancel.
  r.p_rope = low > 0 ? cdf(complement(student, low)) - r.p_greater : cdf(student, high) - r.p_less;
  r.hdi95 = corrected.ci95;
  return r;
}

}  // namespace mtl::stats
