// A text as pictures show it: its pieces in text order, the words they make, the spans that cover them.
// Torch-free.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <mtl/attribution/token_group.hpp>

namespace mtl {

/// One sub-word where it stands in the text.
struct PlacedPiece {
  std::size_t token = 0;     ///< its place among the tokens of the text; [CLS] is 0
  std::string shown = {};    ///< the text it covers; its spelling in the vocabulary where it covers none
  std::size_t word = 0;      ///< from 0, rising by one from word to word
  int span = -1;             ///< index into PlacedText::spans; -1: no span covers it
  bool after_space = false;  ///< white space stands before it

  bool operator==(const PlacedPiece&) const = default;
};

/// Pieces [begin, end), in text order, of a labelled span of the `kind`-th kind.
struct PlacedSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
  int kind = 0;

  bool operator==(const PlacedSpan&) const = default;
};

/// What a picture is drawn of. No special token is among the pieces.
struct PlacedText {
  std::string id = {};
  std::size_t tokens = 0;  ///< with the special tokens
  std::vector<PlacedPiece> pieces = {};
  std::vector<PlacedSpan> spans = {};
  std::vector<std::string> kinds = {};  ///< names of the kinds of span

  std::size_t words() const { return pieces.empty() ? 0 : pieces.back().word + 1; }
};

/// The scores of the pieces, in text order, from one score a token.
inline std::vector<double> piece_scores(const PlacedText& text, const std::vector<double>& of_tokens) {
  std::vector<double> scores;
  for (const auto& piece : text.pieces) scores.push_back(of_tokens.at(piece.token));
  return scores;
}

/// How pieces are joined to words: what reaches the word, or what reaches one of its pieces.
enum class Join { Sum, Mean };

/// One score a word, from one score a piece in text order.
inline std::vector<double> word_scores(const PlacedText& text, const std::vector<double>& of_pieces,
                                       Join join) {
  std::vector<double> scores(text.words());
  std::vector<std::size_t> pieces(text.words());
  for (std::size_t i = 0; i < text.pieces.size(); ++i) {
    scores[text.pieces[i].word] += of_pieces.at(i);
    ++pieces[text.pieces[i].word];
  }
  if (join == Join::Mean)
    for (std::size_t w = 0; w < scores.size(); ++w) scores[w] /= static_cast<double>(pieces[w]);
  return scores;
}

/// What is left out together: each span, and each word that no span covers; as groups of tokens.
inline std::vector<TokenGroup> groups_to_leave_out(const PlacedText& text) {
  std::vector<TokenGroup> groups;
  for (std::size_t i = 0; i < text.pieces.size(); ++i) {
    const auto& piece = text.pieces[i];
    const auto* const before = i == 0 ? nullptr : &text.pieces[i - 1];
    const bool together = before != nullptr && before->span == piece.span &&
                          (piece.span >= 0 || before->word == piece.word) && groups.back().end == piece.token;
    if (together)
      ++groups.back().end;
    else
      groups.push_back({piece.token, piece.token + 1});
  }
  return groups;
}

}  // namespace mtl
