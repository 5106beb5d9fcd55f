// In: a code point. Out: which class of characters it belongs to. Data: ICU's Unicode tables.
#pragma once

#include <unicode/uchar.h>

#include <mtl/text/utf8.hpp>

namespace mtl::unicode {

/// Whether the general category is one of `mask`, ICU's U_GC_..._MASK.
inline bool in_category(char32_t point, std::uint32_t mask) {
  return (U_MASK(u_charType(static_cast<UChar32>(point))) & mask) != 0;
}

/// White space as Unicode defines it. The last is U+3000, and the set is closed in practice; most characters
/// of Japanese lie above.
inline bool is_space(char32_t point) {
  return point <= 0x3000 && u_isUWhiteSpace(static_cast<UChar32>(point)) != 0;
}

/// What Python's str.split() and str.strip() take for white space: Unicode's, and U+001C to U+001F.
inline bool is_python_space(char32_t point) { return is_space(point) || (point >= 0x1C && point <= 0x1F); }

/// A character that ends a line.
inline bool is_newline(char32_t point) {
  return (point >= 0x0A && point <= 0x0D) || point == 0x85 || point == 0x2028 || point == 0x2029;
}

/// A decimal digit of any script (category Nd). 〇 and 一 are none.
inline bool is_digit(char32_t point) { return in_category(point, U_GC_ND_MASK); }

/// A combining mark (M*).
inline bool is_mark(char32_t point) { return in_category(point, U_GC_M_MASK); }

/// Punctuation and symbols (P*, S*), the invisible and private ones (Cc, Cf, Co), and what modifies emoji:
/// variation selectors and the keycap U+20E3. Not white space. ー, 々 and 〇 are letters and numbers: kept.
inline bool is_symbol(char32_t point) {
  if (is_space(point)) return false;
  constexpr std::uint32_t mask = U_GC_P_MASK | U_GC_S_MASK | U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK;
  return in_category(point, mask) || point == 0x20E3 ||
         u_hasBinaryProperty(static_cast<UChar32>(point), UCHAR_VARIATION_SELECTOR) != 0;
}

/// Whether `text` has nothing but Python's white space.
inline bool is_blank(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const DecodedPoint point = decode_utf8(text, at);
    if (!is_python_space(point.value)) return false;
    at += point.length;
  }
  return true;
}

}  // namespace mtl::unicode
