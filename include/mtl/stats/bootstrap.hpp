// In: differences of two systems, by text within folds, or by fold. Out: bootstrap intervals of their mean.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include <boost/math/distributions/normal.hpp>

#include <mtl/detail/random.hpp>
#include <mtl/stats/descriptive.hpp>
#include <mtl/stats/differences.hpp>
#include <mtl/stats/interval.hpp>

namespace mtl::stats {

/// What is drawn again and again: the intervals answer different questions.
enum class Resampled {
  Texts,  ///< texts within each fold; the trained models are given
  Folds,  ///< whole folds, with the models trained on the others
};

/// How a bootstrap goes about it.
struct BootstrapOptions {
  int replicates = 10000;
  double level = 0.95;
  std::uint64_t seed = 1;
};

/// Bootstrap intervals of the mean over folds of a - b. Where status is not Ok they are NaN.
struct Bootstrap {
  Status status = Status::Ok;
  Resampled resampled = Resampled::Texts;
  int units = 0;  ///< texts or folds that were drawn from
  int replicates = 0;
  double level = 0;
  double mean_diff = no_number;  ///< of the data themselves
  double se = no_number;         ///< SD of the replicates
  Interval percentile = {};
  Interval bca = {};  ///< bias-corrected and accelerated; NaN where every replicate lies on one side
};

/// Quantile of sorted numbers, interpolated between neighbours (R's type 7). NaN of none.
inline double quantile_of_sorted(std::span<const double> sorted, double probability) {
  if (sorted.empty()) return no_number;
  const double at = std::clamp(probability, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(at), sorted.size() - 1);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// Percentile interval of sorted replicates. Throws Error for a level outside (0, 1).
inline Interval percentile_interval(std::span<const double> sorted, double level) {
  require_level(level);
  return {quantile_of_sorted(sorted, (1 - level) / 2), quantile_of_sorted(sorted, (1 + level) / 2)};
}

/// BCa interval of sorted replicates of a statistic that was `observed`, with its acceleration. Replicates
/// equal to the observed one count half. Source: Efron (1987).
inline Interval bca_interval(std::span<const double> sorted, double observed, double acceleration,
                             double level) {
  require_level(level);
  const auto below = std::ranges::lower_bound(sorted, observed) - sorted.begin();
  const auto not_above = std::ranges::upper_bound(sorted, observed) - sorted.begin();
  const double share = static_cast<double>(below + not_above) / 2 / static_cast<double>(sorted.size());
  if (!(share > 0 && share < 1)) return {};
  const boost::math::normal normal;
  const double bias = quantile(normal, share);
  const auto at = [&](double tail) {
    const double z = bias + quantile(normal, tail);
    const double room = std::max(1 - acceleration * z, 1e-9);  // beyond it the end is that of the replicates
    return quantile_of_sorted(sorted, cdf(normal, bias + z / room));
  };
  return {at((1 - level) / 2), at((1 + level) / 2)};
}

namespace detail {

/// Skewness of the jackknife's influence values, over six; for several samples as Davison and Hinkley (1997),
/// equation 5.25.
inline double acceleration(const std::vector<std::vector<double>>& folds) {
  double squares = 0, cubes = 0;
  for (const auto& fold : folds) {
    const double centre = mean(fold), size = static_cast<double>(fold.size());
    for (const double x : fold) {
      const double influence = (x - centre) / size;
      squares += influence * influence;
      cubes += influence * influence * influence;
    }
  }
  return squares > 0 ? cubes / (6 * squares * std::sqrt(squares)) : 0;
}

/// The mean of as many members of `values` as it has, drawn with replacement; four draws a Philox block.
inline double resampled_mean(std::span<const double> values, const RandomStream& stream) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); i += 4) {
    const auto block = philox(stream.key(), i / 4, 1);
    for (std::size_t j = 0; j < std::min<std::size_t>(4, values.size() - i); ++j)
      sum += values[static_cast<std::size_t>(std::uint64_t{block[j]} * values.size() >> 32)];
  }
  return sum / static_cast<double>(values.size());
}

inline std::vector<double> bootstrap_replicates(const std::vector<std::vector<double>>& folds,
                                                const BootstrapOptions& how) {
  const auto stream = RandomStream(how.seed).named("bootstrap");
  std::vector<double> replicates;
  for (int r = 0; r < how.replicates; ++r) {
    double sum = 0;
    for (std::size_t f = 0; f < folds.size(); ++f)
      sum += resampled_mean(folds[f], stream.at(static_cast<std::uint64_t>(r)).at(f));
    replicates.push_back(sum / static_cast<double>(folds.size()));
  }
  std::ranges::sort(replicates);
  return replicates;
}

