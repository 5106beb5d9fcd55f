// In: two lists of scores, paired by fold. Out: every test of this folder that needs no more than that.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include <mtl/stats/bootstrap.hpp>
#include <mtl/stats/corrected_resampled_t_test.hpp>
#include <mtl/stats/correlated_bayes.hpp>
#include <mtl/stats/five_by_two.hpp>
#include <mtl/stats/mcnemar.hpp>
#include <mtl/stats/paired_t_test.hpp>
#include <mtl/stats/power.hpp>
#include <mtl/stats/sign_flip.hpp>
#include <mtl/stats/wilcoxon.hpp>

namespace mtl::stats {

/// What the tests need beside the scores.
struct PairedTestsOptions {
  std::optional<double> test_to_train = {};  ///< n_test / n_train; without it that of n-fold cross-validation
  Alternative side = Alternative::TwoSided;  ///< whose power is asked for
  double alpha = 0.05;
  double power = 0.8;
  double rope = 0;           ///< in the unit of the scores
  bool five_by_two = false;  ///< the pairs are those of 5x2cv, in its order
  BootstrapOptions bootstrap = {};
  SignFlipOptions sign_flip = {};
};

/// What every test says. Each has its own status.
struct PairedTests {
  PairedT t = {};
  CorrectedT corrected = {};
  SignFlip sign_flip = {};
  Wilcoxon wilcoxon = {};
  McNemar mcnemar = {};  ///< where every score is 0 or 1, right or wrong on one text; else NotApplicable
  Bootstrap bootstrap = {};
  CorrelatedBayes bayes = {};
  FiveByTwo five_by_two = {};  ///< NotApplicable unless asked for
  PairedDesign design = {};    ///< of `detectable`; plain t-test
  Detectable detectable = {};  ///< NaN for fewer than two pairs
};

namespace detail {

/// McNemar's test of scores that say right (1) or wrong (0).
inline McNemar mcnemar_of_scores(std::span<const double> a, std::span<const double> b) {
  const auto binary = [](double x) { return x == 0 || x == 1; };
  McNemar r;
  if (a.size() != b.size()) r.status = Status::LengthMismatch;
  if (r.status == Status::Ok && !(std::ranges::all_of(a, binary) && std::ranges::all_of(b, binary)))
    r.status = Status::NotApplicable;
  if (r.status != Status::Ok) return r;
  const std::vector<int> gold(a.size(), 1);
  return mcnemar_test(
      paired_outcomes(gold, std::vector<int>(a.begin(), a.end()), std::vector<int>(b.begin(), b.end())));
}

}  // namespace detail

/// Every paired test of a - b. Throws Error where an option is out of its range, never for the data.
inline PairedTests paired_tests(std::span<const double> a, std::span<const double> b,
                                const PairedTestsOptions& options = {}) {
  PairedTests r{.t = paired_t_test(a, b)};
  const double k_fold = r.t.n > 1 ? 1.0 / (r.t.n - 1) : 1.0;
  const double ratio = options.test_to_train.value_or(k_fold);
  r.corrected = corrected_resampled_t_test(r.t, ratio);
  r.sign_flip = sign_flip_test(a, b, options.sign_flip);
  r.wilcoxon = wilcoxon_signed_rank(a, b);
  r.mcnemar = detail::mcnemar_of_scores(a, b);
  r.bootstrap = bootstrap_folds(a, b, options.bootstrap);
  r.bayes = correlated_bayes_t_test(r.t, ratio, options.rope);
  r.five_by_two =
      options.five_by_two ? five_by_two_cv_test(a, b) : FiveByTwo{.status = Status::NotApplicable};
  r.design = {.n = static_cast<double>(std::max(2, r.t.n)), .alpha = options.alpha, .side = options.side};
  r.detectable = detectable_difference(r.design, r.t.sd_diff, options.power);
  if (r.t.n < 2) r.detectable.dz = no_number;
  return r;
}

}  // namespace mtl::stats
