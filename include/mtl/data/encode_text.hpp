// In: a normalised text, its spans and its class. Out: an example: token ids, with a target for each head.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include <mtl/data/dataset.hpp>
#include <mtl/data/prepare_options.hpp>
#include <mtl/labels/iob2.hpp>
#include <mtl/labels/label_set.hpp>
#include <mtl/text/analyzer.hpp>
#include <mtl/text/span_first.hpp>
#include <mtl/text/tokenizer.hpp>

namespace mtl {

/// The spans within the first `length` bytes; one that reaches beyond is cut there.
inline std::vector<Span> clipped(std::vector<Span> spans, std::size_t length) {
  std::erase_if(spans, [length](const Span& span) { return span.begin >= length; });
  for (Span& span : spans) span.end = std::min(span.end, length);
  return spans;
}

namespace detail {

/// Ordinary sub-words, each in the region where it begins.
template <SubwordTokenizer T>
Pieces tokenize_ordinarily(T& tokenizer, std::string_view text, const std::vector<Span>& spans) {
  Pieces pieces{.pieces = tokenizer.tokenize(text, true), .regions = regions_of(text, spans)};
  std::size_t region = 0;
  for (Piece& piece : pieces.pieces) {
    while (region + 1 < pieces.regions.size() && pieces.regions[region].end <= piece.begin) ++region;
    piece.region = static_cast<int>(region);
  }
  return pieces;
}

}  // namespace detail

/// How many words are to be known of a text that is cut after `most`: these, and the one behind them, by
/// which one sees that it is cut. All of them for most = 0.
inline std::size_t words_up_to_cut(int most) {
  return most == 0 ? unlimited : static_cast<std::size_t>(most) + 1;
}

/// Where the first `most` words end, in bytes of their text; `whole` where there are no more words, and
/// for most = 0.
inline std::size_t end_of_words(std::span<const Morpheme> words, int most, std::size_t whole) {
  const auto count = static_cast<std::size_t>(most);
  return count > 0 && words.size() > count ? words[count - 1].end : whole;
}

/// A text as sub-words with their labels, before the special tokens.
struct LabelledPieces {
  std::vector<Piece> pieces;
  std::vector<std::int32_t> labels;  ///< one a piece
  bool cut = false;                  ///< pieces were left out at the end
};

/// Tokenises and labels; cuts pieces and labels together so that with two special tokens there are at most
/// options.max_pieces.
template <SubwordTokenizer T>
LabelledPieces label_pieces(T& tokenizer, std::string_view text, const std::vector<Span>& spans,
                            const LabelSet& labels, const PrepareOptions& options) {
  const auto most = static_cast<std::size_t>(options.max_pieces - 2);
  Pieces pieces = options.tokens == Tokens::SpanFirst
                      ? tokenize_spans_first(tokenizer, text, spans, options.join, most)
                      : detail::tokenize_ordinarily(tokenizer, text, spans);
  auto numbers = iob2_labels(pieces, labels);
  const bool cut = pieces.pieces.size() > most;
  if (cut) {
    pieces.pieces.resize(most);
    numbers.resize(most);
  }
  return {std::move(pieces.pieces), std::move(numbers), cut};
}

/// [CLS] pieces [SEP], with the class as target of "main" and the labels as target of the auxiliary head.
/// `labelled` false: the text has no annotation, all its pieces are ignored.
inline Example to_example(std::string id, std::string text, std::int32_t label, const LabelledPieces& pieces,
                          const SpecialTokens& special, const PrepareOptions& options, bool labelled = true) {
  const std::int32_t border = labelled && options.special_labels == SpecialTokenLabels::Outside
                                  ? outside_label
                                  : static_cast<std::int32_t>(ignored_label);
  Example example{.id = std::move(id), .text = std::move(text), .ids = {special.cls}, .targets = {}};
  std::vector<std::int32_t> targets{border};
  example.ids.reserve(pieces.pieces.size() + 2);
  targets.reserve(pieces.pieces.size() + 2);
  for (std::size_t i = 0; i < pieces.pieces.size(); ++i) {
    example.ids.push_back(pieces.pieces[i].id);
    targets.push_back(labelled ? pieces.labels[i] : static_cast<std::int32_t>(ignored_label));
  }
  example.ids.push_back(special.sep);
  targets.push_back(border);
  example.targets.emplace(main_head, std::vector{label});
  example.targets.emplace(options.auxiliary_head, std::move(targets));
  return example;
}

}  // namespace mtl
