// In: a file of JSON lines. Out: the spans of every document it names, as they stand in the file.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <mtl/store/json_text.hpp>
#include <mtl/text/span.hpp>
#include <mtl/text/unicode.hpp>

namespace mtl {

/// Spans by document.
struct SpanFile {
  /// One line: spans sorted, their kind an index into `labels`, their offsets bytes of the raw text.
  struct Entry {
    std::size_t line = 0;
    std::vector<Span> spans;
  };

  std::string path;
  std::vector<std::string> labels;                    ///< in order of first appearance
  std::map<std::string, Entry, std::less<>> entries;  ///< by document id
};

namespace detail {

/// Number of a label, which is added where it is new.
inline int label_index(std::vector<std::string>& labels, const std::string& label) {
  const auto found = std::ranges::find(labels, label);
  if (found != labels.end()) return static_cast<int>(found - labels.begin());
  labels.push_back(label);
  return static_cast<int>(labels.size()) - 1;
}

/// [begin, end, "LABEL"].
inline Span read_span(const nlohmann::json& value, SpanFile& file, std::size_t line) {
  const bool shaped = value.is_array() && value.size() == 3 && value[0].is_number_unsigned() &&
                      value[1].is_number_unsigned() && value[2].is_string();
  if (!shaped)
    throw Error(fmt::format("{}:{}: a span is [begin, end, \"LABEL\"] with offsets from 0, not {}", file.path,
                            line, value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
  const auto begin = value[0].get<std::size_t>(), end = value[1].get<std::size_t>();
  require(begin < end, "{}:{}: span [{}, {}) is empty or turned round", file.path, line, begin, end);
  const auto label = value[2].get<std::string>();
  require(!label.empty(), "{}:{}: span [{}, {}) has an empty label", file.path, line, begin, end);
  require(label != "O", "{}:{}: span [{}, {}) has the label O, which means \"in no span\"", file.path, line,
          begin, end);
  const bool printable = std::ranges::none_of(label, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  require(printable, "{}:{}: the label of span [{}, {}) has a control character in it, such as a tab",
          file.path, line, begin, end);
  return {begin, end, label_index(file.labels, label)};
}

inline std::vector<Span> read_spans(const nlohmann::json& values, SpanFile& file, std::size_t line) {
  std::vector<Span> spans;
  for (const auto& value : values) spans.push_back(read_span(value, file, line));
  std::ranges::sort(spans, {}, &Span::begin);
  for (std::size_t i = 1; i < spans.size(); ++i)
    require(spans[i - 1].end <= spans[i].begin,
            "{}:{}: spans [{}, {}) and [{}, {}) overlap; a byte has one label", file.path, line,
            spans[i - 1].begin, spans[i - 1].end, spans[i].begin, spans[i].end);
  return spans;
}

inline void read_span_line(const std::string& text, std::size_t line, SpanFile& file) {
  const auto object = parse_json(text);
  require(!object.is_discarded(), "{}:{}: not JSON; one object a line is wanted", file.path, line);
  const bool shaped = object.is_object() && object.contains("id") && object["id"].is_string() &&
                      object.contains("spans") && object["spans"].is_array();
  require(shaped, R"({}:{}: not {{"id": "...", "spans": [[begin, end, "LABEL"], ...]}})", file.path, line);
  const auto id = object["id"].get<std::string>();
  const auto old = file.entries.find(id);
  require(old == file.entries.end(), "{}:{}: the id '{}' was given before, on line {}", file.path, line, id,
          old == file.entries.end() ? 0 : old->second.line);
  SpanFile::Entry entry{line, read_spans(object["spans"], file, line)};
  file.entries.emplace(id, std::move(entry));
}

}  // namespace detail

/// Reads `{"id": "...", "spans": [[begin, end, "LABEL"], ...]}`, one object a line; offsets count bytes of
/// the raw text.
///
/// Blank lines are passed over. Throws Error, naming file and line, for what is no such object, for an empty
/// or overlapping span, for a label that is empty, O or has control characters, for an id that stands twice,
/// and where the file cannot be read.
inline SpanFile read_span_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  require(stream.good(), "{}: the spans cannot be read: {}", path, std::strerror(errno));
  SpanFile file{.path = path, .labels = {}, .entries = {}};
  std::string text;
  for (std::size_t line = 1; std::getline(stream, text); ++line) {
    require(!find_invalid_utf8(text), "{}:{}: not UTF-8", path, line);
    if (!unicode::is_blank(text)) detail::read_span_line(text, line, file);
  }
  return file;
}

}  // namespace mtl