/// Values that are equal but for `noise` vary by rounding alone.
inline Status bootstrap_status(const std::vector<std::vector<double>>& folds, double noise) {
  bool varies = false, equal = true;
  for (const auto& fold : folds) {
    if (!std::ranges::all_of(fold, [](double x) { return std::isfinite(x); })) return Status::NonFinite;
    if (fold.size() < 2) return Status::TooFewPairs;
    varies = varies || std::ranges::any_of(fold, [&](double x) { return std::abs(x - fold[0]) > noise; });
    equal = equal && std::ranges::all_of(fold, [](double x) { return x == 0; });
  }
  if (folds.empty()) return Status::TooFewPairs;
  return varies ? Status::Ok : equal ? Status::NoDifference : Status::Degenerate;
}

/// The mean over `folds` of the means within, each fold's members drawn anew. Values are below 2 in
/// magnitude.
inline Bootstrap bootstrap(const std::vector<std::vector<double>>& folds, Resampled what,
                           const BootstrapOptions& how) {
  Bootstrap r{.status = bootstrap_status(folds, difference_noise), .resampled = what, .level = how.level};
  std::vector<double> means;
  for (const auto& fold : folds) {
    r.units += static_cast<int>(fold.size());
    means.push_back(mean(fold));
  }
  if (r.status == Status::NonFinite || r.status == Status::TooFewPairs) return r;
  r.mean_diff = mean(means);
  if (r.status != Status::Ok) return r;
  const auto replicates = bootstrap_replicates(folds, how);
  r.replicates = how.replicates;
  r.se = sample_sd(replicates);
  r.percentile = percentile_interval(replicates, how.level);
  r.bca = bca_interval(replicates, r.mean_diff, acceleration(folds), how.level);
  return r;
}

/// The result in a unit that is 2^exponent times smaller.
inline Bootstrap rescaled(Bootstrap r, int exponent) {
  for (double* value : {&r.mean_diff, &r.se, &r.percentile.low, &r.percentile.high, &r.bca.low, &r.bca.high})
    *value = std::ldexp(*value, exponent);
  return r;
}

inline void require_bootstrap(const BootstrapOptions& how) {
  require_level(how.level);
  require(how.replicates >= 100, "bootstrap: {} replicates; an interval needs at least 100", how.replicates);
}

}  // namespace detail

/// Resamples folds: scores of two systems, one of each a fold; the statistic is the mean of a - b. Throws
/// Error for a level outside (0, 1) or fewer than 100 replicates. Source: Efron and Tibshirani (1993).
inline Bootstrap bootstrap_folds(std::span<const double> a, std::span<const double> b,
                                 const BootstrapOptions& how = {}) {
  detail::require_bootstrap(how);
  const auto d = differences(a, b);
  if (d.status == Status::Ok)
    return detail::rescaled(detail::bootstrap({d.values}, Resampled::Folds, how), d.exponent);
  return {.status = d.status, .resampled = Resampled::Folds, .units = d.n, .level = how.level};
}

/// The same from the differences, one a fold, where the scores are not at hand.
inline Bootstrap bootstrap_folds(std::span<const double> differences, const BootstrapOptions& how = {}) {
  return bootstrap_folds(differences, std::vector<double>(differences.size(), 0.0), how);
}

/// Resamples texts within folds: `folds[f]` holds a - b of each text of test fold f, for accuracies 1 where
/// only a is right, -1 where only b is, else 0 (times 100 for points). The statistic is the mean over folds
/// of the folds' means. Throws Error as bootstrap_folds() does.
inline Bootstrap bootstrap_texts(std::vector<std::vector<double>> folds, const BootstrapOptions& how = {}) {
  detail::require_bootstrap(how);
  double largest = 0;
  for (const auto& fold : folds)
    for (const double x : fold)
      if (std::isfinite(x)) largest = std::max(largest, std::abs(x));
  int exponent = 0;
  std::frexp(largest, &exponent);
  for (auto& fold : folds) fold = detail::scaled(fold, exponent);
  return detail::rescaled(detail::bootstrap(folds, Resampled::Texts, how), exponent);
}

}  // namespace mtl::stats
