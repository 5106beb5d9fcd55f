// In: a text. Out: its words, cut at white space and punctuation: Hugging Face's BasicTokenizer.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <mtl/text/words.hpp>

namespace mtl {

/// Settings of BasicWords, under Hugging Face's meanings.
struct BasicWordsOptions {
  bool lower_case = false;
  bool split_chinese = false;           ///< every kanji a word of its own
  std::optional<bool> strip_accents{};  ///< unset: as lower_case. Takes the dakuten too: が becomes か
  std::set<std::string, std::less<>> never_split{};  ///< words left as they are
};

namespace detail {

/// Control, format, private, surrogate and unassigned characters, U+0000 and U+FFFD: dropped.
inline bool is_dropped(char32_t c) {
  if (c == U'\t' || c == U'\n' || c == U'\r') return false;
  return c == 0 || c == 0xFFFD || unicode::in_category(c, U_GC_C_MASK);
}

inline bool becomes_space(char32_t c) {
  return c == U'\t' || c == U'\n' || c == U'\r' || unicode::in_category(c, U_GC_ZS_MASK);
}

/// ASCII symbols count as punctuation, though Unicode calls some of them symbols.
inline bool is_punctuation(char32_t c) {
  const bool ascii =
      (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126);
  return ascii || unicode::in_category(c, U_GC_P_MASK);
}

inline bool is_chinese(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) ||
         (c >= 0x2A700 && c <= 0x2CEAF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

}  // namespace detail

/// Cleans, composes (NFC), splits at white space, lower-cases, splits at punctuation (transformers,
/// BasicTokenizer of the Japanese and of the original BERT, which differ in defaults alone).
class BasicWords {
 public:
  /// Splits as `options` say.
  explicit BasicWords(BasicWordsOptions options) : options_{std::move(options)} {}

  /// The words of a text, which must be UTF-8.
  Words words(std::string_view text) const {
    const MappedText cleaned = clean(text);
    const MappedText composed = through(cleaned, 0, nfc(cleaned.text));
    Words found;
    std::size_t done = 0;
    for (const ByteRange& word : split_at_spaces(composed.text)) {
      found.text.append_slice(composed, done, word.begin);  // white space, which is no word's
      append_word(composed, word, found);
      done = word.end;
    }
    found.text.append_slice(composed, done, composed.text.size());
    return found;
  }

 private:
  MappedText clean(std::string_view text) const {
    MappedText cleaned;
    for (std::size_t at = 0; at < text.size();) {
      const DecodedPoint point = decode_utf8(text, at);
      const auto from = static_cast<std::uint32_t>(at);
      const bool alone = options_.split_chinese && detail::is_chinese(point.value);
      if (alone) cleaned.append(" ", from);
      if (detail::becomes_space(point.value))
        cleaned.append(" ", from);
      else if (!detail::is_dropped(point.value))
        cleaned.append(text.substr(at, point.length), from);
      at += point.length;
      if (alone) cleaned.append(" ", from);
    }
    cleaned.close(text.size());
    return cleaned;
  }

  void append_word(const MappedText& composed, const ByteRange& range, Words& out) const {
    const auto word = std::string_view(composed.text).substr(range.begin, range.end - range.begin);
    const bool cased = options_.never_split.contains(word);
    const MappedText folded = through(composed, range.begin, cased ? unchanged(word) : fold(word));
    const bool kept = options_.never_split.contains(folded.text);  // A.B too, where a.b is listed
    bool new_word = true;
    for (std::size_t at = 0; at < folded.text.size();) {
      const DecodedPoint point = decode_utf8(folded.text, at);
      const auto character = std::string_view(folded.text).substr(at, point.length);
      const bool space = unicode::is_python_space(point.value);
      const bool alone = space || (!kept && detail::is_punctuation(point.value));
      if (!space && (alone || new_word)) out.words.push_back({out.text.text.size(), 0});
      out.text.append(character, folded.origin[at]);
      if (!space) out.words.back().end = out.text.text.size();
      new_word = alone;
      at += point.length;
    }
  }

  MappedText fold(std::string_view word) const {
    MappedText folded = options_.lower_case ? lower_case(word) : unchanged(word);
    if (!options_.strip_accents.value_or(options_.lower_case)) return folded;
    const MappedText apart = through(folded, 0, nfd(folded.text));
    MappedText bare;
    for (std::size_t at = 0; at < apart.text.size();) {
      const DecodedPoint point = decode_utf8(apart.text, at);
      if (!unicode::in_category(point.value, U_GC_MN_MASK))
        bare.append(std::string_view(apart.text).substr(at, point.length), apart.origin[at]);
      at += point.length;
    }
    bare.close(word.size());
    return bare;
  }

  BasicWordsOptions options_;
};

}  // namespace mtl
