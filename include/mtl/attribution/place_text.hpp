// In: an example, its pieces with their places, the words of its text. Out: PlacedText. Torch-free.
#pragma once

#include <algorithm>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/attribution/placed_text.hpp>
#include <mtl/data/dataset.hpp>
#include <mtl/labels/label_set.hpp>
#include <mtl/text/analyzer.hpp>
#include <mtl/text/piece.hpp>

namespace mtl {

namespace detail {

/// Number of the span of each token by its labels; -1 outside. An I- that continues nothing is in no span.
inline std::vector<int> spans_of_labels(std::span<const std::int32_t> labels) {
  std::vector<int> span_of;
  int spans = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool begins = labels[i] > 0 && labels[i] % 2 == 1;
    const bool inside = labels[i] > 0 && !begins && i > 0 && span_of.back() >= 0 &&
                        (labels[i - 1] == labels[i] || labels[i - 1] == labels[i] - 1);
    span_of.push_back(begins ? spans++ : inside ? span_of.back() : -1);
  }
  return span_of;
}

/// What a piece shows: the text it covers, as far as no piece before it has shown it; else its spelling
/// without the marks of word pieces.
inline std::string shown_text(std::string_view text, const Piece& piece, std::size_t shown_until) {
  if (piece.begin >= shown_until && piece.begin < piece.end)
    return std::string(text.substr(piece.begin, piece.end - piece.begin));
  return piece.text.starts_with("##") && piece.text.size() > 2 ? piece.text.substr(2) : piece.text;
}

/// Whether a word ends between two neighbours in the text: at the border of a span, or where the analyser's
/// words have a border. A piece that covers nothing belongs to what follows it.
inline bool word_ends_between(const Piece& left, std::size_t covered_until, const Piece& right,
                              const std::set<std::size_t>& borders) {
  if (left.begin == left.end) return false;
  const auto border = borders.lower_bound(covered_until);
  return right.begin >= covered_until && border != borders.end() && *border <= right.begin;
}

}  // namespace detail

/// Puts the pieces of an example, which stand in the order of its tokens, into the order of the text.
///
/// A word is the shortest stretch at whose ends both a word of the analyser and a piece have a border; no
/// word crosses the border of a span. `labels`: the IOB2 numbers of the pieces, ignored_label among them.
inline PlacedText place_text(const Example& example, const std::vector<Piece>& pieces,
                             std::span<const std::int32_t> labels, std::span<const Morpheme> words,
                             const LabelSet& label_set) {
  PlacedText placed{.id = example.id, .tokens = example.ids.size(), .kinds = label_set.kinds()};
  const auto span_of = detail::spans_of_labels(labels);
  std::set<std::size_t> borders;
  for (const auto& word : words) borders.insert({word.begin, word.end});
  std::vector<std::size_t> order(pieces.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return pieces[i].begin; });
  std::size_t covered = 0, number = 0;
  int open = -1;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const Piece& piece = pieces[order[k]];
    const int span = span_of.at(order[k]);
    const bool new_span = span >= 0 && (k == 0 || span != open);
    if (k > 0 && (span != open || detail::word_ends_between(pieces[order[k - 1]], covered, piece, borders)))
      ++number;
    if (new_span) placed.spans.push_back({k, k, (labels[order[k]] - 1) / 2});
    if (span >= 0) placed.spans.back().end = k + 1;
    placed.pieces.push_back({.token = order[k] + 1,
                             .shown = detail::shown_text(example.text, piece, covered),
                             .word = number,
                             .span = span < 0 ? -1 : static_cast<int>(placed.spans.size()) - 1,
                             .after_space = k > 0 && piece.begin > covered});
    covered = std::max(covered, piece.end);
    open = span;
  }
  return placed;
}

}  // namespace mtl
