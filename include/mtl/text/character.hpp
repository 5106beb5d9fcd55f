// In: a word. Out: its characters.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/text/mapped_text.hpp>
#include <mtl/text/piece.hpp>
#include <mtl/text/vocabulary.hpp>

namespace mtl {

/// One token for each code point of the word's NFKC form (transformers, CharacterTokenizer). No ##.
class Characters {
 public:
  /// Throws Error where the vocabulary lacks `unknown`.
  Characters(std::shared_ptr<const Vocabulary> vocabulary, std::string unknown)
      : vocabulary_{std::move(vocabulary)}, unknown_{std::move(unknown)} {
    const auto id = vocabulary_->find(unknown_);
    require(id.has_value(), "the vocabulary has no {}, the token of unknown words", unknown_);
    unknown_id_ = *id;
  }

  /// Adds the pieces of `word` to `out`; their ranges begin at `offset`.
  void split(std::string_view word, std::size_t offset, std::vector<Piece>& out) const {
    const MappedText normal = nfkc(word);
    for (std::size_t at = 0; at < normal.text.size();) {
      const std::size_t length = decode_utf8(normal.text, at).length;
      const auto character = std::string_view(normal.text).substr(at, length);
      const auto id = vocabulary_->find(character);
      const ByteRange range = source_range(normal, at, at + length);
      out.push_back({id ? std::string(character) : unknown_, id.value_or(unknown_id_), offset + range.begin,
                     offset + range.end, 0});
      at += length;
    }
  }

 private:
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::string unknown_;
  std::int32_t unknown_id_ = 0;
};

}  // namespace mtl
