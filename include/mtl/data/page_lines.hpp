// In: the lines of the pages of one class. Out: those that say something of the page itself, in Japanese.
#pragma once

#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <set>
#include <unordered_map>

#include <mtl/data/corpus.hpp>

namespace mtl {

namespace detail {

inline bool is_kana_or_kanji(UChar32 c) {
  UErrorCode status = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(c, &status);
  return U_SUCCESS(status) &&
         (script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA || script == USCRIPT_HAN);
}

inline std::string_view trimmed(std::string_view line) {
  const auto first = line.find_first_not_of(" \t\r\f\v");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r\f\v") + 1 - first);
}

}  // namespace detail

/// Number of kana and kanji (Unicode scripts Hiragana, Katakana, Han) in valid UTF-8.
inline std::int64_t kana_and_kanji(std::string_view text) {
  std::int64_t count = 0;
  const auto size = static_cast<std::int64_t>(text.size());
  for (std::int64_t i = 0; i < size;) {
    UChar32 c;
    U8_NEXT(text.data(), i, size, c);
    if (c >= 0 && detail::is_kana_or_kanji(c)) ++count;
  }
  return count;
}

/// Lines that stand in more than max(3, 2 %) of the pages of a class name the class, not the page.
struct CommonLines {
  std::int64_t pages = 3;
  double share = 0.02;
};

/// Drops from every page the lines without kana or kanji, then those that too many pages of the class share.
inline std::vector<std::string> telling_lines(const std::vector<std::string>& pages,
                                              const CommonLines& limit = {}) {
  std::vector<std::vector<std::string_view>> kept(pages.size());
  std::unordered_map<std::string_view, std::int64_t> pages_with;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    for (const std::string_view line : detail::lines_of(pages[i]))
      if (kana_and_kanji(line) > 0) kept[i].push_back(detail::trimmed(line));
    for (const std::string_view line : std::set<std::string_view>(kept[i].begin(), kept[i].end()))
      ++pages_with[line];
  }
  const double most =
      std::max(static_cast<double>(limit.pages), limit.share * static_cast<double>(pages.size()));
  std::vector<std::string> texts;
  for (auto& lines : kept) {
    std::erase_if(lines, [&](std::string_view line) { return static_cast<double>(pages_with[line]) > most; });
    texts.push_back(detail::joined(lines));
  }
  return texts;
}

}  // namespace mtl
