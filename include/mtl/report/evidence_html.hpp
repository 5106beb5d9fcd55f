// In: a comparison and the evidence beside it. Out: its tables, as parts of the page and of other forms.
#pragma once

#include <string>
#include <vector>

#include <mtl/report/comparison_html.hpp>
#include <mtl/report/evidence.hpp>
#include <mtl/report/html.hpp>
#include <mtl/report/numbers.hpp>

namespace mtl::html {

namespace detail {

inline std::string show_interval(const stats::Interval& interval) {
  if (!std::isfinite(interval.low)) return "n/a";
  return show_difference(interval.low) + " to " + show_difference(interval.high);
}

inline std::string show_probability(double p) { return std::isfinite(p) ? fmt::format("{:.3f}", p) : "n/a"; }

template <class Test>
std::string show_p_of(const Test& test, double p) {
  return test.status == stats::Status::Ok || std::isfinite(p) ? show_p(p) : std::string("none");
}

}  // namespace detail

/// One-sided p-values of other tests of the same differences.
inline Table other_tests_table(const Comparison& c, const Evidence& evidence) {
  Table t{.caption = "Other tests of the same gain, one-sided p",
          .columns = {"layer", "paired t", "Nadeau-Bengio", "sign flips", "Wilcoxon", "McNemar exact",
                      "McNemar mid-p, two-sided", "paired t, two-sided"},
          .rows = {}};
  for (const auto& e : evidence.layers) {
    const auto& row = *std::ranges::find(c.layers, e.layer, &LayerComparison::layer);
    t.rows.push_back({std::to_string(e.layer), detail::show_p_of(row.test, table_p(row)),
                      detail::show_p_of(e.corrected, e.corrected.p_greater),
                      detail::show_p_of(e.sign_flip, e.sign_flip.p_greater),
                      detail::show_p_of(e.wilcoxon, e.wilcoxon.p_greater),
                      detail::show_p_of(e.mcnemar, e.mcnemar.p_exact_greater),
                      detail::show_p_of(e.mcnemar, e.mcnemar.p_mid),
                      detail::show_p_of(row.test, row.test.p_two_sided)});
  }
  return t;
}

/// The table's p, corrected for having looked at all layers.
inline Table corrections_table(const Comparison& c, const Evidence& evidence) {
  Table t{.caption = "p corrected over the layers",
          .columns = {"layer", "p", "Bonferroni", "Holm", "Hochberg", "Hommel", "Benjamini-Hochberg",
                      "Benjamini-Yekutieli", "max-T"},
          .rows = {}};
  for (const auto& e : evidence.layers) {
    const auto& row = *std::ranges::find(c.layers, e.layer, &LayerComparison::layer);
    t.rows.push_back({std::to_string(e.layer), show_p(table_p(row))});
    for (const double p : e.adjusted) t.rows.back().push_back(show_p(p));
    t.rows.back().push_back(show_p(e.max_t.p_step_down));
  }
  return t;
}

/// How large the difference is, and how certain.
inline Table intervals_table(const Comparison& c, const Evidence& evidence) {
  Table t{.caption = "95 % intervals of Δ, and effect sizes",
          .columns = {"layer", "Δ", "t", "Nadeau-Bengio", "bootstrap of texts (BCa)",
                      "bootstrap of folds (BCa)", "dz", "interval of dz", "Hedges' g"},
          .rows = {}};
  for (const auto& e : evidence.layers) {
    const auto& test = std::ranges::find(c.layers, e.layer, &LayerComparison::layer)->test;
    t.rows.push_back({std::to_string(e.layer), show_difference(test.mean_diff),
                      detail::show_interval(test.ci95), detail::show_interval(e.corrected.ci95),
                      detail::show_interval(e.by_texts.bca), detail::show_interval(e.by_folds.bca),
                      show_points(test.dz), detail::show_interval(test.dz_ci95), show_points(test.hedges_g)});
  }
  return t;
}

/// What the design could have seen, and how probable it is that there is no difference worth the name.
inline Table power_table(const Evidence& evidence) {
  const auto within = fmt::format("within ±{:.0f} point", practical_equivalence);
  Table t{.caption = "Smallest detectable gain (80 % power, points), and probabilities of the difference",
          .columns = {"layer", "paper's test", "both corrections", "below", within, "above"},
          .rows = {},
          .groups = {{"", 1}, {"detectable at 0.05", 2}, {"Bayesian correlated t-test", 3}}};
  for (const auto& e : evidence.layers)
    t.rows.push_back({std::to_string(e.layer), show_detectable(e.detectable.difference),
                      show_detectable(e.detectable_corrected.difference),
                      detail::show_probability(e.bayes.p_less), detail::show_probability(e.bayes.p_rope),
                      detail::show_probability(e.bayes.p_greater)});
  return t;
}

/// What a layer is worth that was chosen without having seen the texts that judge it.
inline Table choice_table(const Comparison& c, const Evidence& evidence) {
  const auto control = arm_title(c.control);
  Table t{.caption = "Choosing the layer: " + arm_title(c.treatment) + " at a chosen layer",
          .columns = {"layer chosen by", "layers", "accuracy", control + ", same layer", "Δ", "p",
                      control + ", its own chosen layer", "Δ", "p"},
          .rows = {}};
  const auto add = [&](const std::string& by, const stats::SelectionResult& r) {
    std::string layers;
    for (const auto& fold : r.folds)
      layers += (layers.empty() ? "" : " ") + std::to_string(fold.treatment_layer);
    t.rows.push_back({by, layers, show_points(r.treatment), show_points(r.same_layer),
                      show_difference(r.over_same_layer.mean_diff), show_p(r.over_same_layer.p_greater),
                      show_points(r.best_control), show_difference(r.over_best_control.mean_diff),
                      show_p(r.over_best_control.p_greater)});
  };
  for (const auto& choice : evidence.choices)
    if (choice.selection.status == stats::Status::Ok) add(choice.by, choice.selection.nested);
  if (!t.rows.empty()) add("hindsight: the best mean", evidence.choices.front().selection.naive);
  return t;
}

/// Seeds, described and not taken for folds.
inline Table seeds_table(const Evidence& evidence) {
  Table t{.caption = "Seeds: differences of the same folds, trained anew",
          .columns = {"layer", "seeds", "folds", "mean Δ", "SD over seeds", "95 % interval over seeds",
                      "seeds above 0"},
          .rows = {}};
  for (const auto& e : evidence.layers)
    if (e.seeds && e.seeds->status == stats::Status::Ok)
      t.rows.push_back({std::to_string(e.layer), std::to_string(e.seeds->seeds),
                        std::to_string(e.seeds->folds), show_difference(e.seeds->mean_diff),
                        show_points(e.seeds->sd_over_seeds), detail::show_interval(e.seeds->ci95_over_seeds),
                        fmt::format("{} of {}", e.seeds->in_favour_of_a, e.seeds->seeds)});
  return t;
}

/// The tables of the evidence, in order; those without rows left out.
inline std::vector<Table> evidence_tables(const Comparison& c, const Evidence& evidence) {
  std::vector<Table> tables{other_tests_table(c, evidence), intervals_table(c, evidence)};
  if (evidence.layers.size() > 1) tables.insert(tables.begin() + 1, corrections_table(c, evidence));
  tables.push_back(power_table(evidence));
  for (auto table : {choice_table(c, evidence), seeds_table(evidence)})
    if (!table.rows.empty()) tables.push_back(std::move(table));
  return tables;
}

/// What the columns of these tables are.
inline std::string evidence_legend(const Comparison& c) {
  return fmt::format(
      "One-sided p: {} greater. Nadeau-Bengio raises the variance for training sets that overlap, by the "
      "real sizes of "
      "the folds. Sign flips count every assignment of signs to the folds' differences; Wilcoxon is exact, "
      "with mean "
      "ranks for ties. McNemar counts texts, not folds: out-of-fold predictions of the first seed together. "
      "max-T flips "
      "whole folds in all layers at once and so uses the correlation between layers. Bootstrap intervals are "
      "BCa with "
      "{} replicates: of texts, the trained models are taken as given; of folds, the models vary too. dz is "
      "Δ by the SD of "
      "the folds' differences. A chosen layer is judged on test texts that had no part in choosing it; the "
      "layers are "
      "listed fold by fold.",
      arm_title(c.treatment), bootstrap_replicates);
}

/// All of it as markup.
inline std::string evidence_section(const Comparison& c, const Evidence& evidence) {
  if (evidence.layers.empty()) return {};
  auto markup = paragraph(evidence_legend(c));
  for (auto& t : evidence_tables(c, evidence)) {
    t.caption += pair_suffix(c);
    markup += table(t);
  }
  return markup;
}

}  // namespace mtl::html
