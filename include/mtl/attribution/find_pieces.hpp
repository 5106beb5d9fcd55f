// In: an example, which holds token ids and labels but no places. Out: its pieces again, with their places.
// Torch-free.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <mtl/data/dataset.hpp>
#include <mtl/data/encode_text.hpp>

namespace mtl {

namespace detail {

/// Tokens [begin, end) that were cut from one stretch of the text, a span or what lies between two.
inline std::vector<std::pair<std::size_t, std::size_t>> label_runs(std::span<const std::int32_t> labels) {
  std::vector<std::pair<std::size_t, std::size_t>> runs;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool inside = labels[i] > 0 && labels[i] % 2 == 0;  // I-
    const bool goes_on = i > 0 && (inside || (labels[i] <= 0 && labels[i - 1] <= 0));
    if (goes_on)
      runs.back().second = i + 1;
    else
      runs.emplace_back(i, i + 1);
  }
  return runs;
}

inline bool has_ids(const std::vector<Piece>& pieces, std::span<const std::int32_t> ids, bool whole) {
  if (whole ? pieces.size() != ids.size() : pieces.size() < ids.size()) return false;
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (pieces[i].id != ids[i]) return false;
  return true;
}

/// The ends that a stretch may have, best guess first: where its pieces would end if nothing ended it, then
/// further and further around that.
inline std::vector<std::size_t> likely_ends(std::string_view rest, const std::vector<Piece>& uncut,
                                            std::size_t count) {
  constexpr std::size_t reach = 48;  // characters to either side
  const std::size_t guess = count <= uncut.size() ? uncut[count - 1].end : rest.size();
  std::vector<std::size_t> ends{guess};
  std::size_t low = guess, high = guess;
  for (std::size_t step = 0; step < reach; ++step) {
    if (high < rest.size()) {
      do ++high;
      while (!at_character_border(rest, high));
      ends.push_back(high);
    }
    if (low > 0) {
      do --low;
      while (low > 0 && !at_character_border(rest, low));
      if (low > 0) ends.push_back(low);
    }
  }
  return ends;
}

/// The pieces of the stretch that begins at byte `at` and has these ids.
template <SubwordTokenizer T>
std::optional<std::vector<Piece>> stretch_with_ids(T& tokenizer, std::string_view text, std::size_t at,
                                                   std::span<const std::int32_t> ids, bool last) {
  const auto rest = text.substr(at);
  const auto uncut = tokenizer.tokenize(rest, at == 0);
  const auto ends = likely_ends(rest, uncut, ids.size());
  for (const bool whole : {true, false}) {
    if (!whole && !last) break;  // only the last stretch may have been cut between two of its pieces
    for (const std::size_t end : ends) {
      auto pieces = tokenizer.tokenize(rest.substr(0, end), at == 0);
      if (!has_ids(pieces, ids, whole)) continue;
      pieces.resize(ids.size());
      return pieces;
    }
  }
  return std::nullopt;
}

}  // namespace detail

/// The pieces of a text that was cut at the borders of spans which only its labels remember: stretch by
/// stretch, in text order. ids and labels: one a piece, without the special tokens. Nothing where the text
/// does not give these ids. `region` of a piece is the number of its stretch.
template <SubwordTokenizer T>
std::optional<std::vector<Piece>> find_pieces_by_labels(T& tokenizer, std::string_view text,
                                                        std::span<const std::int32_t> ids,
                                                        std::span<const std::int32_t> labels) {
  std::vector<Piece> found;
  std::size_t at = 0;
  const auto runs = detail::label_runs(labels);
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const auto [begin, end] = runs[r];
    auto stretch =
        detail::stretch_with_ids(tokenizer, text, at, ids.subspan(begin, end - begin), r + 1 == runs.size());
    if (!stretch) return std::nullopt;
    for (Piece& piece : *stretch) {
      piece.begin += at;
      piece.end += at;
      piece.region = static_cast<int>(r);
      found.push_back(std::move(piece));
    }
    at = found.back().end;
  }
  return found;
}

/// The pieces of an example, in the order of its tokens, without the special ones. `spans`: what a label
/// source says of example.text; none where the spans came from a file, then the labels say where they are.
/// Nothing where the text cannot be cut into the example's ids.
template <SubwordTokenizer T>
std::optional<std::vector<Piece>> find_pieces(T& tokenizer, const Example& example,
                                              const std::vector<Span>& spans, const LabelSet& labels,
                                              const PrepareOptions& options) {
  const auto ids = std::span(example.ids).subspan(1, example.ids.size() - 2);
  auto made = label_pieces(tokenizer, example.text, clipped(spans, example.text.size()), labels, options);
  if (detail::has_ids(made.pieces, ids, true)) return std::move(made.pieces);
  const auto target = example.targets.find(options.auxiliary_head);
  if (options.join != JoinOrder::TextOrder || target == example.targets.end()) return std::nullopt;
  return find_pieces_by_labels(tokenizer, example.text, ids,
                               std::span(target->second).subspan(1, ids.size()));
}

}  // namespace mtl
