// In: a word. Out: the longest pieces of the vocabulary, from the left; all but the first carry ##.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/text/piece.hpp>
#include <mtl/text/piece_trie.hpp>
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
  WordPiece(const std::shared_ptr<const Vocabulary>& vocabulary, std::string unknown)
      : trie_{std::make_shared<const PieceTrie>(*vocabulary)},
        inside_{trie_->walk("##")},
        unknown_{std::move(unknown)} {
    const auto id = vocabulary->find(unknown_);
    require(id.has_value(), "the vocabulary has no {}, the token of unknown words", unknown_);
    unknown_id_ = *id;
  }

  /// Adds the pieces of `word` to `out`; their ranges begin at `offset`.
  void split(std::string_view word, std::size_t offset, std::vector<Piece>& out) const {
    for_each_between_spaces(word, [&](const ByteRange& part) {
      split_part(word.substr(part.begin, part.end - part.begin), offset + part.begin, out);
    });
  }

 private:
  void split_part(std::string_view word, std::size_t offset, std::vector<Piece>& out) const {
    const std::size_t before = out.size();
    bool spelled = word.size() <= longest_word || code_points(word) <= longest_word;
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
    const bool begins = at == 0;
    auto node = begins ? std::optional(PieceTrie::root) : inside_;
    std::int32_t id = PieceTrie::nobody;
    std::size_t length = 0;
    for (std::size_t end = at; node && end < word.size();) {
      const DecodedPoint point = decode_utf8(word, end);
      const PieceTrie::Step* step = trie_->step(*node, point.value);
      if (!step) break;
      node = step->node;
      end += point.length;
      if (step->id == PieceTrie::nobody) continue;
      id = step->id;
      length = end - at;
    }
    if (length == 0) return 0;
    std::string text(begins ? "" : "##");
    text += word.substr(at, length);
    out.push_back({std::move(text), id, offset + at, offset + at + length, 0});
    return length;
  }

  static std::size_t code_points(std::string_view word) {
    return static_cast<std::size_t>(
        std::ranges::count_if(word, [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80; }));
  }

  std::shared_ptr<const PieceTrie> trie_;
  std::optional<std::uint32_t> inside_;  ///< where ## ends; nothing where no token begins so
  std::string unknown_;
  std::int32_t unknown_id_ = 0;
};

}  // namespace mtl
