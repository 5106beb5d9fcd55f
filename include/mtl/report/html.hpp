// The building blocks of the report's page: tables, foldable parts, the page itself. Everything given as
// plain text is escaped here; the page is also well-formed XML.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <mtl/report/escape.hpp>
#include <mtl/report/page_script.hpp>
#include <mtl/report/style_sheet.hpp>
#include <mtl/store/sha256.hpp>

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

/// A complete document that loads nothing, and whose content security policy allows its own style and script
/// by their hashes and nothing else. `body` is markup and starts with what a keyboard should reach first.
inline std::string page(std::string_view title, std::string_view body, std::string_view style = style_sheet,
                        std::string_view script = page_script) {
  const auto allowed = [](std::string_view text) { return "'sha256-" + base64(sha256(text)) + "'"; };
  const auto code = script.empty() ? std::string{} : fmt::format("<script>{}</script>\n", script);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; script-src "
      "{}; "
      "base-uri 'none'; form-action 'none'\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<meta name=\"referrer\" content=\"no-referrer\"/>\n<title>{}</title>\n<style>{}</style>\n"
      "</head>\n<body>\n{}{}</body>\n</html>\n",
      allowed(style), script.empty() ? "'none'" : allowed(script), escape_markup(title), style, body, code);
}

/// A page of a report: heading, what it is about, notes (markup), links to its parts (markup: items of a
/// list), its parts (markup), and a place where the script puts its tools and says what it did.
inline std::string report_page(std::string_view title, std::string_view lead, std::string_view notes,
                               std::string_view contents, std::string_view parts) {
  return page(title, fmt::format("<a class=\"skip\" href=\"#content\">Skip to the content</a>\n"
                                 "<header>\n<h1>{0}</h1>\n<p class=\"lead\">{1}</p>\n{2}"
                                 "<nav aria-label=\"Contents\">\n<ul>\n{3}</ul>\n</nav>\n"
                                 "<div class=\"tools\" id=\"everything\" hidden=\"hidden\"></div>\n"
                                 "<p id=\"status\" role=\"status\"></p>\n</header>\n"
                                 "<main id=\"content\" tabindex=\"-1\">\n{4}</main>\n"
                                 "<footer>\n<p>Written by mtl report. This page is complete in itself: it "
                                 "loads nothing.</p>\n</footer>\n",
                                 escape_markup(title), escape_markup(lead), notes, contents, parts));
}

}  // namespace mtl::html
