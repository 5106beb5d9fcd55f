// In: the design of a paired t-test. Out: how likely it sees an effect, and the smallest effect it could have
// seen.
#pragma once

#include <cmath>
#include <cstdint>
#include <utility>

#include <boost/math/distributions/students_t.hpp>
#include <boost/math/tools/roots.hpp>

#include <mtl/stats/alternative.hpp>
#include <mtl/stats/noncentral_t.hpp>

namespace mtl::stats {

/// A paired t-test, before any data.
struct PairedDesign {
  double n = 10;  ///< pairs, at least 2; need not be whole
  double alpha = 0.05;
  Alternative side = Alternative::Greater;
  double test_to_train = 0;       ///< of Nadeau and Bengio's correction; 0 is the plain test
  bool counts_both_tails = true;  ///< two-sided: a rejection in the wrong direction counts too (R: strict)
};

/// What a design could have detected.
struct Detectable {
  double alpha = 0;
  double power = 0;
  double dz = no_number;          ///< mean difference over SD of differences
  double difference = no_number;  ///< in the unit of the scores, at the SD that the data have
};

namespace detail {

inline void require_design(const PairedDesign& design) {
  require(design.n >= 2 && std::isfinite(design.n), "power: {} pairs; a paired t-test needs two", design.n);
  require(design.alpha > 0 && design.alpha < 1, "power: alpha {}: it must lie between 0 and 1", design.alpha);
  require(design.test_to_train >= 0 && std::isfinite(design.test_to_train),
          "power: n_test / n_train is {}; it must be at least 0", design.test_to_train);
}

/// Where a rising function is zero, from an interval that may have to grow upwards.
template <class Rising>
double rising_root(Rising rising, double low, double high) {
  while (rising(high) < 0 && high < 1e9) low = std::exchange(high, 2 * high);
  if (rising(low) >= 0) return low;
  if (rising(high) < 0) return no_number;
  std::uintmax_t rounds = 200;
  const boost::math::tools::eps_tolerance<double> fine(52);
  const auto [below, above] = boost::math::tools::toms748_solve(rising, low, high, fine, rounds);
  return (below + above) / 2;
}

inline void require_power(const PairedDesign& design, double power) {
  require(power > design.alpha && power < 1, "power {}: it must lie between alpha, {}, and 1", power,
          design.alpha);
}

}  // namespace detail

/// Probability that the test rejects when the true standardised difference is `dz`. Less expects dz below 0.
/// Throws Error for fewer than two pairs or an alpha outside (0, 1).
inline double paired_t_power(const PairedDesign& design, double dz) {
  detail::require_design(design);
  const double df = design.n - 1;
  const double centre = dz * std::sqrt(design.n / (1 + design.n * design.test_to_train));
  const bool two_sided = design.side == Alternative::TwoSided;
  const boost::math::students_t student(df);
  const double critical = quantile(complement(student, two_sided ? design.alpha / 2 : design.alpha));
  const double above = noncentral_t_cdf(-critical, df, -centre);  // by symmetry, with the small tail's digits
  const double below = noncentral_t_cdf(-critical, df, centre);
  if (design.side == Alternative::Greater) return above;
  if (design.side == Alternative::Less) return below;
  if (design.counts_both_tails) return above + below;
  return dz < 0 ? below : above;
}

/// The smallest standardised difference, above 0, that the design sees with probability `power`. For
/// Alternative::Less it is its negative that is meant. Throws Error unless alpha < power < 1.
inline double detectable_dz(PairedDesign design, double power) {
  detail::require_design(design);
  detail::require_power(design, power);
  if (design.side == Alternative::Less) design.side = Alternative::Greater;
  return detail::rising_root([&](double dz) { return paired_t_power(design, dz) - power; }, 0, 1);
}

/// The smallest difference that the design could have detected with probability `power`, in the unit of
/// `sd_diff`, the SD of the differences in the data.
inline Detectable detectable_difference(const PairedDesign& design, double sd_diff, double power = 0.8) {
  const double dz = detectable_dz(design, power);
  return {.alpha = design.alpha, .power = power, .dz = dz, .difference = dz * sd_diff};
}

/// How many pairs, not rounded up, see a standardised difference of `dz` > 0 with probability `power`; at
/// least 2. NaN where no number does. Throws Error for another dz.
inline double pairs_needed(PairedDesign design, double dz, double power = 0.8) {
  require(dz > 0 && std::isfinite(dz), "power: dz is {}; it must be positive", dz);
  detail::require_design(design);
  detail::require_power(design, power);
  if (design.side == Alternative::Less) design.side = Alternative::Greater;
  const auto excess = [&](double n) {
    design.n = n;
    return paired_t_power(design, dz) - power;
  };
  return detail::rising_root(excess, 2, 16);
}

}  // namespace mtl::stats
