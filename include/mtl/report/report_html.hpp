// In: a run and its comparisons. Out: the report, one self-contained page.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/report/cells_html.hpp>
#include <mtl/report/comparison_html.hpp>
#include <mtl/report/findings.hpp>
#include <mtl/report/html.hpp>
#include <mtl/report/run_summary.hpp>

namespace mtl {

namespace html {

/// What no reader may miss, in a box at the top.
inline std::string notes_box(const RunSummary& run) {
  if (run.notes.empty()) return {};
  std::string items;
  for (const auto& note : run.notes) items += "<li>" + escape_markup(note) + "</li>\n";
  return "<div class=\"note\" role=\"note\">\n<strong>Note</strong>\n<ul>\n" + items + "</ul>\n</div>\n";
}

inline std::string facts_table(const std::string& caption, const RunSummary::Facts& facts) {
  Table t{.caption = caption, .columns = {"what", "value"}, .rows = {}, .groups = {}, .prose = true};
  for (const auto& [name, value] : facts) t.rows.push_back({name, value});
  return facts.empty() ? paragraph("None recorded.") : table(t);
}

inline std::string dropped_table(const RunSummary& run) {
  if (run.dropped.empty()) return paragraph("No texts were left out, or preparation recorded none.");
  Table t{.caption = "Texts left out before training", .columns = {"reason", "texts"}, .rows = {}};
  std::int64_t sum = 0;
  for (const auto& [reason, count] : run.dropped) {
    t.rows.push_back({reason, std::to_string(count)});
    sum += count;
  }
  t.rows.push_back({"together", std::to_string(sum)});
  return table(t);
}

/// A part of the page: its address, heading and markup.
struct Part {
  std::string id, heading, body;
};

inline std::string other_watches(std::span<const Comparison> comparisons) {
  std::string markup;
  for (const auto& c : comparisons.subspan(1)) markup += comparison_table(c) + fold_tables(c);
  if (markup.empty()) return markup;
  return paragraph(
             "In the same trainings, models were also kept by these quantities of the validation fold. They "
             "are no "
             "independent confirmation: texts, folds and trainings are the same.") +
         markup;
}

inline std::vector<Part> parts(const RunSummary& run, std::span<const Comparison> comparisons) {
  const Comparison& main = comparisons.front();
  const PaperTable* paper = find_paper_table(run.dataset);
  std::string shown;
  for (const auto& text : findings(main)) shown += paragraph(text);
  return {{"findings", "What was shown, and what was not", shown},
          {"table", "Accuracy by layer", comparison_table(main)},
          {"figure", "Figure", comparison_figure(main, paper) + fold_tables(main)},
          {"paper", "The paper's table", paper ? beside_the_paper(main, *paper) : ""},
          {"watches", "Other watched quantities", other_watches(comparisons)},
          {"confusion", "Confusion matrices", confusion_matrices(run, main)},
          {"scores", "Scores of all heads", score_tables(run, main)},
          {"learning", "Learning curves", learning_figures(run, main)},
          {"data", "Data", dropped_table(run)},
          {"choices", "Choices",
           facts_table("Settings, and what was chosen where the paper is silent", run.choices)},
          {"provenance", "Provenance", facts_table("Where these numbers come from", run.provenance)}};
}

}  // namespace html

/// The page as a string: works offline, runs no script, loads nothing. `comparisons` are compare_all()'s, the
/// result first. Throws Error when there is none, or when a prediction is no class of the run.
inline std::string report_html(const RunSummary& run, std::span<const Comparison> comparisons) {
  require(!comparisons.empty(), "a report of data set '{}' without any comparison", run.dataset);
  const Comparison& main = comparisons.front();
  const auto title =
      fmt::format("{} against {}: {}", arm_title(main.treatment), arm_title(main.control), run.dataset);
  std::string contents, body;
  for (const auto& [id, heading, markup] : html::parts(run, comparisons)) {
    if (markup.empty()) continue;
    contents += fmt::format("<a href=\"#{}\">{}</a>\n", id, escape_markup(heading));
    body += html::section(id, heading, markup);
  }
  const auto lead =
      fmt::format("{} done. Models chosen by {} on the validation fold, judged on the test fold.",
                  show_progress(main), main.watch);
  return html::page(
      title,
      "<header>\n<h1>" + escape_markup(title) + "</h1>\n<p class=\"lead\">" + escape_markup(lead) + "</p>\n" +
          html::notes_box(run) + "<nav aria-label=\"Contents\">\n" + contents +
          "</nav>\n</header>\n<main>\n" + body + "</main>\n<footer>\n" +
          html::paragraph("Written by mtl report. This page is complete in itself: it loads nothing.") +
          "</footer>\n");
}

}  // namespace mtl
