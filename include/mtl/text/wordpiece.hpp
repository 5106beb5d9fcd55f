// In: a word. Out: the longest pieces of the vocabulary, from the left; all but the first carry ##.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/text/piece.hpp>
#include <mtl/text/vocabulary.hpp>
#include <mtl/text/words.hpp>

namespace mtl {

/// WordPiece by Hugging Face's rules (transformers, WordpieceTokenizer).
///
/// A word that the vocabulary cannot spell, or that has more than 100 code points, is one unknown token.
/// White space inside a word makes two words of it.
class WordPiece {
 public:
  static constexpr std::size_t longest_word = 100;  ///< code points

  /// Throws Error where the vocabulary lacks `unknown`.
  WordPiece(std::shared_ptr<const Vocabulary> vocabulary, std::string unknown)
      : vocabulary_{std::move(vocabulary)}, unknown_{std::move(unknown)} {
    const auto id = vocabulary_->find(unknown_);
    require(id.has_value(), "the vocabulary has no {}, the token of unknown words", unknown_);
    unknown_id_ = *id;
  }

  /// Adds the pieces of `word` to `out`; their ranges begin at `offset`.
  void split(std::string_view word, std::size_t offset, std::vector<Piece>& out) const {
    for (const ByteRange& part : split_at_spaces(word))
      split_part(word.substr(part.begin, part.end - part.begin), offset + part.begin, out);
  }

 private:
  void split_part(std::string_view word, std::size_t offset, std::vector<Piece>& out) const {
    const std::size_t before = out.size();
    bool spelled = code_points(word) <= longest_word;
    for (std::size_t at = 0; spelled && at < word.size();) {
      const std::size_t length = append_longest(word, at, offset, out);
      spelled = length > 0;
      at += length;
    }
    if (spelled) return;
    out.resize(before);
    out.push_back({unknown_, unknown_id_, offset, offset + word.size(), 0});
  }

  /// Adds the longest piece that starts at `at`; its bytes in the word, or 0.
  std::size_t append_longest(std::string_view word, std::size_t at, std::size_t offset,
                             std::vector<Piece>& out) const {
    const std::string_view mark = at == 0 ? "" : "##";
    std::string spelling(mark);
    spelling += word.substr(at, vocabulary_->longest());
    for (std::size_t end = spelling.size(); end > mark.size(); --end) {
      if (end < spelling.size() && !at_character_border(spelling, end)) continue;
      const auto id = vocabulary_->find(std::string_view(spelling).substr(0, end));
      if (!id) continue;
      const std::size_t length = end - mark.size();
      out.push_back({spelling.substr(0, end), *id, offset + at, offset + at + length, 0});
      return length;
    }
    return 0;
  }

  static std::size_t code_points(std::string_view word) {
    return static_cast<std::size_t>(
        std::ranges::count_if(word, [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80; }));
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  std::string unknown_;
  std::int32_t unknown_id_ = 0;
};

}  // namespace mtl
