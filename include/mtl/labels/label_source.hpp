// What gives a text its labelled spans.
#pragma once

#include <concepts>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/text/normalize.hpp>
#include <mtl/text/span.hpp>

namespace mtl {

/// Finds the spans of a document.
///
/// Beyond the syntax: spans are byte ranges of text.text, sorted, not empty, without overlap, on borders of
/// characters; their kind is an index into kinds(), which never changes. spans() may keep state, so every
/// thread has its own copy. A source that reads spans off morphemes may have spans_of() and analyzes_as() as
/// well (data/word_limits.hpp says what these promise): then a text is analysed once.
template <class S>
concept LabelSource = requires(S& source, std::string_view document_id, const NormalizedText& text) {
  { source.kinds() } -> std::same_as<const std::vector<std::string>&>;
  { source.spans(document_id, text) } -> std::same_as<std::vector<Span>>;
};

namespace detail {

/// A label source that reads annotations (SpanFileSource) knows which documents it has.
template <class S>
concept AnnotationSource = LabelSource<S> &&
    requires(const S& source, const std::set<std::string, std::less<>>& ids) {
  { source.contains(std::string_view()) } -> std::same_as<bool>;
  source.require_known(ids);
};

template <LabelSource S>
bool is_labelled(const S& source, std::string_view id) {
  if constexpr (AnnotationSource<S>) return source.contains(id);
  return true;
}

}  // namespace detail
}  // namespace mtl
