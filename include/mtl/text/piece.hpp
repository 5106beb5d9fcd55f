// What the text stage hands on: sub-words with their place in the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <mtl/text/span.hpp>

namespace mtl {

/// Index of the word of a piece that is part of none: a special token around a text.
inline constexpr std::int32_t no_word = -1;

/// One sub-word. `text` is the vocabulary's spelling (##に, ▁東京); bytes [begin, end) are what it covers.
struct Piece {
  std::string text;
  std::int32_t id = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  int region = 0;  ///< index into Pieces::regions
  std::int32_t word =
      no_word;  ///< which word of the text it is part of, from 0; words without pieces do not count

  bool operator==(const Piece&) const = default;
};

/// Index of the word that would follow these pieces.
inline std::int32_t next_word(const std::vector<Piece>& pieces) {
  return pieces.empty() ? 0 : pieces.back().word + 1;
}

/// Kind of a region that no span covers.
inline constexpr int outside = -1;

/// A text cut at the borders of its spans, and the sub-words of each part. No piece crosses a region.
struct Pieces {
  std::vector<Piece> pieces;
  std::vector<Span> regions;  ///< in text order, covering the text; kind `outside` between spans
};

}  // namespace mtl
