// In: a report. Out: its page, one self-contained file.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/report/cells_html.hpp>
#include <mtl/report/choices.hpp>
#include <mtl/report/comparison_html.hpp>
#include <mtl/report/cost_html.hpp>
#include <mtl/report/differences_svg.hpp>
#include <mtl/report/evidence_findings.hpp>
#include <mtl/report/evidence_html.hpp>
#include <mtl/report/flips_html.hpp>
#include <mtl/report/html.hpp>
#include <mtl/report/report.hpp>

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

/// What the run chose where the paper is silent, then every other setting.
inline std::string choices_section(const RunSummary& run) {
  Table t{.caption = "What was chosen where the paper is silent",
          .columns = {"question", "this run", "what else there is"},
          .rows = {},
          .groups = {},
          .prose = true};
  for (const auto& [point, chosen] : made_choices(run))
    t.rows.push_back({std::string(point.question), chosen, std::string(point.others)});
  return table(t) + facts_table("Every other setting", other_settings(run));
}

/// Where the numbers come from: the run's own words, then digests of what was compared.
inline std::string provenance_section(const Report& report) {
  auto facts = report.run.provenance;
  const auto& evidence = report.evidence;
  if (!evidence.layers.empty()) {
    facts.emplace_back("tested texts and their classes, digest", evidence.data_digest);
    facts.emplace_back("test folds, digest", evidence.folds_digest);
    std::string seeds;
    for (const auto seed : evidence.seeds) seeds += (seeds.empty() ? "" : ", ") + std::to_string(seed);
    facts.emplace_back("seeds of the compared cells, the same in both arms", seeds);
  }
  for (const auto& arm : report.options.outside)
    facts.emplace_back("arm '" + arm.name + "' from outside, digest of its predictions", arm.digest);
  return facts_table("Where these numbers come from", facts);
}

inline std::string differences_figure(const Comparison& c) {
  const auto drawing = differences_svg(c);
  if (drawing.empty()) return {};
  return "<figure>\n" + drawing +
         "\n<figcaption>Differences on each test fold: what the t-test sees.</figcaption>\n</figure>\n" +
         fold_tables(c);
}

inline std::string auxiliary_section(const std::vector<AuxiliaryCurve>& curves) {
  if (curves.empty()) return {};
  std::set<int> layers;
  for (const auto& curve : curves)
    for (const auto& [layer, value] : curve.f1) layers.insert(layer);
  Table t{.caption = "Entity F1 of the auxiliary head by kind of span and layer, mean over test folds",
          .columns = {"kind"},
          .rows = {}};
  for (const int layer : layers) t.columns.push_back(fmt::format("layer {}", layer));
  for (const auto& curve : curves) {
    t.rows.push_back({curve.head + ": " + curve.kind});
    for (const int layer : layers) {
      const auto found = curve.f1.find(layer);
      t.rows.back().push_back(found == curve.f1.end() ? "n/a" : fmt::format("{:.3f}", found->second));
    }
  }
  return "<figure>\n" + auxiliary_svg(curves) +
         "\n<figcaption>How well the auxiliary head finds spans: exact borders and "
         "kind.</figcaption>\n</figure>\n" +
         table(t);
}

/// An arm from outside against each arm of the run.
inline std::string outside_section(const Report& report) {
  std::string markup;
  for (const auto& [comparison, evidence] : report.outside) {
    markup += fmt::format("<h3>{} against {}</h3>\n", escape_markup(arm_title(comparison.treatment)),
                          escape_markup(arm_title(comparison.control)));
    markup += paragraph(mtl::detail::say_verdict(comparison, evidence)) + comparison_table(comparison) +
              details("Other tests, corrections and intervals", evidence_section(comparison, evidence)) +
              fold_tables(comparison);
  }
  if (markup.empty()) return markup;
  return paragraph(
             "Predictions that another program made for the same texts in the same test folds, judged by the "
             "same "
             "paired tests. The arm from outside is the same at every layer.") +
         markup;
}

inline std::string attention_section(const std::vector<std::string>& pages) {
  if (pages.empty()) return {};
  std::string items;
  for (const auto& page : pages)
    items += fmt::format("<li><a href=\"{0}\">{0}</a></li>\n", escape_markup(page));
  return paragraph("Where the models look, drawn by mtl attend. Attention is not an explanation.") +
         "<ul>\n" + items + "</ul>\n";
}

