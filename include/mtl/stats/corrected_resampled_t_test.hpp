// In: scores of two systems by fold, and the sizes of the folds. Out: the t-test that allows for folds which
// share most of their training texts.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>

#include <mtl/detail/error.hpp>
#include <mtl/stats/paired_t_test.hpp>

namespace mtl::stats {

/// Texts that a fold trained on and was tested on.
struct FoldSize {
  std::int64_t n_train = 0;
  std::int64_t n_test = 0;
};

/// The corrected resampled t-test of a - b. Where status is not Ok, everything from t on is NaN.
struct CorrectedT {
  Status status = Status::Ok;
  int n = 0;                         ///< pairs
  double test_to_train = no_number;  ///< n_test / n_train
  double mean_diff = no_number;
  double se = no_number;  ///< sd_diff sqrt(1/n + n_test/n_train)
  double df = no_number;  ///< n - 1
  double t = no_number;
  double p_two_sided = no_number;
  double p_less = no_number;
  double p_greater = no_number;
  Interval ci95 = {};  ///< of mean_diff, two-sided
};

/// n_test / n_train of real folds: their mean. Throws Error without folds, or where a size is not positive.
inline double test_to_train_ratio(std::span<const FoldSize> folds) {
  require(!folds.empty(), "corrected t-test: no fold sizes; it needs how many texts each fold trained on");
  double sum = 0;
  for (std::size_t i = 0; i < folds.size(); ++i) {
    require(folds[i].n_train > 0 && folds[i].n_test > 0,
            "corrected t-test: fold {} of {} trains on {} texts and tests on {}; both must be positive", i,
            folds.size(), folds[i].n_train, folds[i].n_test);
    sum += static_cast<double>(folds[i].n_test) / static_cast<double>(folds[i].n_train);
  }
  return sum / static_cast<double>(folds.size());
}

/// A paired t-test corrected for the overlap of its training sets. `test_to_train` is n_test / n_train, 1 /
/// (k
/// - 1) in k-fold cross-validation. Throws Error unless that is positive and finite.
///
/// Source: Nadeau and Bengio, "Inference for the generalization error" (2003), equation for the corrected
/// resampled t-test; |t| shrinks by 1 / sqrt(1 + n n_test/n_train).
inline CorrectedT corrected_resampled_t_test(const PairedT& plain, double test_to_train) {
  require(test_to_train > 0 && std::isfinite(test_to_train),
          "corrected t-test: n_test / n_train is {}; it must be positive", test_to_train);
  CorrectedT r{.status = plain.status,
               .n = plain.n,
               .test_to_train = test_to_train,
               .mean_diff = plain.mean_diff,
               .df = plain.df};
  r.se = plain.se * std::sqrt(1 + plain.n * test_to_train);
  if (r.status != Status::Ok) return r;
  r.t = plain.t / std::sqrt(1 + plain.n * test_to_train);
  detail::student_tails(r);
  r.ci95 = confidence_interval(r, 0.95);
  return r;
}

/// The same from the scores, and from the real sizes of their folds. Throws Error where the number of sizes
/// is not the number of scores.
inline CorrectedT corrected_resampled_t_test(std::span<const double> a, std::span<const double> b,
                                             std::span<const FoldSize> folds) {
  require(a.size() == folds.size(), "corrected t-test: {} scores, but sizes of {} folds", a.size(),
          folds.size());
  return corrected_resampled_t_test(paired_t_test(a, b), test_to_train_ratio(folds));
}

}  // namespace mtl::stats
