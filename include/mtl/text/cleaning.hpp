// In: a text. Out: the text with digits folded, or without URLs, symbols, newlines or spaces; each a step of
// normalize().
#pragma once

#include <string_view>

#include <mtl/text/mapped_text.hpp>

namespace mtl {

/// What becomes of decimal digits (category Nd, so full-width ones too).
enum class Digits {
  Keep,
  EachToZero,  ///< 2020年 -> 0000年
  RunToZero,   ///< 1,234.5円 -> 0円: a run of digits, with single commas and points between them
};

namespace detail {

/// `text` without the characters for which drop(value) holds.
template <class Drop>
MappedText without(std::string_view text, Drop drop) {
  MappedText kept;
  for (std::size_t at = 0; at < text.size();) {
    const DecodedPoint point = decode_utf8(text, at);
    if (!drop(point.value)) kept.append(text.substr(at, point.length), static_cast<std::uint32_t>(at));
    at += point.length;
  }
  kept.close(text.size());
  return kept;
}

/// Where the number that starts at `at` ends: digits, and , . ， ． that stand between two of them.
inline std::size_t end_of_number(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (at < text.size()) {
    const DecodedPoint point = decode_utf8(text, at);
    at += point.length;
    if (unicode::is_digit(point.value)) {
      end = at;
      continue;
    }
    const char32_t c = point.value;
    const bool separator = c == U',' || c == U'.' || c == U'，' || c == U'．';
    if (!separator || at >= text.size() || !unicode::is_digit(decode_utf8(text, at).value)) break;
  }
  return end;
}

inline bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The characters of RFC 3986. ASCII alone: Japanese text glued to a URL is text, not part of it. (Full-width
/// letters and digits are ASCII by then, where the step before made them so.)
inline bool is_url_byte(char c) {
  return is_ascii_letter(c) || (c >= '0' && c <= '9') ||
         std::string_view("-._~:/?#[]@!$&'()*+,;=%").find(c) != std::string_view::npos;
}

/// Length of the URL (http or https, in any case) at the start of `text`, or 0.
inline std::size_t url_length(std::string_view text) {
  constexpr std::string_view scheme = "http";
  if (text.size() < scheme.size()) return 0;
  for (std::size_t i = 0; i < scheme.size(); ++i)
    if (static_cast<char>(text[i] | 0x20) != scheme[i]) return 0;
  std::size_t at = scheme.size();
  if (at < text.size() && (text[at] | 0x20) == 's') ++at;
  if (text.substr(at, 3) != "://") return 0;
  const std::size_t host = at += 3;
  while (at < text.size() && is_url_byte(text[at])) ++at;
  return at > host ? at : 0;
}

}  // namespace detail

/// Turns digits to 0 as `how` says.
inline MappedText fold_digits(std::string_view text, Digits how) {
  if (how == Digits::Keep) return unchanged(text);
  MappedText folded;
  for (std::size_t at = 0; at < text.size();) {
    const DecodedPoint point = decode_utf8(text, at);
    const auto from = static_cast<std::uint32_t>(at);
    if (!unicode::is_digit(point.value)) {
      folded.append(text.substr(at, point.length), from);
      at += point.length;
      continue;
    }
    folded.append("0", from);
    at = how == Digits::RunToZero ? detail::end_of_number(text, at) : at + point.length;
  }
  folded.close(text.size());
  return folded;
}

/// Removes http and https URLs; what they touch on either side is joined.
inline MappedText remove_urls(std::string_view text) {
  MappedText kept;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t url = detail::url_length(text.substr(at))) {
      at += url;
      continue;
    }
    const std::size_t length = decode_utf8(text, at).length;
    kept.append(text.substr(at, length), static_cast<std::uint32_t>(at));
    at += length;
  }
  kept.close(text.size());
  return kept;
}

/// Removes what unicode::is_symbol() says.
///
/// Takes the origins along: NFKC makes a space or a symbol and combining marks of one symbol (゛ ´ ΅ ￣), and
/// all of it must go, or the marks would land on the letter before.
inline MappedText remove_symbols(MappedText text) {
  MappedText kept;
  const std::string_view all = text.text;
  bool dropped = false;  // the character before
  for (std::size_t at = 0, next = 0, before = 0; at < all.size(); before = at, at = next) {
    const char32_t point = decode_utf8(all, at).value;
    next = at + decode_utf8(all, at).length;
    const bool goes_on = at > 0 && text.origin[at] == text.origin[before];
    if (dropped && goes_on && unicode::is_mark(point)) continue;
    const bool carries_mark = point == U' ' && next < all.size() && text.origin[next] == text.origin[at] &&
                              unicode::is_mark(decode_utf8(all, next).value);
    dropped = carries_mark || unicode::is_symbol(point);
    if (!dropped) kept.append(all.substr(at, next - at), text.origin[at]);
  }
  kept.close(text.origin.back());
  return kept;
}

/// Removes the characters that end a line.
inline MappedText remove_newlines(std::string_view text) {
  return detail::without(text, unicode::is_newline);
}

/// Removes white space that ends no line.
inline MappedText remove_spaces(std::string_view text) {
  return detail::without(text, [](char32_t c) { return unicode::is_space(c) && !unicode::is_newline(c); });
}

}  // namespace mtl
