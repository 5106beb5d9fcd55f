// In: paired tests. Out: their record as one JSON object, numbers in full precision.
#pragma once

#include <cmath>
#include <string>

#include <nlohmann/json.hpp>

#include <mtl/stats/paired_tests.hpp>

namespace mtl {

namespace detail {

/// JSON has no NaN and no infinity: null stands for a number that does not exist.
inline nlohmann::ordered_json number_or_null(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

inline nlohmann::ordered_json ends_json(const stats::Interval& interval) {
  return {number_or_null(interval.low), number_or_null(interval.high)};
}

/// An object that begins with the status.
inline nlohmann::ordered_json status_json(stats::Status status) {
  return {{"status", std::string(stats::status_name(status))}};
}

template <class Result>
void add_p_values(nlohmann::ordered_json& json, const Result& r) {
  json["p_two_sided"] = number_or_null(r.p_two_sided);
  json["p_less"] = number_or_null(r.p_less);
  json["p_greater"] = number_or_null(r.p_greater);
}

inline nlohmann::ordered_json test_json(const stats::CorrectedT& r) {
  auto json = status_json(r.status);
  json["test_to_train"] = number_or_null(r.test_to_train);
  json["se"] = number_or_null(r.se);
  json["t"] = number_or_null(r.t);
  json["df"] = number_or_null(r.df);
  add_p_values(json, r);
  json["ci95"] = ends_json(r.ci95);
  return json;
}

inline nlohmann::ordered_json test_json(const stats::SignFlip& r) {
  auto json = status_json(r.status);
  json["exact"] = r.exact;
  json["assignments"] = r.assignments;
  add_p_values(json, r);
  return json;
}

inline nlohmann::ordered_json test_json(const stats::Wilcoxon& r) {
  auto json = status_json(r.status);
  json["exact"] = r.exact;
  json["zeros"] = r.zeros;
  json["ties"] = r.ties;
  json["w_plus"] = number_or_null(r.w_plus);
  json["w_minus"] = number_or_null(r.w_minus);
  add_p_values(json, r);
  return json;
}

inline nlohmann::ordered_json test_json(const stats::McNemar& r) {
  auto json = status_json(r.status);
  const bool counted = r.status == stats::Status::Ok || r.status == stats::Status::NoDifference;
  const auto count = [&](std::int64_t n) {
    return counted ? nlohmann::ordered_json(n) : nlohmann::ordered_json(nullptr);
  };
  json["both"] = count(r.outcomes.both);
  json["only_a"] = count(r.outcomes.only_a);
  json["only_b"] = count(r.outcomes.only_b);
  json["neither"] = count(r.outcomes.neither);
  json["p_exact"] = number_or_null(r.p_exact);
  json["p_exact_less"] = number_or_null(r.p_exact_less);
  json["p_exact_greater"] = number_or_null(r.p_exact_greater);
  json["p_mid"] = number_or_null(r.p_mid);
  json["chi_squared"] = number_or_null(r.chi_squared);
  json["p_chi_squared"] = number_or_null(r.p_chi_squared);
  json["chi_squared_corrected"] = number_or_null(r.chi_squared_corrected);
  json["p_chi_squared_corrected"] = number_or_null(r.p_chi_squared_corrected);
  return json;
}

inline nlohmann::ordered_json test_json(const stats::Bootstrap& r) {
  auto json = status_json(r.status);
  json["resampled"] = r.resampled == stats::Resampled::Folds ? "folds" : "texts";
  json["replicates"] = r.replicates;
  json["level"] = r.level;
  json["se"] = number_or_null(r.se);
  json["percentile"] = ends_json(r.percentile);
  json["bca"] = ends_json(r.bca);
  return json;
}

inline nlohmann::ordered_json test_json(const stats::CorrelatedBayes& r) {
  auto json = status_json(r.status);
  json["rope"] = r.rope;
  json["correlation"] = number_or_null(r.correlation);
  json["p_less"] = number_or_null(r.p_less);
  json["p_rope"] = number_or_null(r.p_rope);
  json["p_greater"] = number_or_null(r.p_greater);
  json["hdi95"] = ends_json(r.hdi95);
  return json;
}

inline nlohmann::ordered_json test_json(const stats::FiveByTwo& r) {
  auto json = status_json(r.status);
  json["t"] = number_or_null(r.t);
  json["df"] = number_or_null(r.df);
  add_p_values(json, r);
  json["f"] = number_or_null(r.f);
  json["p_f"] = number_or_null(r.p_f);
  return json;
}

inline nlohmann::ordered_json test_json(const stats::PairedDesign& design,
                                        const stats::Detectable& detectable) {
  return {{"alternative", std::string(stats::alternative_name(design.side))},
          {"alpha", detectable.alpha},
          {"power", detectable.power},
          {"detectable_dz", number_or_null(detectable.dz)},
          {"detectable_difference", number_or_null(detectable.difference)}};
}

}  // namespace detail

/// status, n, mean_a, mean_b, mean_diff, sd_diff, se, t, df, p_two_sided, p_less, p_greater, ci95, dz,
/// hedges_g, dz_ci95, hedges_g_ci95, first_bad (the first pair, from 0, that is not finite); null where the
/// status leaves no number.
inline nlohmann::ordered_json ttest_json(const stats::PairedT& r) {
  using detail::number_or_null;
  auto json = detail::status_json(r.status);
  json["n"] = r.n;
  json["mean_a"] = number_or_null(r.mean_a);
  json["mean_b"] = number_or_null(r.mean_b);
  json["mean_diff"] = number_or_null(r.mean_diff);
  json["sd_diff"] = number_or_null(r.sd_diff);
  json["se"] = number_or_null(r.se);
  json["t"] = number_or_null(r.t);
  json["df"] = number_or_null(r.df);
  detail::add_p_values(json, r);
  json["ci95"] = detail::ends_json(r.ci95);
  json["dz"] = number_or_null(r.dz);
  json["hedges_g"] = number_or_null(r.hedges_g);
  json["dz_ci95"] = detail::ends_json(r.dz_ci95);
  json["hedges_g_ci95"] = detail::ends_json(r.hedges_g_ci95);
  json["first_bad"] =
      r.first_bad >= 0 ? nlohmann::ordered_json(r.first_bad) : nlohmann::ordered_json(nullptr);
  return json;
}

/// The record of the t-test, and the other tests by name, each an object with its own status: nadeau_bengio,
/// sign_flip, wilcoxon, mcnemar, bootstrap, correlated_bayes, five_by_two_cv, power.
inline nlohmann::ordered_json paired_tests_json(const stats::PairedTests& r) {
  auto json = ttest_json(r.t);
  json["nadeau_bengio"] = detail::test_json(r.corrected);
  json["sign_flip"] = detail::test_json(r.sign_flip);
  json["wilcoxon"] = detail::test_json(r.wilcoxon);
  json["mcnemar"] = detail::test_json(r.mcnemar);
  json["bootstrap"] = detail::test_json(r.bootstrap);
  json["correlated_bayes"] = detail::test_json(r.bayes);
  json["five_by_two_cv"] = detail::test_json(r.five_by_two);
  json["power"] = detail::test_json(r.design, r.detectable);
  return json;
}

}  // namespace mtl
