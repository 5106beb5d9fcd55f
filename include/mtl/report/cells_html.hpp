// In: the cells of a run. Out: confusion matrices, scores of all heads and learning curves, as parts of the
// page.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/eval/confusion.hpp>
#include <mtl/report/comparison.hpp>
#include <mtl/report/html.hpp>
#include <mtl/report/learning_svg.hpp>
#include <mtl/report/numbers.hpp>
#include <mtl/stats/descriptive.hpp>

namespace mtl::html {

namespace detail {

/// The cells of an arm at a layer that have a result for the watched quantity.
inline std::vector<const WatchResult*> results_of(const RunSummary& run, std::string_view arm, int layer,
                                                  std::string_view watch) {
  std::vector<const WatchResult*> results;
  for (const auto& cell : run.cells)
    if (cell.cell.arm == arm && cell.cell.layer == layer)
      if (const auto* found = find_watch(cell, watch)) results.push_back(found);
  return results;
}

inline std::set<int> layers_of(const RunSummary& run, std::string_view arm) {
  std::set<int> layers;
  for (const auto& cell : run.cells)
    if (cell.cell.arm == arm) layers.insert(cell.cell.layer);
  return layers;
}

/// The style sheet's class for a share of the row, white to light blue: black text on it keeps more than 9:1.
inline std::string shade(double share) { return fmt::format("h{}", std::lround(10 * share)); }

inline std::string matrix_row(const ConfusionMatrix& matrix, int gold, std::string_view name) {
  auto markup = fmt::format("<tr><th scope=\"row\">{} <bdi>{}</bdi></th>", gold + 1, escape_markup(name));
  const Hits hits = matrix.of_class(gold);
  for (int predicted = 0; predicted < matrix.classes(); ++predicted) {
    const auto count = matrix.count(gold, predicted);
    const double share = hits.gold == 0 ? 0 : static_cast<double>(count) / static_cast<double>(hits.gold);
    markup +=
        fmt::format("<td class=\"{}{}\">{}</td>", shade(share), gold == predicted ? " right" : "", count);
  }
  return markup + fmt::format("<td>{:.3f}</td><td>{:.3f}</td><td>{:.3f}</td></tr>\n", hits.precision(),
                              hits.recall(), hits.f1());
}

}  // namespace detail

/// Rows: true class; columns: predicted class, by number; then precision, recall and F1.
inline std::string confusion_table(const ConfusionMatrix& matrix, const std::vector<std::string>& classes,
                                   std::string_view caption) {
  auto markup = fmt::format(
      "<table class=\"matrix\">\n<caption>{}</caption>\n<thead>\n<tr><th scope=\"col\">true class</th>",
      escape_markup(caption));
  for (int c = 0; c < matrix.classes(); ++c) markup += fmt::format("<th scope=\"col\">{}</th>", c + 1);
  markup +=
      "<th scope=\"col\">precision</th><th scope=\"col\">recall</th><th "
      "scope=\"col\">F1</th></tr>\n</thead>\n<tbody>\n";
  for (int c = 0; c < matrix.classes(); ++c)
    markup += detail::matrix_row(matrix, c, classes[static_cast<std::size_t>(c)]);
  return scrollable(caption, markup + "</tbody>\n</table>\n");
}

/// One matrix for each arm and layer, texts of all finished folds and seeds together. Throws Error where a
/// prediction is no class of the run.
inline std::string confusion_matrices(const RunSummary& run, const Comparison& c) {
  std::string markup;
  for (const auto& row : c.layers) {
    std::string pair;
    for (const auto& arm : {c.treatment, c.control}) {
      const auto results = detail::results_of(run, arm, row.layer, c.watch);
      if (results.empty()) continue;
      ConfusionMatrix matrix(static_cast<int>(run.classes.size()));
      for (const auto* result : results)
        for (const auto& text : result->predictions) matrix.add(text.gold, text.predicted);
      pair += confusion_table(matrix, run.classes,
                              fmt::format("{}, layer {}: {} from {}, {} correct", arm_title(arm), row.layer,
                                          count_of(static_cast<std::size_t>(matrix.total()), "prediction"),
                                          count_of(results.size(), "cell"), matrix.correct()));
    }
    if (!pair.empty()) markup += details(fmt::format("Layer {}", row.layer), side_by_side(pair));
  }
  if (markup.empty()) return markup;
  return paragraph(
             "Rows: the true class; columns: the predicted class, by the number that stands before its name. "
             "Shade: the share of the row. All finished folds and seeds together.") +
         markup;
}

/// Mean over the cells of every score of every head, a table for each arm.
inline std::string score_tables(const RunSummary& run, const Comparison& c) {
  std::set<std::string> arms{};
  for (const auto& cell : run.cells) arms.insert(cell.cell.arm);
  std::string markup;
  for (const auto& arm : arms) {
    std::set<std::string> names;
    for (const int layer : detail::layers_of(run, arm))
      for (const auto* result : detail::results_of(run, arm, layer, c.watch))
        for (const auto& [name, value] : result->scores) names.insert(name);
    if (names.empty()) continue;
    Table t{.caption = arm_title(arm) + ": scores of its heads on the test folds, mean over cells",
            .columns = {"layer"},
            .rows = {}};
    t.columns.insert(t.columns.end(), names.begin(), names.end());
    t.columns.emplace_back("cells");
    for (const int layer : detail::layers_of(run, arm)) {
      const auto results = detail::results_of(run, arm, layer, c.watch);
      t.rows.push_back({std::to_string(layer)});
      for (const auto& name : names) {
        std::vector<double> values;
        for (const auto* result : results)
          if (const auto found = result->scores.find(name); found != result->scores.end())
            values.push_back(found->second);
        t.rows.back().push_back(values.empty() ? "n/a" : fmt::format("{:.4f}", stats::mean(values)));
      }
      t.rows.back().push_back(std::to_string(results.size()));
    }
    markup += table(t);
  }
  return markup;
}

/// A small figure for each layer; of the first of these that a cell of each arm recorded: the main head's
/// validation loss (which both arms have), or the minimised loss.
inline std::string learning_figures(const RunSummary& run, const Comparison& c) {
  for (const std::string quantity : {"loss:main", "loss"}) {
    std::string figures;
    for (const auto& row : c.layers) figures += learning_svg(run, c, row.layer, quantity);
    if (figures.empty()) continue;
    return paragraph(fmt::format("Validation {} by epoch, a line for each cell. Solid with a circle at its "
                                 "end: {}; dashed with a square: {}.",
                                 quantity, arm_title(c.treatment), arm_title(c.control))) +
           "<div class=\"grid\">\n" + figures + "\n</div>\n";
  }
  return {};
}

}  // namespace mtl::html