inline std::string tile(std::string_view name, std::string_view value, std::string_view more) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd><dd class=\"more\">{}</dd></div>\n", escape_markup(name),
                     escape_markup(value), escape_markup(more));
}

/// Four numbers that a reader looks for first.
inline std::string tiles(const Report& report) {
  const Comparison& c = report.main();
  const auto compared = mtl::detail::rows_where(c, [](const auto& row) { return !row.folds.empty(); });
  if (compared.empty()) return {};
  const auto& best =
      **std::ranges::max_element(compared, {}, [](const auto* row) { return row->test.mean_diff; });
  const auto below = mtl::detail::rows_where(c, [](const auto& row) { return table_p(row) < 0.05; });
  const auto strict = mtl::detail::strict_layers(report.evidence);
  const auto& evidence = *std::ranges::find(report.evidence.layers, best.layer, &LayerEvidence::layer);
  return "<dl class=\"tiles\">\n" +
         tile(best.test.mean_diff > 0 ? "largest gain" : "nearest to a gain",
              show_difference(best.test.mean_diff) + " points",
              fmt::format("layer {}, one-sided p {}", best.layer, show_p(table_p(best)))) +
         tile("layers with p < 0.05", fmt::format("{} of {}", below.size(), compared.size()),
              fmt::format("{} after both corrections", strict.size())) +
         tile("detectable gain there", show_detectable(evidence.detectable.difference) + " points",
              "80 % power, by the paper's test") +
         tile("texts that flip", std::to_string(report.flips.texts.size()),
              "one arm right, the other wrong, somewhere") +
         "</dl>\n";
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

inline std::vector<Part> parts(const Report& report) {
  const RunSummary& run = report.run;
  const Comparison& main = report.main();
  const PaperTable* paper = find_paper_table(run.dataset);
  std::string shown;
  for (const auto& text : all_findings(main, report.evidence))
    shown += shown.empty() ? "<p class=\"verdict\">" + escape_markup(text) + "</p>\n" : paragraph(text);
  const auto flips = main.layers.empty()
                         ? std::string{}
                         : agreement_table(report.flips, main) +
                               flip_list(report.flips, main, run.classes, report.options.texts);
  return {{"findings", "What was shown, and what was not", tiles(report) + shown},
          {"table", "Accuracy by layer", comparison_table(main) + comparison_figure(main, paper)},
          {"paper", "The paper's table", paper ? beside_the_paper(main, *paper) : ""},
          {"differences", "Differences by fold", differences_figure(main)},
          {"evidence", "Corrections, intervals, effect sizes", evidence_section(main, report.evidence)},
          {"outside", "Arms from outside", outside_section(report)},
          {"flips", "Texts that flip", flips},
          {"attention", "Attention pictures", attention_section(report.options.attention)},
          {"watches", "Other watched quantities", other_watches(report.comparisons)},
          {"confusion", "Confusion matrices", confusion_matrices(run, main)},
          {"auxiliary", "The auxiliary head", auxiliary_section(report.auxiliary)},
          {"scores", "Scores of all heads", score_tables(run, main)},
          {"learning", "Learning curves", learning_figures(run, main)},
          {"cost", "Time and memory", cost_tables(run)},
          {"data", "Data", dropped_table(run)},
          {"choices", "Choices", choices_section(run)},
          {"provenance", "Provenance", provenance_section(report)}};
}

}  // namespace html

/// The page as a string: works offline and loads nothing. Throws Error when a prediction is no class of the
/// run.
inline std::string report_html(const Report& report) {
  const Comparison& main = report.main();
  const auto title = fmt::format("{} against {}: {}", arm_title(main.treatment), arm_title(main.control),
                                 report.run.dataset);
  std::string contents, body;
  for (const auto& [id, heading, markup] : html::parts(report)) {
    if (markup.empty()) continue;
    contents += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", id, escape_markup(heading));
    body += html::section(id, heading, markup);
  }
  const auto lead =
      fmt::format("{} done. Models chosen by {} on the validation fold, judged on the test fold.",
                  show_progress(main), main.watch);
  return html::report_page(title, lead, html::notes_box(report.run), contents, body);
}

}  // namespace mtl
