// In: a file of lines "status id TAB text". Out: the texts of tweets by status id.
#pragma once

#include <unordered_map>

#include <mtl/data/corpus.hpp>
#include <mtl/data/parse_number.hpp>

namespace mtl {

/// The texts of tweets by status id, which needs 64 bits.
using TweetTexts = std::unordered_map<std::uint64_t, std::string>;

/// One tweet a line: its status id, a tab, its text as it was sent (which may hold further tabs). A line end
/// inside a tweet is written as a space: the normalisation removes both. A byte order mark and CR LF are
/// accepted; an empty text is none, as downloaders write it for a tweet that is gone.
///
/// Throws Error with file and line for a line of another shape, an id that is no 64-bit number, a tweet that
/// stands twice with different texts, and invalid UTF-8.
inline TweetTexts read_tweet_texts(const NamedFile& file) {
  require_utf8_lines(file.content, file.name);
  TweetTexts texts;
  std::size_t number = 0;
  for (const std::string_view line : detail::lines_of(detail::without_bom(file.content))) {
    ++number;
    const auto tab = line.find('\t');
    require(tab != std::string_view::npos,
            "{}, line {}: no tab; each line is a status id, a tab and the text of the tweet", file.name,
            number);
    std::uint64_t id = 0;
    require(detail::parse_whole(line.substr(0, tab), id),
            "{}, line {}: '{}' is not a status id; likely cause: a header, or a spreadsheet that made a "
            "decimal of it",
            file.name, number, line.substr(0, tab));
    const auto text = line.substr(tab + 1);
    if (text.empty()) continue;
    const auto [known, fresh] = texts.emplace(id, text);
    require(fresh || known->second == text, "{}, line {}: tweet {} stands before with another text",
            file.name, number, id);
  }
  return texts;
}

}  // namespace mtl
