// The paper's three tables, rederived from its printed figures: as Markdown, LaTeX, CSV, JSON and a page.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <mtl/report/accuracy_svg.hpp>
#include <mtl/report/html.hpp>
#include <mtl/report/paper_findings.hpp>
#include <mtl/report/table_text.hpp>
#include <mtl/report/ttest_json.hpp>

namespace mtl {

namespace detail {

inline constexpr std::string_view paper_title =
    "The paper's three tables, rederived from their printed figures";

inline std::string yes_or_no(bool yes) { return yes ? "yes" : "no"; }

inline std::string show_range(const stats::Interval& range) {
  return fmt::format("{} to {}", show_points(range.low),
                     std::isfinite(range.high) ? show_points(range.high) : "any");
}

/// What is printed, the difference, and the p-values.
inline html::Table paper_p_table(const PaperTable& table, const std::vector<RederivedRow>& rows) {
  html::Table t{
      .caption = fmt::format("Table {} ({}): differences and p-values", table.number, table.dataset),
      .columns = {"layer", "Multi Task", "Single Task", "Δ", "p printed", "Holm", "Benjamini-Hochberg",
                  "Nadeau-Bengio"},
      .rows = {}};
  for (const auto& r : rows)
    t.rows.push_back({std::to_string(r.printed.layer),
                      show_accuracy(r.printed.multi_mean, r.printed.multi_sd),
                      show_accuracy(r.printed.single_mean, r.printed.single_sd), show_difference(r.diff),
                      show_p(r.printed.p), show_p(r.p_holm), show_p(r.p_bh), show_p(r.p_nadeau_bengio)});
  return t;
}

/// Whether the figures can stand together, and what they imply.
inline html::Table paper_figures_table(const PaperTable& table, const std::vector<RederivedRow>& rows) {
  html::Table t{.caption = fmt::format("Table {} ({}): what the figures imply", table.number, table.dataset),
                .columns = {"layer", "sign agrees with p", "means attainable", "SD by n: multi", "single",
                            "SD by n - 1: multi", "single", "t", "SD of Δ", "its range", "correlation"},
                .rows = {}};
  for (const auto& r : rows)
    t.rows.push_back({std::to_string(r.printed.layer), yes_or_no(r.sign_agrees),
                      yes_or_no(r.means_attainable), yes_or_no(r.population_sd[0]),
                      yes_or_no(r.population_sd[1]), yes_or_no(r.sample_sd[0]), yes_or_no(r.sample_sd[1]),
                      show_points(r.t), show_points(r.sd_diff), show_range(r.sd_diff_range),
                      std::isfinite(r.correlation) ? fmt::format("{:.3f}", r.correlation) : "n/a"});
  return t;
}

/// What the columns mean.
inline std::string paper_legend() {
  return "Accuracies in percent with the printed SD; Δ is Multi Task minus Single Task of the printed means, "
         "in points. "
         "p: the paper's, one-sided, ten folds. Holm and Benjamini-Hochberg correct it over the 12 layers of "
         "a table. "
         "Nadeau-Bengio: the same t, its variance raised for training sets that overlap; one test text on "
         "eight "
         "training texts. An SD is attainable when whole numbers of correct texts in ten folds give it "
         "together with "
         "its mean. t, the SD of Δ and the correlation between the arms are those that Δ, p and the printed "
         "SDs imply; "
         "the range is what their rounding leaves open.";
}

}  // namespace detail

/// Markdown: findings and both tables, for each of the three.
inline std::string paper_markdown() {
  auto text = "# " + std::string(detail::paper_title) + "\n\n";
  for (const PaperTable& table : paper_tables) {
    const auto rows = rederive(table);
    text += fmt::format("## Table {}: {}\n\n", table.number, table.dataset);
    for (const auto& finding : paper_findings(table, rows)) text += escape_markdown(finding) + "\n\n";
    text += table_as_markdown(detail::paper_p_table(table, rows)) +
            table_as_markdown(detail::paper_figures_table(table, rows));
  }
  return text + escape_markdown(detail::paper_legend()) + "\n";
}

/// LaTeX (booktabs): both tables, for each of the three.
inline std::string paper_latex() {
  std::string text;
  for (const PaperTable& table : paper_tables) {
    const auto rows = rederive(table);
    text += table_as_latex(detail::paper_p_table(table, rows)) +
            table_as_latex(detail::paper_figures_table(table, rows));
  }
  return text;
}

/// One row a layer, full precision.
inline std::string paper_csv() {
  std::string text =
      "table,dataset,layer,multi_mean,multi_sd,single_mean,single_sd,p,mean_diff,p_holm,p_benjamini_hochberg,"
      "p_nadeau_bengio,sign_agrees,means_attainable,multi_population_sd_attainable,single_population_sd_"
      "attainable,"
      "multi_sample_sd_attainable,single_sample_sd_attainable,t,sd_diff,sd_diff_low,sd_diff_high,"
      "correlation\n";
  for (const PaperTable& table : paper_tables)
    for (const auto& r : rederive(table)) {
      text += fmt::format("{},{},{}", table.number, table.dataset, r.printed.layer);
      for (const double value :
           {r.printed.multi_mean, r.printed.multi_sd, r.printed.single_mean, r.printed.single_sd, r.printed.p,
            r.diff, r.p_holm, r.p_bh, r.p_nadeau_bengio})
        text += "," + show_exact(value);
      for (const bool yes : {r.sign_agrees, r.means_attainable, r.population_sd[0], r.population_sd[1],
                             r.sample_sd[0], r.sample_sd[1]})
        text += yes ? ",1" : ",0";
      for (const double value : {r.t, r.sd_diff, r.sd_diff_range.low, r.sd_diff_range.high, r.correlation})
        text += "," + show_exact(value);
      text += "\n";
    }
  return text;
}

/// The rows of paper_csv() by table, with the findings; null where a number does not exist.
inline nlohmann::ordered_json paper_json() {
  using detail::number_or_null;
  auto tables = nlohmann::ordered_json::array();
  for (const PaperTable& table : paper_tables) {
    const auto rows = rederive(table);
    nlohmann::ordered_json lines = nlohmann::ordered_json::array();
    for (const auto& r : rows)
      lines.push_back(
          {{"layer", r.printed.layer},
           {"multi_mean", r.printed.multi_mean},
           {"multi_sd", r.printed.multi_sd},
           {"single_mean", r.printed.single_mean},
           {"single_sd", r.printed.single_sd},
           {"p", r.printed.p},
           {"mean_diff", r.diff},
           {"p_holm", r.p_holm},
           {"p_benjamini_hochberg", r.p_bh},
           {"p_nadeau_bengio", r.p_nadeau_bengio},
           {"sign_agrees", r.sign_agrees},
           {"means_attainable", r.means_attainable},
           {"population_sd_attainable", r.population_sd},
           {"sample_sd_attainable", r.sample_sd},
           {"t", number_or_null(r.t)},
           {"sd_diff", number_or_null(r.sd_diff)},
           {"sd_diff_range", {number_or_null(r.sd_diff_range.low), number_or_null(r.sd_diff_range.high)}},
           {"correlation", number_or_null(r.correlation)}});
    tables.push_back({{"table", table.number},
                      {"dataset", std::string(table.dataset)},
                      {"findings", paper_findings(table, rows)},
                      {"layers", std::move(lines)}});
  }
  return {{"tables", std::move(tables)}};
}

/// The page: findings, figure and tables of each.
inline std::string paper_html() {
  const auto title = std::string(detail::paper_title);
  std::string contents, body;
  for (const PaperTable& table : paper_tables) {
    const auto rows = rederive(table);
    const auto id = fmt::format("table-{}", table.number);
    const auto heading = fmt::format("Table {}: {}", table.number, table.dataset);
    std::string part;
    for (const auto& finding : paper_findings(table, rows)) part += html::paragraph(finding);
    part +=
        "<figure>\n" + accuracy_svg(paper_comparison(table)) +
        "\n<figcaption>The printed means. Filled circles: Multi Task. Open squares: Single Task. Bands: the "
        "interval that the printed SDs give.</figcaption>\n</figure>\n";
    part += html::table(detail::paper_p_table(table, rows)) +
            html::table(detail::paper_figures_table(table, rows));
    contents += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", id, escape_markup(heading));
    body += html::section(id, heading, part);
  }
  return html::report_page(
      title, "What the figures say beyond their captions, and whether they can stand together.", "", contents,
      body + html::section("legend", "What the columns mean", html::paragraph(detail::paper_legend())));
}

/// The files of `mtl report --paper --out`, by name.
inline std::map<std::string, std::string> paper_files() {
  std::map<std::string, std::string> files{{"paper.md", paper_markdown()},
                                           {"paper.tex", paper_latex()},
                                           {"paper.csv", paper_csv()},
                                           {"paper.json", paper_json().dump(1) + "\n"},
                                           {"paper.html", paper_html()}};
  for (const PaperTable& table : paper_tables)
    files[fmt::format("{}.svg", table.dataset)] = accuracy_svg(paper_comparison(table)) + "\n";
  return files;
}

}  // namespace mtl
