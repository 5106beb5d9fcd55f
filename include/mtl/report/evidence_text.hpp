// In: a comparison and the evidence beside it. Out: its tables as Markdown, as LaTeX, and its numbers as CSV.
#pragma once

#include <string>

#include <mtl/report/evidence_findings.hpp>
#include <mtl/report/evidence_html.hpp>
#include <mtl/report/table_text.hpp>

namespace mtl {

/// The findings, then every table of the evidence.
inline std::string evidence_markdown(const Comparison& c, const Evidence& evidence) {
  auto text = fmt::format("## {}: what stands beside the paper's test ({})\n\n", escape_markdown(c.dataset),
                          show_progress(c));
  for (const auto& note : c.notes) text += "> **" + escape_markdown(note) + "**\n\n";
  for (const auto& finding : all_findings(c, evidence)) text += escape_markdown(finding) + "\n\n";
  if (evidence.layers.empty()) return text;
  for (const auto& table : html::evidence_tables(c, evidence)) text += table_as_markdown(table);
  return text + escape_markdown(html::evidence_legend(c)) + "\n";
}

/// Every table of the evidence.
inline std::string evidence_latex(const Comparison& c, const Evidence& evidence) {
  std::string text;
  if (evidence.layers.empty()) return text;
  for (const auto& table : html::evidence_tables(c, evidence)) text += table_as_latex(table);
  return text;
}

/// The columns of evidence.csv. p-values are one-sided, treatment greater, unless their name says otherwise.
inline constexpr std::string_view evidence_csv_header =
    "watch,layer,treatment,control,n,p,p_nadeau_bengio,test_to_train,p_sign_flip,p_wilcoxon,p_mcnemar_exact,"
    "p_mcnemar_mid_two_"
    "sided,p_bonferroni,p_holm,p_hochberg,p_hommel,p_benjamini_hochberg,p_benjamini_yekutieli,p_max_t,nadeau_"
    "bengio_low,"
    "nadeau_bengio_high,bootstrap_texts_low,bootstrap_texts_high,bootstrap_folds_low,bootstrap_folds_high,dz_"
    "low,dz_high,"
    "detectable,detectable_both_corrections,rope,p_below_rope,p_within_rope,p_above_rope";

namespace detail {

inline std::string evidence_row(const Comparison& c, const LayerEvidence& e) {
  const auto& row = *std::ranges::find(c.layers, e.layer, &LayerComparison::layer);
  auto text = fmt::format("{},{},{},{},{}", escape_csv(c.watch), e.layer, escape_csv(c.treatment),
                          escape_csv(c.control), row.folds.size());
  const auto add = [&text](std::initializer_list<double> values) {
    for (const double value : values) text += "," + show_exact(value);
  };
  add({table_p(row), e.corrected.p_greater, e.test_to_train, e.sign_flip.p_greater, e.wilcoxon.p_greater,
       e.mcnemar.p_exact_greater, e.mcnemar.p_mid});
  for (const double p : e.adjusted) add({p});
  add({e.max_t.p_step_down, e.corrected.ci95.low, e.corrected.ci95.high, e.by_texts.bca.low,
       e.by_texts.bca.high, e.by_folds.bca.low, e.by_folds.bca.high, row.test.dz_ci95.low,
       row.test.dz_ci95.high, e.detectable.difference, e.detectable_corrected.difference, e.bayes.rope,
       e.bayes.p_less, e.bayes.p_rope, e.bayes.p_greater});
  return text + "\n";
}

}  // namespace detail

/// One row for each layer with folds, full precision; empty where there is no number.
inline std::string evidence_csv(const Comparison& c, const Evidence& evidence) {
  auto text = std::string(evidence_csv_header) + "\n";
  for (const auto& e : evidence.layers) text += detail::evidence_row(c, e);
  return text;
}

}  // namespace mtl
