// In: a paired t-test. Out: its record as one JSON object, numbers in full precision.
#pragma once

#include <cmath>
#include <string>

#include <nlohmann/json.hpp>

#include <mtl/stats/paired_t_test.hpp>

namespace mtl {

namespace detail {

/// JSON has no NaN and no infinity: null stands for a number that does not exist.
inline nlohmann::ordered_json number_or_null(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

}  // namespace detail

/// status, n, mean_a, mean_b, mean_diff, sd_diff, se, t, df, p_two_sided, p_less, p_greater, ci95, dz,
/// hedges_g; null where the status leaves no number.
inline nlohmann::ordered_json ttest_json(const stats::PairedT& r) {
  using detail::number_or_null;
  return {{"status", std::string(stats::status_name(r.status))},
          {"n", r.n},
          {"mean_a", number_or_null(r.mean_a)},
          {"mean_b", number_or_null(r.mean_b)},
          {"mean_diff", number_or_null(r.mean_diff)},
          {"sd_diff", number_or_null(r.sd_diff)},
          {"se", number_or_null(r.se)},
          {"t", number_or_null(r.t)},
          {"df", number_or_null(r.df)},
          {"p_two_sided", number_or_null(r.p_two_sided)},
          {"p_less", number_or_null(r.p_less)},
          {"p_greater", number_or_null(r.p_greater)},
          {"ci95", {number_or_null(r.ci95.low), number_or_null(r.ci95.high)}},
          {"dz", number_or_null(r.dz)},
          {"hedges_g", number_or_null(r.hedges_g)}};
}

}  // namespace mtl
