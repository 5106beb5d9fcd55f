// In: the texts on which two arms disagree. Out: their counts by layer and their list, as parts of the page.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include <mtl/report/flips.hpp>
#include <mtl/report/html.hpp>
#include <mtl/report/numbers.hpp>

namespace mtl::html {

namespace detail {

inline std::string layer_list(const std::set<int>& layers) {
  std::string text;
  for (const int layer : layers) text += (text.empty() ? "" : ", ") + std::to_string(layer);
  return text.empty() ? "none" : text;
}

inline std::string flip_row(const FlippedText& flip, const std::map<std::string, std::string>& texts,
                            const std::vector<std::string>& classes) {
  auto row = fmt::format(
      "<tr><th scope=\"row\"><bdi>{}</bdi></th><td><bdi>{}</bdi></td><td>{}</td><td>{}</td><td>{}</td>",
      escape_markup(flip.id), escape_markup(classes.at(static_cast<std::size_t>(flip.gold))), flip.fold,
      layer_list(flip.gained), layer_list(flip.lost));
  if (texts.empty()) return row + "</tr>\n";
  const auto found = texts.find(flip.id);
  const auto words = found == texts.end() ? std::string("not in the data folder") : beginning(found->second);
  return row + "<td><bdi class=\"text\" lang=\"ja\">" + escape_markup(words) + "</bdi></td></tr>\n";
}

}  // namespace detail

/// Both right, one right, none right: a row for each layer.
inline std::string agreement_table(const Flips& flips, const Comparison& c) {
  const auto treatment = arm_title(c.treatment), control = arm_title(c.control);
  Table t{.caption = "Test texts by who classifies them correctly, all folds and seeds together",
          .columns = {"layer", "both", "only " + treatment, "only " + control, "neither", "predictions",
                      "disagree"},
          .rows = {}};
  for (const auto& row : flips.layers) {
    const auto flipped = row.only_treatment + row.only_control;
    const auto share = 100.0 * static_cast<double>(flipped) / static_cast<double>(row.total());
    t.rows.push_back({std::to_string(row.layer), std::to_string(row.both_right),
                      std::to_string(row.only_treatment), std::to_string(row.only_control),
                      std::to_string(row.both_wrong), std::to_string(row.total()),
                      fmt::format("{:.1f} %", share)});
  }
  return table(t);
}

/// Every text that flips somewhere, with a box that filters them. `texts`: by id; where it is empty no text
/// is shown.
inline std::string flip_list(const Flips& flips, const Comparison& c, const std::vector<std::string>& classes,
                             const std::map<std::string, std::string>& texts) {
  if (flips.texts.empty()) return paragraph("The arms never disagree about a text.");
  const auto caption =
      fmt::format("{} on which the arms disagree at some layer", count_of(flips.texts.size(), "test text"));
  auto rows = fmt::format("<table class=\"prose\" id=\"flips-table\">\n<caption>{}</caption>\n<thead>\n<tr>",
                          caption);
  for (const auto& name : {std::string("text"), std::string("class"), std::string("fold"),
                           "only " + arm_title(c.treatment) + " right at layers",
                           "only " + arm_title(c.control) + " right at layers"})
    rows += "<th scope=\"col\">" + escape_markup(name) + "</th>";
  rows += texts.empty() ? "</tr>\n" : "<th scope=\"col\">begins</th></tr>\n";
  rows += "</thead>\n<tbody>\n";
  for (const auto& flip : flips.texts) rows += detail::flip_row(flip, texts, classes);
  const std::string filter =
      "<div class=\"tools\" hidden=\"hidden\"><label for=\"flips-filter\">Show rows with</label>"
      "<input id=\"flips-filter\" type=\"search\" data-filters=\"flips-table\" "
      "autocomplete=\"off\"/></div>\n";
  return details(caption, filter + scrollable(caption, rows + "</tbody>\n</table>\n"));
}

}  // namespace mtl::html
