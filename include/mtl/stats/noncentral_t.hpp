// In: t, degrees of freedom, noncentrality. Out: the noncentral t distribution, and its noncentrality where a
// probability is given. Integrated here, because Boost's series give up far from the centre.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include <mtl/stats/interval.hpp>

namespace mtl::stats {

namespace detail {

inline double normal_cdf(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

/// An integral and its derivative by the noncentrality.
struct ValueAndSlope {
  double value = 0;
  double slope = 0;
};

/// P(Z + delta <= t S), S = sqrt(chi^2 / df), summed over log S by the trapezoid rule, which converges faster
/// than any power of the step for an integrand that is smooth and falls off on both sides. The step resolves
/// the normal cdf, which rises within 1 / delta, and the density, within 1 / sqrt(2 df).
inline ValueAndSlope noncentral_t_by_scale(double t, double df, double delta) {
  const double depth = 42 / df;  // the density falls to e^-42 of its peak at the ends
  const double low = -depth - std::sqrt(2 * depth);
  const double high = std::min(std::sqrt(depth), std::log1p(2 * depth) / 2 + 0.5);
  const double steep = std::abs(delta) + 3;
  const double step = std::min(0.1, 0.55 / std::sqrt(steep * steep + 2 * df));
  double weights = 0;
  ValueAndSlope sum;
  for (double u = low; u < high; u += step) {
    const double scale = std::exp(u);
    const double weight = std::exp(df * (u - (scale * scale - 1) / 2));
    const double x = t * scale - delta;
    weights += weight;
    sum.value += weight * normal_cdf(x);
    sum.slope -= weight * std::exp(-x * x / 2);
  }
  return {sum.value / weights, sum.slope / weights / std::sqrt(2 * std::numbers::pi)};
}

/// The same for t > 0 and a delta that Z does not reach, summed over Z.
inline ValueAndSlope noncentral_t_by_normal(double t, double df, double delta) {
  const double step = 0.5 / std::sqrt(1 + 2 * df / t / t);
  double weights = 0;
  ValueAndSlope sum;
  for (double z = -9; z < 9; z += step) {
    const double scale = (z + delta) / t;
    const double weight = std::exp(-z * z / 2);
    const double tail = boost::math::gamma_q(df / 2, df * scale * scale / 2);
    weights += weight;
    sum.value += weight * tail;
    sum.slope += weight * z * tail;  // by parts: d/d delta moves onto the normal density
  }
  return {sum.value / weights, sum.slope / weights};
}

inline ValueAndSlope noncentral_t_below(double t, double df, double delta) {
  constexpr double out_of_reach = 40;  // of Z: the normal tail there is below the smallest double
  if (std::abs(delta) <= out_of_reach) return noncentral_t_by_scale(t, df, delta);
  if (t > 0 && delta > 0) return noncentral_t_by_normal(t, df, delta);
  if (t >= 0 || delta > 0) return {delta < 0 ? 1.0 : 0.0, 0};
  const auto mirrored = noncentral_t_by_normal(-t, df, -delta);
  return {1 - mirrored.value, mirrored.slope};
}

}  // namespace detail

/// P(T <= t) for Student's t with `df` > 0 degrees of freedom and a noncentrality. Error about 1e-15,
/// absolute.
inline double noncentral_t_cdf(double t, double df, double noncentrality) {
  return std::clamp(detail::noncentral_t_below(t, df, noncentrality).value, 0.0, 1.0);
}

namespace detail {

/// The noncentrality at which P(T <= t) = probability, for t >= 0: Newton's steps from the normal
/// approximation, inside a bracket, on a function that falls everywhere.
inline double noncentrality_of_positive(double t, double df, double probability) {
  const double normal = -std::numbers::sqrt2 * boost::math::erfc_inv(2 * probability);
  const double width = std::sqrt(1 + t / df * t / 2);
  double low = -normal;  // P(T <= t) is at least P(Z + delta <= 0)
  double delta = std::max(low, t * (1 - 1 / (4 * df)) - normal * width);
  double high = std::max(delta, low + width);
  while (noncentral_t_below(t, df, high).value > probability) high += high - low;
  for (int round = 0; round < 200; ++round) {
    const auto below = noncentral_t_below(t, df, delta);
    (below.value > probability ? low : high) = delta;
    const double newton = delta + (probability - below.value) / below.slope;
    const bool inside = below.slope < 0 && newton >= low && newton <= high;
    const double next = inside ? newton : (low + high) / 2;
    const double step = std::abs(next - delta);
    delta = next;
    // The error is of the order of the square of a Newton step: below rounding.
    if (step <= (inside ? 1e-9 : 1e-15) * (1 + std::abs(delta))) break;
  }
  return delta;
}

}  // namespace detail

/// The noncentrality at which P(T <= t) is `probability`. Throws Error unless 0 < probability < 1.
inline double noncentrality_where(double t, double df, double probability) {
  require(probability > 0 && probability < 1, "noncentral t: probability {}: it must lie between 0 and 1",
          probability);
  return t < 0 ? -detail::noncentrality_of_positive(-t, df, 1 - probability)
               : detail::noncentrality_of_positive(t, df, probability);
}

/// Interval of the noncentrality that an observed t of `df` degrees of freedom came from, by inversion of
/// the test. Throws Error for a level outside (0, 1). Source: Steiger and Fouladi (1997).
inline Interval noncentrality_interval(double t, double df, double level) {
  require_level(level);
  const double tail = (1 - level) / 2;
  return {noncentrality_where(t, df, 1 - tail), noncentrality_where(t, df, tail)};
}

}  // namespace mtl::stats
