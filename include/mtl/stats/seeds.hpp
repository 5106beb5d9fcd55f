// In: scores of two systems by fold, once for every training seed. Out: what the seeds say, without taking a
// seed for a fold.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include <mtl/stats/corrected_resampled_t_test.hpp>
#include <mtl/stats/paired_t_test.hpp>

namespace mtl::stats {

/// Scores of both systems from one seed, by fold.
struct SeedScores {
  std::uint64_t seed = 0;
  std::vector<double> a = {}, b = {};
};

/// The mean difference over the folds from one seed.
struct SeedDifference {
  std::uint64_t seed = 0;
  double mean_diff = no_number;
};

/// Differences over seeds and folds. Where status is not Ok, there are no numbers.
///
/// Folds are what the test is over: `over_folds` has one pair a fold, averaged over seeds, so that more seeds
/// make each pair steadier and never add one. Seeds are described beside it: their interval says how far the
/// result moves when the same folds are trained anew, nothing about other texts.
struct SeedSummary {
  Status status = Status::Ok;
  int seeds = 0;
  int folds = 0;
  std::vector<SeedDifference> by_seed = {};
  int in_favour_of_a = 0;            ///< seeds whose mean difference is above 0
  double mean_diff = no_number;      ///< over seeds and folds
  double sd_over_seeds = no_number;  ///< of by_seed; NaN for one seed
  Interval ci95_over_seeds = {};     ///< of the mean over seeds, by Student's t; NaN for one seed
  PairedT over_folds = {};           ///< the test: folds are the pairs
  /// Share of the differences' variance that goes with the fold, the seed, and neither (two-way analysis of
  /// variance without repetition, negative estimates 0). NaN for one seed.
  double variance_of_folds = no_number;
  double variance_of_seeds = no_number;
  double variance_of_rest = no_number;
};

namespace detail {

inline Status seeds_status(std::span<const SeedScores> seeds) {
  if (seeds.empty()) return Status::TooFewPairs;
  for (const auto& seed : seeds) {
    if (seed.a.size() != seeds.front().a.size()) return Status::LengthMismatch;
    const auto d = differences(seed.a, seed.b);
    if (d.status != Status::Ok) return d.status;
  }
  return Status::Ok;
}

/// Method of moments: expected mean squares are rest + seeds var(fold), rest + folds var(seed), rest.
inline void split_variance(SeedSummary& r, std::span<const SeedScores> seeds,
                           const std::vector<double>& fold_means) {
  double rest = 0;
  for (std::size_t s = 0; s < seeds.size(); ++s)
    for (std::size_t f = 0; f < fold_means.size(); ++f) {
      const double fitted = r.by_seed[s].mean_diff + fold_means[f] - r.mean_diff;
      const double residual = seeds[s].a[f] - seeds[s].b[f] - fitted;
      rest += residual * residual;
    }
  rest /= (r.seeds - 1) * (r.folds - 1);
  const double fold_sd = sample_sd(fold_means);
  r.variance_of_rest = rest;
  r.variance_of_folds = std::max(0.0, fold_sd * fold_sd - rest / r.seeds);
  r.variance_of_seeds = std::max(0.0, r.sd_over_seeds * r.sd_over_seeds - rest / r.folds);
}

/// Mean over seeds of one system's score, by fold.
inline std::vector<double> mean_over_seeds(std::span<const SeedScores> seeds,
                                           std::vector<double> SeedScores::*scores) {
  std::vector<double> means;
  for (std::size_t f = 0; f < (seeds.front().*scores).size(); ++f) {
    std::vector<double> of_fold;
    for (const auto& seed : seeds) of_fold.push_back((seed.*scores)[f]);
    means.push_back(mean(of_fold));
  }
  return means;
}

}  // namespace detail

/// Summarises a - b over seeds and folds. Never throws.
inline SeedSummary summarize_seeds(std::span<const SeedScores> seeds) {
  SeedSummary r{.status = detail::seeds_status(seeds), .seeds = static_cast<int>(seeds.size())};
  if (r.status != Status::Ok) return r;
  r.folds = static_cast<int>(seeds.front().a.size());
  std::vector<double> seed_means;
  for (const auto& seed : seeds) {
    seed_means.push_back(paired_t_test(seed.a, seed.b).mean_diff);
    r.by_seed.push_back({seed.seed, seed_means.back()});
    r.in_favour_of_a += seed_means.back() > 0;
  }
  const auto a = detail::mean_over_seeds(seeds, &SeedScores::a);
  const auto b = detail::mean_over_seeds(seeds, &SeedScores::b);
  r.over_folds = paired_t_test(a, b);
  r.mean_diff = mean(seed_means);
  if (r.seeds < 2) return r;
  r.sd_over_seeds = sample_sd(seed_means);
  const boost::math::students_t student(r.seeds - 1);
  const double reach = quantile(complement(student, 0.025)) * r.sd_over_seeds / std::sqrt(r.seeds);
  r.ci95_over_seeds = {r.mean_diff - reach, r.mean_diff + reach};
  std::vector<double> fold_means;
  for (std::size_t f = 0; f < a.size(); ++f) fold_means.push_back(a[f] - b[f]);
  detail::split_variance(r, seeds, fold_means);
  return r;
}

}  // namespace mtl::stats
