// In: the source of a manual page (roff with the man or mdoc macros). Out: its running text, line by line.
#pragma once

#include <string>
#include <string_view>

#include <mtl/data/corpus.hpp>

namespace mtl {

namespace detail {

/// Bytes of the character at text[at]; 0 at the end.
inline std::size_t character_length(std::string_view text, std::size_t at) {
  return at < text.size() ? decode_utf8(text, at).length : 0;
}

/// Length of the name that begins at text[at]: one character, "(xx" or "[name]".
inline std::size_t roff_name(std::string_view text, std::size_t at) {
  if (at >= text.size()) return 0;
  if (text[at] == '(') {  // two characters
    const std::size_t second = at + 1 + character_length(text, at + 1);
    return second + character_length(text, second) - at;
  }
  if (text[at] != '[') return character_length(text, at);
  const auto end = text.find(']', at);
  return end == std::string_view::npos ? text.size() - at : end + 1 - at;
}

/// What the escape after a backslash at text[at] prints, and where the text goes on.
inline std::pair<std::string_view, std::size_t> roff_escape(std::string_view text, std::size_t at) {
  const char kind = text[at];
  if (std::string_view("fFmMgnYkV*").find(kind) !=
      std::string_view::npos)  // fonts, colours, registers, strings
    return {"", at + 1 + roff_name(text, at + 1)};
  if (kind == 's') {  // size: \s8, \s-2, \s+1
    std::size_t end = at + 1;
    if (end < text.size() && (text[end] == '+' || text[end] == '-')) ++end;
    return {"", end + character_length(text, end)};
  }
  if (std::string_view("hvwlLDoNXbZ").find(kind) != std::string_view::npos &&
      at + 1 < text.size()) {  // \h'...'
    const auto mark = text.substr(at + 1, character_length(text, at + 1));
    const auto end = text.find(mark, at + 1 + mark.size());
    return {"", end == std::string_view::npos ? text.size() : end + mark.size()};
  }
  if (kind == '(' || kind == '[') return {"", at + roff_name(text, at)};
  if (kind == ' ' || kind == '~' || kind == '0') return {" ", at + 1};
  if (kind == 'e' || kind == '\\') return {"\\", at + 1};
  if (kind == '-' || kind == '.' || kind == '\'' || kind == '`') return {text.substr(at, 1), at + 1};
  if (std::string_view("&,/|^%:c){}drtuz").find(kind) != std::string_view::npos)
    return {"", at + 1};  // no width
  const std::size_t length = character_length(text, at);
  return {text.substr(at, length), at + length};  // what is no escape prints itself
}

inline std::string roff_line(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size();) {
    if (line[i] != '\\') {
      text += line[i++];
    } else if (i + 1 == line.size() || line[i + 1] == '"') {
      break;  // an escaped line end, or a comment up to the end
    } else {
      const auto [printed, next] = roff_escape(line, i + 1);
      text += printed;
      i = next;
    }
  }
  return text;
}

}  // namespace detail

/// True when the page only names another one (.so man3/other.3).
inline bool is_roff_stub(std::string_view page) {
  for (const std::string_view line : detail::lines_of(page)) {
    if (line.starts_with(".so ")) return true;
    if (!line.empty() && !line.starts_with(".\\\"") && !line.starts_with("'\\\"")) return false;
  }
  return false;
}

/// The running text of a page in UTF-8: no requests and macros (so no .TH, no .SH), no macro bodies, no
/// comments; escapes resolved or dropped.
inline std::string roff_to_text(std::string_view page) {
  std::string text;
  bool skipping = false;  // inside a macro definition or an ignored block, up to ".."
  for (const std::string_view line : detail::lines_of(page)) {
    const bool request = line.starts_with('.') || line.starts_with('\'');
    if (skipping) {
      skipping = !line.starts_with("..");
    } else if (request) {
      skipping = line.starts_with(".de ") || line.starts_with(".ig");
    } else {
      text += detail::roff_line(line) + "\n";
    }
  }
  return text;
}

}  // namespace mtl
