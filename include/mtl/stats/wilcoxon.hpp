// In: scores of two systems by fold. Out: Wilcoxon's signed-rank test, exact with ties and zeros.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include <boost/math/distributions/normal.hpp>

#include <mtl/stats/alternative.hpp>
#include <mtl/stats/differences.hpp>

namespace mtl::stats {

/// Wilcoxon's signed-rank test of a - b. Where status is not Ok, the p-values are NaN.
struct Wilcoxon {
  Status status = Status::Ok;
  int n = 0;                  ///< pairs
  int zeros = 0;              ///< pairs that are equal: left out, as Wilcoxon did
  bool ties = false;          ///< differences of equal magnitude share their mean rank
  bool exact = false;         ///< all assignments of signs to these ranks were counted; else the normal curve
  double w_plus = no_number;  ///< sum of the ranks of the positive differences
  double w_minus = no_number;
  double p_two_sided = no_number;
  double p_less = no_number;
  double p_greater = no_number;
};

/// Up to so many differences that are not zero the test is exact.
inline constexpr int most_exact_ranks = 200;

namespace detail {

/// Signed ranks, doubled so that mean ranks are whole, and what ties take from the variance of their sum.
struct SignedRanks {
  std::vector<int> doubled = {};
  double tie_term = 0;  ///< sum of t^3 - t over groups of t equal magnitudes
};

inline SignedRanks signed_ranks(std::vector<double> values) {
  std::erase_if(values, [](double x) { return std::abs(x) <= difference_noise; });
  std::ranges::sort(values, {}, [](double x) { return std::abs(x); });
  SignedRanks ranks;
  for (std::size_t from = 0, to = 0; from < values.size(); from = to) {
    const auto tied = [&](std::size_t i) {
      return std::abs(values[i]) - std::abs(values[i - 1]) <= difference_noise;
    };
    for (to = from + 1; to < values.size() && tied(to);) ++to;
    const int shared = static_cast<int>(from + 1 + to);  // first rank + last rank
    for (auto i = from; i < to; ++i) ranks.doubled.push_back(values[i] < 0 ? -shared : shared);
    const auto size = static_cast<double>(to - from);
    ranks.tie_term += size * size * size - size;
  }
  return ranks;
}

/// P(W = w) for every doubled w, each rank being positive or negative with equal chance.
inline std::vector<double> signed_rank_probabilities(const std::vector<int>& doubled) {
  std::vector<double> chance{1};
  for (const int rank : doubled) {
    const auto shift = static_cast<std::size_t>(std::abs(rank));
    std::vector<double> next(chance.size() + shift, 0.0);
    for (std::size_t w = 0; w < chance.size(); ++w) {
      next[w] += chance[w] / 2;
      next[w + shift] += chance[w] / 2;
    }
    chance = std::move(next);
  }
  return chance;
}

inline void exact_tails(Wilcoxon& r, const std::vector<int>& doubled) {
  const auto chance = signed_rank_probabilities(doubled);
  const auto w = static_cast<std::ptrdiff_t>(std::lround(2 * r.w_plus));
  r.p_less = std::min(1.0, std::accumulate(chance.begin(), chance.begin() + w + 1, 0.0));
  r.p_greater = std::min(1.0, std::accumulate(chance.rbegin(), chance.rend() - w, 0.0));
  r.p_two_sided = std::min(1.0, 2 * std::min(r.p_less, r.p_greater));
}

/// Fills in the three p-values by the normal curve with the variance that ties leave.
inline void normal_tails(Wilcoxon& r, double tie_term, bool continuity) {
  const double n = r.n - r.zeros;
  const double excess = r.w_plus - n * (n + 1) / 4;
  const double sd = std::sqrt(n * (n + 1) * (2 * n + 1) / 24 - tie_term / 48);
  const double half = continuity ? 0.5 : 0;
  const boost::math::normal normal;
  r.p_less = cdf(normal, (excess + half) / sd);
  r.p_greater = cdf(complement(normal, (excess - half) / sd));
  const double reach = std::max(0.0, std::abs(excess) - half) / sd;
  r.p_two_sided = std::min(1.0, 2 * cdf(complement(normal, reach)));
}

/// The test without its p-values; `ranks` are what they come from.
inline Wilcoxon rank_differences(std::span<const double> a, std::span<const double> b, SignedRanks& ranks) {
  const auto d = differences(a, b);
  Wilcoxon r{.status = d.status, .n = d.n};
  if (r.status != Status::Ok) return r;
  ranks = signed_ranks(d.values);
  r.zeros = r.n - static_cast<int>(ranks.doubled.size());
  r.ties = ranks.tie_term > 0;
  std::int64_t plus = 0, minus = 0;
  for (const int rank : ranks.doubled) (rank > 0 ? plus : minus) += std::abs(rank);
  r.w_plus = static_cast<double>(plus) / 2;
  r.w_minus = static_cast<double>(minus) / 2;
  if (ranks.doubled.empty()) r.status = Status::NoDifference;
  return r;
}

}  // namespace detail

/// Wilcoxon's signed-rank test of a - b: zeros left out, mean ranks for ties, and the exact distribution of
/// these very ranks for up to 200 of them, the normal approximation with continuity correction beyond. Never
/// throws. Magnitudes that differ by no more than rounding count as tied. Source: Wilcoxon (1945).
inline Wilcoxon wilcoxon_signed_rank(std::span<const double> a, std::span<const double> b) {
  detail::SignedRanks ranks;
  auto r = detail::rank_differences(a, b, ranks);
  if (r.status != Status::Ok) return r;
  r.exact = r.n - r.zeros <= most_exact_ranks;
  if (r.exact)
    detail::exact_tails(r, ranks.doubled);
  else
    detail::normal_tails(r, ranks.tie_term, true);
  return r;
}

/// The same by the normal curve whatever the number of pairs, as R's wilcox.test(exact = FALSE, correct =
/// continuity).
inline Wilcoxon wilcoxon_normal_approximation(std::span<const double> a, std::span<const double> b,
                                              bool continuity = true) {
  detail::SignedRanks ranks;
  auto r = detail::rank_differences(a, b, ranks);
  if (r.status == Status::Ok) detail::normal_tails(r, ranks.tie_term, continuity);
  return r;
}

}  // namespace mtl::stats
