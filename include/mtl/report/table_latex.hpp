// In: a comparison. Out: the paper's table for it, as LaTeX (package booktabs).
#pragma once

#include <string>

#include <mtl/report/comparison.hpp>
#include <mtl/report/escape.hpp>
#include <mtl/report/numbers.hpp>

namespace mtl {

namespace detail {

inline std::string latex_accuracy(const ArmAccuracy& a) {
  return std::isfinite(a.mean)
             ? fmt::format("${} \\pm {}$", show_points(a.mean), show_points(a.population_sd))
             : "n/a";
}

inline std::string latex_p(const LayerComparison& row) {
  return row.test.status == stats::Status::Ok ? "$" + show_p(table_p(row)) + "$"
                                              : escape_latex(show_test(row));
}

inline std::string latex_caption(const Comparison& c) {
  const auto treatment = escape_latex(arm_title(c.treatment)), control = escape_latex(arm_title(c.control));
  auto text = fmt::format(
      "{}: test accuracy in percent by layer, mean $\\pm$ population SD over $n$ folds ({} done; models "
      "chosen by {}). "
      "$\\Delta$: {} minus {}. $p$: paired t-test, one-sided ({} greater), uncorrected.",
      escape_latex(c.dataset), show_progress(c), escape_latex(c.watch), treatment, control, treatment);
  if (c.seeds.size() > 1) text += " Means over seeds within each fold.";
  for (const auto& note : c.notes) text += " " + escape_latex(note) + ".";
  return text;
}

}  // namespace detail

/// A table environment with \toprule, \midrule and \bottomrule.
inline std::string table_latex(const Comparison& c) {
  auto text = fmt::format(
      "\\begin{{table}}\n\\centering\n\\caption{{{}}}\n\\begin{{tabular}}{{rrrrrr}}\n\\toprule\n"
      "Layer & {} & {} & $p$ & $\\Delta$ & $n$ \\\\\n\\midrule\n",
      detail::latex_caption(c), escape_latex(arm_title(c.treatment)), escape_latex(arm_title(c.control)));
  for (const auto& row : c.layers)
    text += fmt::format("{} & {} & {} & {} & ${}$ & {} \\\\\n", row.layer,
                        detail::latex_accuracy(row.treatment), detail::latex_accuracy(row.control),
                        detail::latex_p(row), show_difference(row.test.mean_diff), row.folds.size());
  return text + "\\bottomrule\n\\end{tabular}\n\\end{table}\n";
}

}  // namespace mtl
