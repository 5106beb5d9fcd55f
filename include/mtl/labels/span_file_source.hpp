// In: one's own spans, in a file of JSON lines. Out: the spans of each document, in its normalised text.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/labels/label_source.hpp>
#include <mtl/labels/span_file.hpp>

namespace mtl {

/// In which order the labels of a file become kinds.
enum class KindOrder { FirstAppearance, Sorted };

/// How a SpanFileSource numbers its kinds.
struct SpanFileOptions {
  std::vector<std::string> kinds{};  ///< the labels allowed, in order; empty: those of the file
  KindOrder order = KindOrder::FirstAppearance;
};

/// Spans from a file (the form is read_span_file's). Copies share it.
class SpanFileSource {
 public:
  /// Throws Error, naming file and line, as read_span_file does, and for a label that options.kinds does not
  /// list.
  static SpanFileSource read(const std::string& path, const SpanFileOptions& options = {}) {
    auto file = std::make_shared<SpanFile>(read_span_file(path));
    require(!file->labels.empty(), "{}: no spans in this file", path);
    auto kinds = options.kinds.empty() ? file->labels : options.kinds;
    if (options.kinds.empty() && options.order == KindOrder::Sorted) std::ranges::sort(kinds);
    for (auto& [id, entry] : file->entries)
      for (Span& span : entry.spans) {
        const auto& label = file->labels[static_cast<std::size_t>(span.kind)];
        const auto kind = std::ranges::find(kinds, label);
        require(kind != kinds.end(), "{}:{}: the label '{}' is none of those asked for", path, entry.line,
                label);
        span.kind = static_cast<int>(kind - kinds.begin());
      }
    return SpanFileSource(std::move(file), std::move(kinds));
  }

  /// Names of the kinds that Span::kind numbers.
  const std::vector<std::string>& kinds() const { return kinds_; }

  /// Whether the file has a line for this document. One without is unlabelled, which differs from one without
  /// spans.
  bool contains(std::string_view document_id) const { return file_->entries.contains(document_id); }

  /// The document's spans in text.text. A span of which normalisation leaves nothing is left out.
  /// Throws Error, naming file and line, for a span outside text.raw and for one that cuts a character.
  std::vector<Span> spans(std::string_view document_id, const NormalizedText& text) const {
    const auto found = file_->entries.find(document_id);
    if (found == file_->entries.end()) return {};
    std::vector<Span> mapped;
    for (const Span& raw : found->second.spans) {
      check(raw, text.raw, document_id, found->second.line);
      const Span span{place(text, raw.begin), place(text, raw.end), raw.kind};
      if (span.begin < span.end) mapped.push_back(span);
    }
    return mapped;
  }

  /// The ids of the file that are none of `document_ids`, sorted: a file for another corpus, or a misspelt
  /// id.
  std::vector<std::string> unknown_ids(const std::set<std::string, std::less<>>& document_ids) const {
    std::vector<std::string> unknown;
    for (const auto& [id, entry] : file_->entries)
      if (!document_ids.contains(id)) unknown.push_back(id);
    return unknown;
  }

  /// Throws Error, naming file and line, where the corpus lacks an id of the file.
  void require_known(const std::set<std::string, std::less<>>& document_ids) const {
    const auto unknown = unknown_ids(document_ids);
    if (unknown.empty()) return;
    throw Error(
        fmt::format("{}:{}: no document has the id '{}' ({} such in this file); is it for another corpus?",
                    file_->path, file_->entries.at(unknown.front()).line, unknown.front(), unknown.size()));
  }

 private:
  SpanFileSource(std::shared_ptr<const SpanFile> file, std::vector<std::string> kinds)
      : file_{std::move(file)}, kinds_{std::move(kinds)} {}

  void check(const Span& span, std::string_view raw, std::string_view id, std::size_t line) const {
    require(span.end <= raw.size(),
            "{}:{}: span [{}, {}) reaches beyond the text of '{}', which has {} bytes", file_->path, line,
            span.begin, span.end, id, raw.size());
    require(at_character_border(raw, span.begin) && at_character_border(raw, span.end),
            "{}:{}: span [{}, {}) cuts a character of '{}'; offsets are bytes of the raw text in UTF-8",
            file_->path, line, span.begin, span.end, id);
  }

  /// The first byte of the normalised text that comes from raw byte `offset` or later.
  static std::size_t place(const NormalizedText& text, std::size_t offset) {
    const auto found = std::ranges::lower_bound(text.origin, offset);
    return std::min(static_cast<std::size_t>(found - text.origin.begin()), text.text.size());
  }

  std::shared_ptr<const SpanFile> file_;
  std::vector<std::string> kinds_;
};

static_assert(LabelSource<SpanFileSource>);

}  // namespace mtl
