// Plain text made safe for the format it goes into. Class names and notes come from files: none is trusted.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include <mtl/text/utf8.hpp>

namespace mtl {

namespace detail {

/// Replaces every byte for which `replace` gives a text.
template <class Replace>
std::string replace_bytes(std::string_view text, Replace replace) {
  std::string result;
  result.reserve(text.size());
  for (const char byte : text) {
    const std::string_view instead = replace(byte);
    if (instead.empty())
      result += byte;
    else
      result += instead;
  }
  return result;
}

/// Direction controls (bidirectional marks, embeddings, overrides, isolates) and the line and paragraph
/// separators.
inline bool turns_writing(char32_t point) {
  return point == 0x061C || point == 0x200E || point == 0x200F || (point >= 0x2028 && point <= 0x202E) ||
         (point >= 0x2066 && point <= 0x2069);
}

/// What XML forbids, and what has no look of its own.
inline bool is_unprintable(char32_t point) {
  const bool control =
      (point < 0x20 && point != '\t' && point != '\n' && point != '\r') || (point >= 0x7F && point < 0xA0);
  return control || point == ill_formed || (point & 0xFFFE) == 0xFFFE ||
         (point >= 0xFDD0 && point < 0xFDF0) || (point >= 0xE0000 && point < 0xE0080);
}

}  // namespace detail

/// The text with everything that could change the look of what stands around it shown instead of obeyed:
/// controls that turn the direction of writing and Unicode's line separators appear by name, as in [U+202E];
/// control characters, bytes that are not UTF-8 and non-characters become U+FFFD. Tabs and line ends stay.
inline std::string visible_text(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto [point, length] = decode_utf8(text, at);
    if (detail::turns_writing(point))
      result += fmt::format("[U+{:04X}]", static_cast<unsigned>(point));
    else if (detail::is_unprintable(point))
      result += "\xEF\xBF\xBD";
    else
      result += text.substr(at, length);
    at += length;
  }
  return result;
}

/// For HTML and XML, between tags and inside quoted attributes; visible_text().
inline std::string escape_markup(std::string_view text) {
  return detail::replace_bytes(visible_text(text), [](char byte) -> std::string_view {
    switch (byte) {
      case '<':
        return "&lt;";
      case '>':
        return "&gt;";
      case '&':
        return "&amp;";
      case '"':
        return "&quot;";
      case '\'':
        return "&#39;";
      default:
        return {};
    }
  });
}

/// For LaTeX text mode; visible_text().
inline std::string escape_latex(std::string_view text) {
  return detail::replace_bytes(visible_text(text), [](char byte) -> std::string_view {
    switch (byte) {
      case '\\':
        return "\\textbackslash{}";
      case '{':
        return "\\{";
      case '}':
        return "\\}";
      case '$':
        return "\\$";
      case '&':
        return "\\&";
      case '#':
        return "\\#";
      case '%':
        return "\\%";
      case '_':
        return "\\_";
      case '^':
        return "\\textasciicircum{}";
      case '~':
        return "\\textasciitilde{}";
      case '<':
        return "\\textless{}";
      case '>':
        return "\\textgreater{}";
      case '\n':
      case '\r':
        return " ";
      default:
        return {};
    }
  });
}

/// For a cell of a Markdown table or a line of Markdown text; visible_text().
inline std::string escape_markdown(std::string_view text) {
  return detail::replace_bytes(visible_text(text), [](char byte) -> std::string_view {
    switch (byte) {
      case '|':
        return "\\|";
      case '*':
        return "\\*";
      case '_':
        return "\\_";
      case '`':
        return "\\`";
      case '[':
        return "\\[";
      case '\\':
        return "\\\\";
      case '<':
        return "&lt;";
      case '&':
        return "&amp;";
      case '\n':
      case '\r':
        return " ";
      default:
        return {};
    }
  });
}

/// A field of a CSV file, quoted where it has to be (RFC 4180).
inline std::string escape_csv(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  return '"' +
         detail::replace_bytes(text,
                               [](char byte) -> std::string_view { return byte == '"' ? "\"\"" : ""; }) +
         '"';
}

}  // namespace mtl
