// In: t, degrees of freedom, pairs. Out: standardised effect sizes of paired differences, and their interval.
#pragma once

#include <cmath>

#include <boost/math/special_functions/gamma.hpp>

#include <mtl/stats/noncentral_t.hpp>

namespace mtl::stats {

/// What Hedges' g multiplies dz by: Gamma(df/2) / (sqrt(df/2) Gamma((df-1)/2)), the exact correction
/// (Hedges 1981). NaN below two degrees of freedom.
inline double hedges_correction(double df) {
  if (!(df >= 2)) return no_number;
  return 1 / (boost::math::tgamma_delta_ratio((df - 1) / 2, 0.5) * std::sqrt(df / 2));
}

/// Interval of dz, by the noncentral t distribution of an observed `t` over `pairs` pairs.
inline Interval dz_interval(double t, int pairs, double level) {
  const auto noncentrality = noncentrality_interval(t, pairs - 1, level);
  return {noncentrality.low / std::sqrt(pairs), noncentrality.high / std::sqrt(pairs)};
}

/// Interval of Hedges' g: that of dz, both ends corrected as g itself is. NaN for two pairs.
inline Interval hedges_g_interval(double t, int pairs, double level) {
  const auto dz = dz_interval(t, pairs, level);
  const double correction = hedges_correction(pairs - 1);
  return {correction * dz.low, correction * dz.high};
}

}  // namespace mtl::stats
