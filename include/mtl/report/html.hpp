// The building blocks of the report's page: tables, foldable parts, the page itself. Everything given as
// plain text is escaped here; the page is also well-formed XML.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <mtl/report/escape.hpp>

namespace mtl::html {

/// A paragraph of plain text.
inline std::string paragraph(std::string_view text) { return "<p>" + escape_markup(text) + "</p>\n"; }

/// A heading with an address of its own, in a section. `body` is markup.
inline std::string section(std::string_view id, std::string_view heading, std::string_view body) {
  return fmt::format(
      "<section id=\"{0}\" aria-labelledby=\"{0}-h\">\n<h2 id=\"{0}-h\">{1}</h2>\n{2}</section>\n",
      escape_markup(id), escape_markup(heading), body);
}

/// A part that opens on demand. `body` is markup.
inline std::string details(std::string_view summary, std::string_view body) {
  return fmt::format("<details><summary>{}</summary>\n{}</details>\n", escape_markup(summary), body);
}

/// A region that scrolls sideways on narrow screens, by keyboard too. `body` is markup.
inline std::string scrollable(std::string_view name, std::string_view body) {
  return fmt::format("<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n{}</div>\n",
                     escape_markup(name), body);
}

/// Parts beside one another where there is room. `body` is markup.
inline std::string side_by_side(std::string_view body) {
  return fmt::format("<div class=\"side\">\n{}</div>\n", body);
}

/// A table of plain texts; the first cell of a row is its heading. Groups, where given, are headings over
/// several columns: (text, columns), from the left.
struct Table {
  std::string caption;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::pair<std::string, int>> groups = {};
  bool prose = false;  ///< cells are words: aligned left
};

inline std::string table(const Table& t) {
  auto markup = fmt::format("<table{}>\n<caption>{}</caption>\n<thead>\n", t.prose ? " class=\"prose\"" : "",
                            escape_markup(t.caption));
  if (!t.groups.empty()) {
    markup += "<tr>";
    for (const auto& [words, span] : t.groups)
      markup += words.empty() ? fmt::format("<td colspan=\"{}\"></td>", span)
                              : fmt::format("<th scope=\"colgroup\" colspan=\"{}\">{}</th>", span,
                                            escape_markup(words));
    markup += "</tr>\n";
  }
  markup += "<tr>";
  for (const auto& column : t.columns) markup += "<th scope=\"col\">" + escape_markup(column) + "</th>";
  markup += "</tr>\n</thead>\n<tbody>\n";
  for (const auto& row : t.rows) {
    markup += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      markup +=
          (i == 0 ? "<th scope=\"row\">" : "<td>") + escape_markup(row[i]) + (i == 0 ? "</th>" : "</td>");
    markup += "</tr>\n";
  }
  return scrollable(t.caption, markup + "</tbody>\n</table>\n");
}

/// Black text stays readable (at least 7:1) on every colour used behind text.
inline constexpr std::string_view style_sheet = R"css(
:root { color-scheme: light; }
body { margin: 0; background: #fff; color: #1b1f24; font: 16px/1.55 system-ui, "Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic", sans-serif; }
main, header, footer { max-width: 66rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; }
footer { padding-top: 1rem; padding-bottom: 3rem; color: #4a525c; font-size: .9rem; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-top: .75rem; border-top: 1px solid #d9dde3; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p { margin: .6rem 0; max-width: 46rem; }
.lead { color: #4a525c; margin-top: 0; }
nav { margin: 1rem 0; font-size: .95rem; }
nav a { margin-right: 1rem; white-space: nowrap; }
a { color: #0b5cad; }
.note { border: 2px solid #9a6700; border-left-width: .6rem; background: #fff8e1; padding: .5rem 1rem; margin: 1rem 0; border-radius: .25rem; }
.note ul { margin: .25rem 0; padding-left: 1.25rem; }
.wide { overflow-x: auto; margin: .75rem 0; }
.wide:focus-visible, summary:focus-visible, a:focus-visible { outline: 3px solid #0b5cad; outline-offset: 2px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .95rem; }
caption { text-align: left; white-space: nowrap; font-weight: 600; padding-bottom: .35rem; }
th, td { padding: .28rem .6rem; text-align: right; border-bottom: 1px solid #e4e7eb; white-space: nowrap; }
thead th { border-bottom: 2px solid #5b6470; vertical-align: bottom; }
thead th[colspan] { text-align: center; border-bottom: 1px solid #5b6470; }
tbody th { font-weight: 600; }
.prose th, .prose td { text-align: left; white-space: normal; overflow-wrap: anywhere; vertical-align: top; }
.prose tbody th { font-weight: 500; }
.matrix td { text-align: center; min-width: 1.6rem; border: 1px solid #fff; }
.matrix thead th { text-align: center; }
.side { display: flex; flex-wrap: wrap; column-gap: 2rem; }
.matrix td.right { font-weight: 700; }
figure { margin: .75rem 0; }
figure svg, .grid svg { max-width: 100%; height: auto; }
figcaption { color: #4a525c; font-size: .9rem; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); gap: .75rem; }
details { margin: .5rem 0; }
summary { cursor: pointer; color: #0b5cad; }
@media print { nav { display: none; } h2 { break-after: avoid; } }
)css";

/// A complete document that loads nothing: no script, no link to any file, enforced by its own policy.
inline std::string page(std::string_view title, std::string_view body) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\"/>\n<title>{}</title>\n<style>{}</style>\n"
      "</head>\n<body>\n{}</body>\n</html>\n",
      escape_markup(title), style_sheet, body);
}

}  // namespace mtl::html
