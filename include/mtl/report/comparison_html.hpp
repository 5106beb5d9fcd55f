// In: a comparison. Out: its table (the paper's beside it), its figure and its folds, as parts of the page.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <mtl/report/accuracy_svg.hpp>
#include <mtl/report/comparison.hpp>
#include <mtl/report/html.hpp>
#include <mtl/report/numbers.hpp>
#include <mtl/report/paper_tables.hpp>
#include <mtl/report/table_markdown.hpp>

namespace mtl::html {

/// What tells the tables of an arm from outside from those of the run's own arms.
inline std::string pair_suffix(const Comparison& c) {
  const bool own = c.treatment == "multi" && c.control == "single";
  return own ? std::string{} : fmt::format(" ({} against {})", arm_title(c.treatment), arm_title(c.control));
}

/// The paper's columns, then those that a reader needs to judge them.
inline std::string comparison_table(const Comparison& c) {
  Table t{.caption =
              fmt::format("{}: accuracy by layer, models chosen by {}{}", c.dataset, c.watch, pair_suffix(c)),
          .columns = {"layer", arm_title(c.treatment), arm_title(c.control), "p", "Δ", "95 % interval of Δ",
                      "SD of Δ", "t", "dz", "n"},
          .rows = {}};
  for (const auto& row : c.layers) {
    const auto& test = row.test;
    const bool ok = test.status == stats::Status::Ok;
    t.rows.push_back({std::to_string(row.layer),
                      show_accuracy(row.treatment.mean, row.treatment.population_sd),
                      show_accuracy(row.control.mean, row.control.population_sd), show_test(row),
                      show_difference(test.mean_diff),
                      ok ? show_difference(test.ci95.low) + " to " + show_difference(test.ci95.high) : "n/a",
                      show_points(test.sd_diff), show_points(test.t), show_points(test.dz),
                      std::to_string(row.folds.size())});
  }
  return table(t) + paragraph(table_legend(c) +
                              " The interval, two-sided, and the SD of Δ (divisor n - 1) belong to the "
                              "differences of the folds; dz is Δ by that SD.");
}

/// Our rows beside the paper's, for the layers that either has.
inline std::string beside_the_paper(const Comparison& c, const PaperTable& paper) {
  Table t{.caption = fmt::format("Beside the paper's table {} ({})", paper.number, paper.dataset),
          .columns = {"layer", arm_title(c.treatment), arm_title(c.control), "Δ", "p", "n", "Multi Task",
                      "Single Task", "Δ", "p"},
          .rows = {},
          .groups = {{"", 1}, {"this run", 5}, {"the paper, ten folds", 4}}};
  for (const PaperRow& row : paper.rows) {
    std::vector<std::string> cells{std::to_string(row.layer), "", "", "", "", ""};
    if (const auto ours = std::ranges::find(c.layers, row.layer, &LayerComparison::layer);
        ours != c.layers.end())
      cells = {cells[0],
               show_accuracy(ours->treatment.mean, ours->treatment.population_sd),
               show_accuracy(ours->control.mean, ours->control.population_sd),
               show_difference(ours->test.mean_diff),
               show_p(table_p(*ours)),
               std::to_string(ours->folds.size())};
    for (const auto& cell :
         {show_accuracy(row.multi_mean, row.multi_sd), show_accuracy(row.single_mean, row.single_sd),
          show_difference(row.multi_mean - row.single_mean), show_p(row.p)})
      cells.push_back(cell);
    t.rows.push_back(std::move(cells));
  }
  return table(t) + paragraph(
                        "Both list accuracy in percent, mean ± population SD, and the one-sided p of the "
                        "paired t-test.");
}

/// Accuracy of both arms on every fold.
inline std::string fold_tables(const Comparison& c) {
  std::string markup;
  for (const auto& row : c.layers) {
    Table t{.caption = fmt::format("Layer {}: accuracy by test fold, percent{}", row.layer, pair_suffix(c)),
            .columns = {"fold", arm_title(c.treatment), arm_title(c.control), "Δ", "seeds"},
            .rows = {}};
    for (const auto& fold : row.folds)
      t.rows.push_back({std::to_string(fold.fold), show_points(fold.treatment), show_points(fold.control),
                        show_difference(fold.treatment - fold.control), std::to_string(fold.seeds)});
    if (!row.folds.empty()) markup += table(t);
  }
  return markup.empty() ? markup : details("Every fold of this comparison", side_by_side(markup));
}

/// The figure, with the paper's curves where it has the data set. Where these lie so far off that they would
/// flatten ours, ours is drawn alone as well.
inline std::string comparison_figure(const Comparison& c, const PaperTable* paper) {
  const auto figure = [](const std::string& drawing, std::string_view words) {
    return "<figure>\n" + drawing + "\n<figcaption>" + escape_markup(words) + "</figcaption>\n</figure>\n";
  };
  const auto words =
      "Accuracy on the test folds by layer. Filled circles, solid line: " + arm_title(c.treatment) +
      ". Open squares, dashed line: " + arm_title(c.control) +
      ". Under each layer: the one-sided p of its test, and the same by Holm's correction over the layers.";
  const auto own = mtl::detail::accuracy_curves(c, nullptr);
  if (!paper || own[0].points.empty()) return figure(accuracy_svg(c), words);
  const auto ours = mtl::detail::plot_range(own),
             both = mtl::detail::plot_range(mtl::detail::accuracy_curves(c, paper));
  const auto with_paper =
      figure(accuracy_svg(c, paper), words + " Thin lines, triangles and diamonds: the paper's figures.");
  return both.high - both.low > 2 * (ours.high - ours.low) ? figure(accuracy_svg(c), words) + with_paper
                                                           : with_paper;
}

}  // namespace mtl::html
