// In: a source of named files, wherever they come from (a folder, an archive). Out: a corpus of documents.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/data/document.hpp>
#include <mtl/detail/error.hpp>
#include <mtl/text/utf8.hpp>

namespace mtl {

/// A file as a reader of corpora sees it: path inside the corpus, and bytes (already decompressed).
struct NamedFile {
  std::string name;
  std::string content;
  bool symbolic_link = false;  ///< then without content: the file it leads to comes by its own name
};

/// Gives the files one after another in any order, and nullopt at the end.
using FileSource = std::function<std::optional<NamedFile>()>;

/// What a reader makes of its files.
struct Corpus {
  std::string name = {};                  ///< livedoor, twitter, rakuten, manuals, tsv
  std::vector<std::string> classes = {};  ///< by name; a class may turn out to have no document
  std::vector<Document> documents = {};   ///< in an order that does not depend on that of the files
  std::map<std::string, std::int64_t> skipped = {};  ///< why -> number of files or rows that are no texts
};

namespace detail {

/// The parts of a path between its slashes, without empty ones and ".".
inline std::vector<std::string> path_parts(std::string_view path) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    const auto part = path.substr(begin, end - begin);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    begin = end + 1;
  }
  return parts;
}

/// The lines of a text without their ends (LF or CR LF); a last line without an end counts, an empty one not.
inline std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// The parts of a line between separators: always one more than there are separators.
inline std::vector<std::string_view> fields_of(std::string_view line, char separator) {
  std::vector<std::string_view> fields;
  for (auto end = line.find(separator); end != std::string_view::npos; end = line.find(separator)) {
    fields.push_back(line.substr(0, end));
    line.remove_prefix(end + 1);
  }
  fields.push_back(line);
  return fields;
}

inline std::string_view without_bom(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

/// The endings of the names of compressed files.
inline constexpr std::array<std::string_view, 4> compressed_endings{".gz", ".bz2", ".xz", ".zst"};

/// The name of a file without the ending that its compression gave it.
inline std::string uncompressed_name(std::string name) {
  for (const std::string_view ending : compressed_endings)
    if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  return name;
}

inline std::string joined(const std::vector<std::string_view>& lines, std::size_t first = 0) {
  std::string text;
  for (std::size_t i = first; i < lines.size(); ++i) text.append(lines[i]).append("\n");
  return text;
}

/// Throws Error unless a name can stand in a line of a file: valid UTF-8 without control characters.
inline void require_printable(const std::string& name, const std::string& where) {
  const bool control =
      std::ranges::any_of(name, [](unsigned char byte) { return byte < 0x20 || byte == 0x7F; });
  require(!control && !find_invalid_utf8(name),
          "{}: its name is not UTF-8 or has control characters; an id or a class is made of it, so rename it",
          where);
}

/// Sorts documents by id and classes by name; throws Error when an id stands twice, when a name cannot be
/// written to a line, and when nothing was found.
inline Corpus in_order(Corpus corpus, std::string_view expected) {
  require(!corpus.documents.empty(), "data set '{}': no text was found; expected {}", corpus.name, expected);
  for (const Document& document : corpus.documents) require_printable(document.id, document.where);
  std::ranges::sort(corpus.documents, {}, &Document::id);
  const auto twice = std::ranges::adjacent_find(corpus.documents, {}, &Document::id);
  if (twice != corpus.documents.end())
    throw Error(
        fmt::format("data set '{}': text '{}' stands twice, in {} and in {}; likely cause: two copies of "
                    "the corpus under one input",
                    corpus.name, twice->id, twice->where, std::next(twice)->where));
  std::ranges::sort(corpus.classes);
  const auto rest = std::unique(corpus.classes.begin(), corpus.classes.end());  // clang 14 fails on the range
  corpus.classes.erase(rest, corpus.classes.end());
  return corpus;
}

}  // namespace detail
}  // namespace mtl
