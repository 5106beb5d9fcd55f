// In: a comparison. Out: the paper's table for it, as Markdown.
#pragma once

#include <string>

#include <mtl/report/comparison.hpp>
#include <mtl/report/escape.hpp>
#include <mtl/report/numbers.hpp>

namespace mtl {

/// What the columns mean, in one paragraph of plain text.
inline std::string table_legend(const Comparison& c) {
  const auto treatment = arm_title(c.treatment), control = arm_title(c.control);
  auto text = fmt::format(
      "Accuracy on the test folds in percent: mean ± SD over n folds (population SD, as in the paper). "
      "Δ is {} minus {}, in points. p: paired t-test over the folds, one-sided ({} greater), uncorrected.",
      treatment, control, treatment);
  if (c.seeds.size() > 1)
    text += " Accuracies are means over the seeds within each fold; a seed is never counted as a fold.";
  return text;
}

/// | layer | Multi Task | Single Task | p | Δ | n |, with the notes above and the meaning of the columns
/// below.
inline std::string table_markdown(const Comparison& c) {
  auto text = fmt::format("## {}: models chosen by {} ({})\n\n", escape_markdown(c.dataset),
                          escape_markdown(c.watch), show_progress(c));
  for (const auto& note : c.notes) text += "> **" + escape_markdown(note) + "**\n\n";
  text += fmt::format("| layer | {} | {} | p | Δ | n |\n|---:|---:|---:|---:|---:|---:|\n",
                      escape_markdown(arm_title(c.treatment)), escape_markdown(arm_title(c.control)));
  for (const auto& row : c.layers)
    text +=
        fmt::format("| {} | {} | {} | {} | {} | {} |\n", row.layer,
                    show_accuracy(row.treatment.mean, row.treatment.population_sd),
                    show_accuracy(row.control.mean, row.control.population_sd),
                    escape_markdown(show_test(row)), show_difference(row.test.mean_diff), row.folds.size());
  return text + "\n" + escape_markdown(table_legend(c)) + "\n";
}

}  // namespace mtl
