// In: a text. Out: how wide it is drawn, in ems, without a font at hand.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <unicode/uchar.h>

#include <mtl/text/unicode.hpp>

namespace mtl {

namespace detail {

inline double width_of(char32_t point) {
  if (unicode::in_category(point, U_GC_MN_MASK | U_GC_ME_MASK | U_GC_CF_MASK)) return 0;
  switch (u_getIntPropertyValue(static_cast<UChar32>(point), UCHAR_EAST_ASIAN_WIDTH)) {
    case U_EA_FULLWIDTH:
    case U_EA_WIDE:
    case U_EA_AMBIGUOUS:
      return 1;
    default:
      return point == 'i' || point == 'l' || point == 'j' || point == '.' ? 0.34 : 0.62;
  }
}

}  // namespace detail

/// Ems of a text in a proportional font: 1 for a full-width character, 0 for a mark that stands on another,
/// 0.62 for most others. Never much too small for the usual fonts.
inline double display_width(std::string_view text) {
  double width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto [point, length] = decode_utf8(text, at);
    width += detail::width_of(point);
    at += length;
  }
  return width;
}

/// The beginning of a text, `most` ems wide, with … where something was left out.
inline std::string shortened(std::string_view text, double most) {
  if (display_width(text) <= most) return std::string(text);
  double width = 1;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto [point, length] = decode_utf8(text, at);
    width += detail::width_of(point);
    if (width > most) break;
    at += length;
  }
  return std::string(text.substr(0, at)) + "\xE2\x80\xA6";
}

/// The text in lines of at most `most` ems, broken at spaces, and within a word that is wider.
inline std::vector<std::string> wrapped(std::string_view text, double most) {
  std::vector<std::string> lines{""};
  double width = 0;
  for (std::size_t at = 0; at < text.size();) {
    auto end = text.find(' ', at);
    end = end == std::string_view::npos ? text.size() : end + 1;
    if (width > 0 && width + display_width(text.substr(at, end - at)) > most) {
      lines.emplace_back();
      width = 0;
    }
    for (; at < end;) {
      const auto [point, length] = decode_utf8(text, at);
      const double one = detail::width_of(point);
      if (width + one > most) {
        lines.emplace_back();
        width = 0;
      }
      lines.back() += text.substr(at, length);
      width += one;
      at += length;
    }
  }
  return lines;
}

}  // namespace mtl
