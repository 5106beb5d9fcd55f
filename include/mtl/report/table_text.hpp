// In: a table of plain texts, as the page shows it. Out: the same table as Markdown and as LaTeX (booktabs).
#pragma once

#include <string>
#include <vector>

#include <mtl/report/escape.hpp>
#include <mtl/report/html.hpp>

namespace mtl {

/// Its caption in bold, then a pipe table with numbers to the right. Groups of columns are left out.
inline std::string table_as_markdown(const html::Table& t) {
  std::string text = "**" + escape_markdown(t.caption) + "**\n\n|", rule = "|";
  for (const auto& column : t.columns) text += " " + escape_markdown(column) + " |", rule += "---:|";
  text += "\n" + rule + "\n";
  for (const auto& row : t.rows) {
    text += "|";
    for (const auto& cell : row) text += " " + escape_markdown(cell) + " |";
    text += "\n";
  }
  return text + "\n";
}

/// A table environment of the width of its columns. Groups of columns are left out.
inline std::string table_as_latex(const html::Table& t) {
  auto text =
      fmt::format("\\begin{{table}}\n\\centering\n\\caption{{{}}}\n\\begin{{tabular}}{{{}}}\n\\toprule\n",
                  escape_latex(t.caption), std::string(t.columns.size(), 'r'));
  const auto line = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) text += (i ? " & " : "") + escape_latex(cells[i]);
    text += " \\\\\n";
  };
  line(t.columns);
  text += "\\midrule\n";
  for (const auto& row : t.rows) line(row);
  return text + "\\bottomrule\n\\end{tabular}\n\\end{table}\n";
}

}  // namespace mtl
