// In: one file of lines "label TAB text". Out: a corpus; the way in for everyone's own data.
#pragma once

#include <mtl/data/corpus.hpp>

namespace mtl {

/// One text a line: its label, a tab, the text (which may hold further tabs). The id of a text is its line
/// number, counted from 1; labels become classes. A byte order mark and CR LF are accepted.
///
/// Throws Error with file and line for a line without a tab, an empty label and invalid UTF-8, and for a file
/// without lines.
inline Corpus read_tsv(const NamedFile& file) {
  require_utf8_lines(file.content, file.name);
  Corpus corpus{.name = "tsv", .classes = {}, .documents = {}, .skipped = {}};
  std::size_t number = 0;
  for (const std::string_view line : detail::lines_of(detail::without_bom(file.content))) {
    const std::string where = fmt::format("{}, line {}", file.name, ++number);
    const auto tab = line.find('\t');
    require(tab != std::string_view::npos,
            "{}: no tab; each line is a label, a tab and the text (likely cause: an empty line, or another "
            "separator)",
            where);
    require(tab != 0, "{}: the label before the tab is empty", where);
    const std::string label(line.substr(0, tab));
    corpus.documents.push_back({fmt::format("{}", number), label, std::string(line.substr(tab + 1)), where});
    corpus.classes.push_back(label);
  }
  require(number > 0, "{}: no lines; expected one label, tab and text a line", file.name);
  std::ranges::sort(corpus.classes);
  const auto rest = std::unique(corpus.classes.begin(), corpus.classes.end());  // clang 14 fails on the range
  corpus.classes.erase(rest, corpus.classes.end());
  return corpus;
}

}  // namespace mtl
