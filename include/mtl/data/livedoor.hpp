// In: the files of the livedoor news corpus (ldcc-20140209). Out: its articles, the body alone.
#pragma once

#include <set>

#include <mtl/data/corpus.hpp>

namespace mtl {

namespace detail {

/// Why a file is not an article; empty when its name says it is one: .../<category>/<category>-<number>.txt.
inline std::string livedoor_skip(const NamedFile& file, const std::vector<std::string>& parts) {
  static const std::set<std::string> about{"README.txt", "CHANGES.txt", "README", "CHANGES"};
  if (file.symbolic_link) return "symbolic link";
  if (parts.empty()) return "file without a name";
  const std::string& name = parts.back();
  if (name == "LICENSE.txt") return "licence";
  if (about.contains(name)) return "about the corpus";
  const bool article =
      parts.size() >= 2 && name.starts_with(parts[parts.size() - 2] + "-") && name.ends_with(".txt");
  return article ? "" : "not named <category>/<category>-<number>.txt";
}

/// The text below URL, date and title.
inline std::string livedoor_body(const NamedFile& file) {
  const auto lines = lines_of(without_bom(file.content));
  const bool headed = lines.size() >= 3 && lines[0].starts_with("http");
  require(headed, "{}: not an article of the livedoor corpus: its first lines are not URL, date and title",
          file.name);
  return joined(lines, 3);
}

}  // namespace detail

/// The articles of the livedoor news corpus, id "<category>/<file name without .txt>", sorted by it.
///
/// Lines 1 to 3 (URL, date, title) are dropped. LICENSE.txt, README.txt and CHANGES.txt are counted as
/// skipped; a folder that holds only a licence is a class without a document. Throws Error for a file that is
/// not UTF-8 or has no heading, for an article that stands twice, and when there is none.
inline Corpus read_livedoor(const FileSource& next) {
  Corpus corpus{.name = "livedoor", .classes = {}, .documents = {}, .skipped = {}};
  while (const auto file = next()) {
    const auto parts = detail::path_parts(file->name);
    const std::string why = detail::livedoor_skip(*file, parts);
    const std::string category = parts.size() >= 2 ? parts[parts.size() - 2] : "";
    if (!category.empty() && (why.empty() || why == "licence")) corpus.classes.push_back(category);
    if (!why.empty()) {
      ++corpus.skipped[why];
      continue;
    }
    require_utf8_lines(file->content, file->name);
    const std::string stem = parts.back().substr(0, parts.back().size() - 4);
    corpus.documents.push_back({category + "/" + stem, category, detail::livedoor_body(*file), file->name});
  }
  return detail::in_order(std::move(corpus),
                          "text/<category>/<category>-<number>.txt, as in ldcc-20140209.tar.gz");
}

}  // namespace mtl
