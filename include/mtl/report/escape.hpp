// Plain text made safe for the format it goes into. Class names and notes come from files: none is trusted.
#pragma once

#include <string>
#include <string_view>

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

}  // namespace detail

/// For HTML and XML, between tags and inside quoted attributes. Control characters that XML forbids become
/// U+FFFD. The text must be valid UTF-8.
inline std::string escape_markup(std::string_view text) {
  return detail::replace_bytes(text, [](char byte) -> std::string_view {
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
      case '\t':
      case '\n':
      case '\r':
        return {};
      default:
        return static_cast<unsigned char>(byte) < 0x20 ? "\xEF\xBF\xBD" : std::string_view{};
    }
  });
}

/// For LaTeX text mode.
inline std::string escape_latex(std::string_view text) {
  return detail::replace_bytes(text, [](char byte) -> std::string_view {
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

/// For a cell of a Markdown table or a line of Markdown text.
inline std::string escape_markdown(std::string_view text) {
  return detail::replace_bytes(text, [](char byte) -> std::string_view {
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
