// In: the p-values of a family of tests. Out: p-values adjusted for having looked at all of them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>
#include <string_view>
#include <vector>

#include <mtl/detail/error.hpp>

namespace mtl::stats {

/// How a family of tests is corrected. The first four bound the chance of any false rejection, the last two
/// the expected share of false ones among the rejections.
enum class Correction {
  Bonferroni,
  Holm,               ///< never worse than Bonferroni, assumes nothing either
  Hochberg,           ///< assumes independence or positive dependence
  Hommel,             ///< likewise; never worse than Hochberg
  BenjaminiHochberg,  ///< false discovery rate, likewise
  BenjaminiYekutieli  ///< false discovery rate, assumes nothing
};

inline constexpr std::array corrections{Correction::Bonferroni,        Correction::Holm,
                                        Correction::Hochberg,          Correction::Hommel,
                                        Correction::BenjaminiHochberg, Correction::BenjaminiYekutieli};

/// The name that stands in files and tables.
constexpr std::string_view correction_name(Correction correction) {
  constexpr std::array<std::string_view, 6> names{"bonferroni", "holm", "hochberg", "hommel", "bh", "by"};
  return names.at(static_cast<std::size_t>(correction));
}

namespace detail {

/// Running largest from the front, running smallest from the back, both at most 1.
inline void rising(std::vector<double>& p) {
  for (std::size_t i = 0; i < p.size(); ++i) p[i] = std::min(1.0, std::max(p[i], i ? p[i - 1] : 0.0));
}
inline void falling(std::vector<double>& p) {
  for (std::size_t i = p.size(); i-- > 0;) p[i] = std::min(p[i], i + 1 < p.size() ? p[i + 1] : 1.0);
}

/// Hommel's adjusted p-values by Wright's algorithm (1992). `p` ascends.
inline void adjust_hommel(std::vector<double>& p) {
  const auto n = p.size();
  double least = 1;
  for (std::size_t i = 0; i < n; ++i)
    least = std::min(least, static_cast<double>(n) * p[i] / static_cast<double>(i + 1));
  std::vector<double> adjusted(n, least), q(n, least);
  for (std::size_t m = n - 1; m >= 2; --m) {
    const auto size = static_cast<double>(m);
    double bound = 1;  // by the m - 1 largest
    for (std::size_t i = 0; i + 1 < m; ++i)
      bound = std::min(bound, size * p[n - m + 1 + i] / static_cast<double>(i + 2));
    for (std::size_t i = 0; i <= n - m; ++i) q[i] = std::min(size * p[i], bound);
    for (std::size_t i = n - m + 1; i < n; ++i) q[i] = q[n - m];
    for (std::size_t i = 0; i < n; ++i) adjusted[i] = std::max(adjusted[i], q[i]);
  }
  for (std::size_t i = 0; i < n; ++i) p[i] = std::min(1.0, std::max(adjusted[i], p[i]));
}

/// Adjusts ascending p-values in place.
inline void adjust_sorted(std::vector<double>& p, Correction correction) {
  const auto n = static_cast<double>(p.size());
  const auto times = [&](auto factor) {
    for (std::size_t i = 0; i < p.size(); ++i) p[i] *= factor(static_cast<double>(i));
  };
  double harmonic = 0;
  for (double k = 1; k <= n; ++k) harmonic += 1 / k;
  switch (correction) {
    case Correction::Bonferroni:
      times([&](double) { return n; });
      return rising(p);
    case Correction::Holm:
      times([&](double i) { return n - i; });
      return rising(p);
    case Correction::Hochberg:
      times([&](double i) { return n - i; });
      return falling(p);
    case Correction::Hommel:
      return p.size() > 1 ? adjust_hommel(p) : void();
    case Correction::BenjaminiHochberg:
      times([&](double i) { return n / (i + 1); });
      return falling(p);
    case Correction::BenjaminiYekutieli:
      times([&](double i) { return harmonic * n / (i + 1); });
      return falling(p);
  }
}

}  // namespace detail

/// Adjusted p-values, in the order of `p`: one is significant at alpha when it is at most alpha. NaN stands
/// for a test that does not exist: it stays NaN and the family is the smaller by it. Throws Error for a
/// number outside [0, 1]. As R's p.adjust.
inline std::vector<double> adjust_p_values(std::span<const double> p, Correction correction) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p.size(); ++i) {
    require(std::isnan(p[i]) || (p[i] >= 0 && p[i] <= 1), "p-value {} of {} is {}; it must lie in [0, 1]", i,
            p.size(), p[i]);
    if (!std::isnan(p[i])) order.push_back(i);
  }
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p[i]; });
  std::vector<double> sorted, adjusted(p.begin(), p.end());
  for (const auto i : order) sorted.push_back(p[i]);
  detail::adjust_sorted(sorted, correction);
  for (std::size_t i = 0; i < order.size(); ++i) adjusted[order[i]] = sorted[i];
  return adjusted;
}

}  // namespace mtl::stats
