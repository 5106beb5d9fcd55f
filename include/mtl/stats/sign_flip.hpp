// In: scores of two systems by fold. Out: how often differences of random sign have a sum as large as theirs:
// a test that assumes no distribution.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include <mtl/detail/random.hpp>
#include <mtl/stats/alternative.hpp>
#include <mtl/stats/differences.hpp>

namespace mtl::stats {

/// Sign-flip permutation test of the mean of a - b. Where status is not Ok, the p-values are NaN. Differences
/// that are all zero are no obstacle: every p is 1 then.
struct SignFlip {
  Status status = Status::Ok;
  int n = 0;                       ///< pairs
  bool exact = false;              ///< every assignment of signs was counted; else they were drawn
  std::uint64_t assignments = 0;   ///< counted or drawn
  double p_two_sided = no_number;  ///< |sum| at least the observed one's
  double p_less = no_number;       ///< sum at most the observed one
  double p_greater = no_number;    ///< sum at least the observed one
};

/// How a permutation test goes about it.
struct SignFlipOptions {
  std::uint64_t draws = 100000;  ///< where the assignments are too many to count
  std::uint64_t seed = 1;        ///< of the draws
};

/// Up to so many pairs all 2^n assignments are counted.
inline constexpr int most_exact_sign_flips = 30;

namespace detail {

/// The sums of `values` under every assignment of signs; bit i of the index flips value i. Each is the sum
/// of its own terms, so that no rounding is carried from one to the next.
inline std::vector<double> signed_sums(std::span<const double> values) {
  std::vector<double> sums{0};
  for (const double x : values) {
    const auto half = sums.size();
    for (std::size_t i = 0; i < half; ++i) sums.push_back(sums[i] - x);
    for (std::size_t i = 0; i < half; ++i) sums[i] += x;
  }
  return sums;
}

/// Assignments with a sum of at most, of at least, and of a magnitude of at least the observed one.
struct TailCounts {
  std::uint64_t less = 0, greater = 0, extreme = 0;
};

/// Counts all 2^n assignments by meeting in the middle: a sum of the one half, and a search among the sums of
/// the other.
inline TailCounts count_sign_flips(std::span<const double> values, double noise) {
  const auto middle = values.size() / 2;
  const auto left = signed_sums(values.first(middle));
  auto right = signed_sums(values.subspan(middle));
  const double observed = left.front() + right.front();
  std::ranges::sort(right);
  const auto at_least = [&](double bound) {
    std::uint64_t count = 0;
    for (const double x : left)
      count += static_cast<std::uint64_t>(right.end() - std::ranges::lower_bound(right, bound - x));
    return count;
  };
  const double far = std::abs(observed) - noise;
  const auto all = static_cast<std::uint64_t>(left.size()) * right.size();
  // Assignments come in mirrored pairs: those of at most S are as many as those of at least -S.
  return {at_least(-observed - noise), at_least(observed - noise), far <= 0 ? all : 2 * at_least(far)};
}

/// Draws assignments; the observed one counts as one of them (Phipson and Smyth 2010), so that no p is 0.
inline TailCounts draw_sign_flips(std::span<const double> values, double noise, const SignFlipOptions& how) {
  const auto stream = RandomStream(how.seed).named("sign flip");
  double observed = 0;
  for (const double x : values) observed += x;
  TailCounts counts{1, 1, 1};
  for (std::uint64_t draw = 0; draw < how.draws; ++draw) {
    const auto signs = stream.at(draw);
    double sum = 0;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < values.size(); ++i, bits >>= 1) {
      if (i % 64 == 0) bits = signs.bits(i / 64);
      sum += bits & 1 ? -values[i] : values[i];
    }
    counts.less += sum <= observed + noise;
    counts.greater += sum >= observed - noise;
    counts.extreme += std::abs(sum) >= std::abs(observed) - noise;
  }
  return counts;
}

}  // namespace detail

/// Sign-flip (Fisher-Pitman) permutation test of a - b: exact for up to 30 pairs, beyond that from seeded
/// draws. Never throws. Sums that differ by no more than rounding count as equal.
inline SignFlip sign_flip_test(std::span<const double> a, std::span<const double> b,
                               const SignFlipOptions& how = {}) {
  const auto d = differences(a, b);
  SignFlip r{.status = d.status, .n = d.n};
  if (r.status != Status::Ok) return r;
  r.exact = r.n <= most_exact_sign_flips;
  r.assignments = r.exact ? std::uint64_t{1} << r.n : how.draws + 1;
  const double noise = r.n * detail::difference_noise;
  const auto counts =
      r.exact ? detail::count_sign_flips(d.values, noise) : detail::draw_sign_flips(d.values, noise, how);
  const auto all = static_cast<double>(r.assignments);
  r.p_less = static_cast<double>(counts.less) / all;
  r.p_greater = static_cast<double>(counts.greater) / all;
  r.p_two_sided = static_cast<double>(counts.extreme) / all;
  return r;
}

}  // namespace mtl::stats
