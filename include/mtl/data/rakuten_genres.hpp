// In: the genre table of the Rakuten data set, and genres of it. Out: these genres with all below them.
#pragma once

#include <map>
#include <set>

#include <mtl/data/corpus.hpp>

namespace mtl {

/// Genre ids, as the files of the data set write them.
using Genres = std::set<std::string, std::less<>>;

/// Food (食品) in Rakuten Ichiba's tree of genres; Rakuten's web service names it so under this id.
inline constexpr std::string_view food_genre = "100227";

/// True for the genre table by its name, ichiba03_genre_<date>.tsv, also compressed.
inline bool is_genre_table(const std::string& name) {
  const auto parts = detail::path_parts(detail::uncompressed_name(name));
  return !parts.empty() && parts.back().starts_with("ichiba03_genre") && parts.back().ends_with(".tsv");
}

/// `roots` and every genre below one of them.
///
/// The table has a genre a line, without a header: its id, its name, the id of the genre above it (0 for the
/// uppermost). A review names the lowest genre of its item, so food is found only through the table. Throws
/// Error with file and line for a line of fewer columns, and for a root that is not in the table.
inline Genres genres_below(const NamedFile& table, const Genres& roots) {
  require_utf8_lines(table.content, table.name);
  std::multimap<std::string_view, std::string_view> below;
  std::set<std::string_view> known;
  std::size_t number = 0;
  for (const std::string_view line : detail::lines_of(detail::without_bom(table.content))) {
    ++number;
    const auto fields = detail::fields_of(line, '\t');
    require(
        fields.size() >= 3 && !fields[0].empty(),
        "{}, line {}: {} columns; a genre is its id, its name and the id of the genre above it, with tabs "
        "between",
        table.name, number, fields.size());
    known.insert(fields[0]);
    below.emplace(fields[2], fields[0]);
  }
  Genres found;
  std::vector<std::string_view> open;
  for (const std::string& root : roots) {
    require(known.contains(root), "{}: has no genre {}; --genres names those of this table", table.name,
            root);
    open.push_back(root);
  }
  while (!open.empty()) {
    const std::string_view genre = open.back();
    open.pop_back();
    if (!found.emplace(genre).second) continue;  // also where the table goes in a circle
    for (auto [child, end] = below.equal_range(genre); child != end; ++child) open.push_back(child->second);
  }
  return found;
}

}  // namespace mtl
