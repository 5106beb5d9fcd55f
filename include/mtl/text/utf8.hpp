// In: bytes. Out: Unicode code points, or the place where the bytes are not UTF-8.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <mtl/detail/error.hpp>

namespace mtl {

/// What decode_utf8 gives for an ill-formed byte. No code point has this value.
inline constexpr char32_t ill_formed = 0xFFFFFFFF;

/// One code point and the bytes it takes.
struct DecodedPoint {
  char32_t value = ill_formed;
  std::size_t length = 1;
};

namespace detail {

/// decode_utf8() of what is neither ASCII nor usual.
inline DecodedPoint decode_rare_utf8(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned lead = byte(0);
  const std::size_t length = lead < 0xC2 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 1;
  if (length == 1 || length > text.size() - at) return {};
  char32_t value = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0u) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (overlong || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return {};
  return {value, length};
}

}  // namespace detail

/// The code point that starts at byte `at` of `text` (at < text.size()).
///
/// Ill-formed bytes (table 3-7 of the Unicode Standard: overlong forms, surrogates, values above U+10FFFF,
/// missing or stray continuation bytes) give {ill_formed, 1}, so that a loop always advances.
[[gnu::always_inline]] inline DecodedPoint decode_utf8(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  // Kana and most kanji: of three bytes, and nothing else can be wrong with them.
  const bool usual = lead >= 0xE1 && lead <= 0xEC && text.size() - at >= 3 && (byte(1) & 0xC0u) == 0x80 &&
                     (byte(2) & 0xC0u) == 0x80;
  if (usual) return {(lead & 0xFu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu), 3};
  return detail::decode_rare_utf8(text, at);
}

/// Adds the UTF-8 form of a Unicode scalar value to `text`.
inline void append_utf8(std::string& text, char32_t point) {
  const auto add = [&](char32_t bits) { text += static_cast<char>(static_cast<unsigned char>(bits)); };
  if (point < 0x80) return add(point);
  if (point < 0x800) {
    add(0xC0 | point >> 6);
  } else if (point < 0x10000) {
    add(0xE0 | point >> 12);
    add(0x80 | (point >> 6 & 0x3F));
  } else {
    add(0xF0 | point >> 18);
    add(0x80 | (point >> 12 & 0x3F));
    add(0x80 | (point >> 6 & 0x3F));
  }
  add(0x80 | (point & 0x3F));
}

/// Offset of the first ill-formed byte, or nothing where `text` is UTF-8.
inline std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const DecodedPoint point = decode_utf8(text, at);
    if (point.value == ill_formed) return at;
    at += point.length;
  }
  return std::nullopt;
}

/// Whether `at` is between two characters of valid UTF-8 (or at either end).
inline bool at_character_border(std::string_view text, std::size_t at) {
  return at == text.size() || (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0u) != 0x80);
}

/// Throws Error, naming `what` and the byte, unless `text` is UTF-8.
inline void require_utf8(std::string_view text, std::string_view what) {
  const auto bad = find_invalid_utf8(text);
  require(!bad, "{}: byte {} is not UTF-8; the text may be Shift_JIS or EUC-JP, or cut inside a character",
          what, bad.value_or(0));
}

/// Throws Error with place, line and byte in the line, all counted from 1, unless `text` is UTF-8.
/// `first_line`: the number of its first line.
inline void require_utf8_lines(std::string_view text, std::string_view where, std::size_t first_line = 1) {
  const auto bad = find_invalid_utf8(text);
  if (!bad) return;
  const auto before = text.substr(0, *bad);
  const auto line_end = before.rfind('\n');
  throw Error(fmt::format(
      "{}, line {}: not valid UTF-8 (byte {} of the line is 0x{:02X}); likely cause: another encoding "
      "such as Shift_JIS or EUC-JP, which iconv can convert",
      where, first_line + static_cast<std::size_t>(std::ranges::count(before, '\n')),
      *bad + 1 - (line_end == std::string_view::npos ? 0 : line_end + 1),
      static_cast<unsigned>(static_cast<unsigned char>(text[*bad]))));
}

}  // namespace mtl
