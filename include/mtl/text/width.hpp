// In: a text with full-width letters. Out: the same in half width, by one of the ways in use.
#pragma once

#include <string_view>

#include <mtl/text/mapped_text.hpp>

namespace mtl {

/// Which reading of "full width to half width". Half-width kana become full-width kana under Nfkc alone.
enum class Width {
  Keep,
  Nfkc,       ///< Unicode's compatibility composition: what Hugging Face's tokenizers apply again
  AsciiOnly,  ///< letters, digits and symbols that have an ASCII form, by a table; 。「」、・ stay
};

namespace detail {

/// The half-width form of a letter, digit or symbol; other characters as they are. The table of mojimoji's
/// zen_to_han(kana=False): U+FF01 to U+FF5E, ￥, the ideographic space, and the typographic quotes.
inline char32_t half_width(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) return c - 0xFF01 + U'!';
  switch (c) {
    case 0x3000:
      return U' ';
    case 0xFFE5:
      return 0xA5;
    case 0x201D:
      return U'"';
    case 0x2019:
      return U'\'';
    case 0x2018:
      return U'`';
    default:
      return c;
  }
}

}  // namespace detail

/// The text with full-width and half-width forms made one, as `how` says. `text` is UTF-8.
inline MappedText fold_width(std::string_view text, Width how) {
  if (how == Width::Nfkc) return nfkc(text);
  if (how == Width::Keep) return unchanged(text);
  MappedText folded;
  for (std::size_t at = 0; at < text.size();) {
    const DecodedPoint point = decode_utf8(text, at);
    folded.append(detail::half_width(point.value), static_cast<std::uint32_t>(at));
    at += point.length;
  }
  folded.close(text.size());
  return folded;
}

}  // namespace mtl
