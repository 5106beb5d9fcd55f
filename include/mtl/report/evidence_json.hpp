// In: the comparison of two arms and the evidence beside it. Out: every number of them as JSON, full
// precision.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include <mtl/report/evidence.hpp>
#include <mtl/report/ttest_json.hpp>

namespace mtl {

namespace detail {

using Json = nlohmann::ordered_json;

inline Json interval_json(const stats::Interval& interval) {
  return {number_or_null(interval.low), number_or_null(interval.high)};
}

/// The three p-values of a test that has them, and its status.
template <class Test>
Json p_json(const Test& test) {
  return {{"status", std::string(stats::status_name(test.status))},
          {"p_two_sided", number_or_null(test.p_two_sided)},
          {"p_less", number_or_null(test.p_less)},
          {"p_greater", number_or_null(test.p_greater)}};
}

inline Json arm_json(const ArmAccuracy& arm) {
  return {{"mean", number_or_null(arm.mean)},
          {"population_sd", number_or_null(arm.population_sd)},
          {"sample_sd", number_or_null(arm.sample_sd)},
          {"ci95", interval_json(arm.ci95)}};
}

inline Json layer_json(const LayerComparison& row) {
  auto folds = Json::array();
  for (const auto& fold : row.folds)
    folds.push_back({{"fold", fold.fold},
                     {"seeds", fold.seeds},
                     {"treatment", fold.treatment},
                     {"control", fold.control}});
  return {{"layer", row.layer},
          {"folds", std::move(folds)},
          {"treatment", arm_json(row.treatment)},
          {"control", arm_json(row.control)},
          {"paired_t", ttest_json(row.test)},
          {"p_holm", number_or_null(row.p_holm)}};
}

inline Json bootstrap_json(const stats::Bootstrap& b) {
  return {{"status", std::string(stats::status_name(b.status))},
          {"units", b.units},
          {"replicates", b.replicates},
          {"percentile", interval_json(b.percentile)},
          {"bca", interval_json(b.bca)}};
}

inline Json mcnemar_json(const stats::McNemar& m) {
  return {{"status", std::string(stats::status_name(m.status))},
          {"both", m.outcomes.both},
          {"only_treatment", m.outcomes.only_a},
          {"only_control", m.outcomes.only_b},
          {"neither", m.outcomes.neither},
          {"p_exact", number_or_null(m.p_exact)},
          {"p_exact_greater", number_or_null(m.p_exact_greater)},
          {"p_mid", number_or_null(m.p_mid)},
          {"chi_squared", number_or_null(m.chi_squared)},
          {"p_chi_squared", number_or_null(m.p_chi_squared)},
          {"p_chi_squared_corrected", number_or_null(m.p_chi_squared_corrected)}};
}

inline Json corrected_json(const stats::CorrectedT& test) {
  auto json = p_json(test);
  json["test_to_train"] = test.test_to_train;
  json["t"] = number_or_null(test.t);
  json["ci95"] = interval_json(test.ci95);
  return json;
}

inline Json seeds_json(const stats::SeedSummary& s) {
  return {{"status", std::string(stats::status_name(s.status))},
          {"seeds", s.seeds},
          {"folds", s.folds},
          {"mean_diff", number_or_null(s.mean_diff)},
          {"sd_over_seeds", number_or_null(s.sd_over_seeds)},
          {"ci95_over_seeds", interval_json(s.ci95_over_seeds)},
          {"in_favour_of_treatment", s.in_favour_of_a}};
}

inline Json layer_evidence_json(const LayerEvidence& e) {
  Json adjusted;
  for (std::size_t k = 0; k < stats::corrections.size(); ++k)
    adjusted[std::string(stats::correction_name(stats::corrections[k]))] = number_or_null(e.adjusted[k]);
  adjusted["max_t_single_step"] = number_or_null(e.max_t.p_single_step);
  adjusted["max_t_step_down"] = number_or_null(e.max_t.p_step_down);
  Json json{{"layer", e.layer},
            {"nadeau_bengio", corrected_json(e.corrected)},
            {"sign_flip", p_json(e.sign_flip)},
            {"wilcoxon", p_json(e.wilcoxon)},
            {"mcnemar", mcnemar_json(e.mcnemar)},
            {"adjusted", std::move(adjusted)},
            {"bootstrap_texts", bootstrap_json(e.by_texts)},
            {"bootstrap_folds", bootstrap_json(e.by_folds)},
            {"bayes",
             {{"rope", e.bayes.rope},
              {"p_less", number_or_null(e.bayes.p_less)},
              {"p_rope", number_or_null(e.bayes.p_rope)},
              {"p_greater", number_or_null(e.bayes.p_greater)}}},
            {"detectable",
             {{"plain", number_or_null(e.detectable.difference)},
              {"both_corrections", number_or_null(e.detectable_corrected.difference)}}}};
  if (e.seeds) json["seeds"] = seeds_json(*e.seeds);
  return json;
}

inline Json selection_json(const stats::SelectionResult& r) {
  auto layers = Json::array();
  for (const auto& fold : r.folds) layers.push_back({fold.treatment_layer, fold.control_layer});
  return {{"layers_by_fold", std::move(layers)},
          {"treatment", number_or_null(r.treatment)},
          {"over_same_layer", ttest_json(r.over_same_layer)},
          {"over_best_control", ttest_json(r.over_best_control)}};
}

}  // namespace detail

/// A layer choice: what the nested and the naive way gave.
inline nlohmann::ordered_json choice_json(const LayerChoice& choice) {
  const auto& s = choice.selection;
  return {{"by", choice.by},
          {"status", std::string(stats::status_name(s.status))},
          {"nested", detail::selection_json(s.nested)},
          {"naive", detail::selection_json(s.naive)},
          {"optimism", detail::number_or_null(s.optimism)}};
}

/// Accuracies and t-tests by layer.
inline nlohmann::ordered_json comparison_json(const Comparison& c) {
  auto layers = nlohmann::ordered_json::array();
  for (const auto& row : c.layers) layers.push_back(detail::layer_json(row));
  return {{"watch", c.watch},
          {"treatment", c.treatment},
          {"control", c.control},
          {"seeds", c.seeds},
          {"layers", layers}};
}

/// The evidence; of the layer choices only that by the other test folds, which the predictions alone give.
inline nlohmann::ordered_json evidence_json(const Evidence& evidence) {
  auto layers = nlohmann::ordered_json::array();
  for (const auto& e : evidence.layers) layers.push_back(detail::layer_evidence_json(e));
  nlohmann::ordered_json json{{"folds_digest", evidence.folds_digest},
                              {"data_digest", evidence.data_digest},
                              {"seeds", evidence.seeds},
                              {"fold_sizes_assumed", evidence.sizes_assumed},
                              {"layers", std::move(layers)}};
  if (!evidence.choices.empty()) json["layer_choice"] = choice_json(evidence.choices.front());
  return json;
}

}  // namespace mtl
