// What the text stage hands on: sub-words with their place in the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <mtl/text/span.hpp>

namespace mtl {

/// One sub-word. `text` is the vocabulary's spelling (##に, ▁東京); bytes [begin, end) are what it covers.
struct Piece {
  std::string text;
  std::int32_t id = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  int region = 0;  ///< index into Pieces::regions

  bool operator==(const Piece&) const = default;
};

/// Kind of a region that no span covers.
inline constexpr int outside = -1;

/// A text cut at the borders of its spans, and the sub-words of each part. No piece crosses a region.
struct Pieces {
  std::vector<Piece> pieces;
  std::vector<Span> regions;  ///< in text order, covering the text; kind `outside` between spans
};

}  // namespace mtl
