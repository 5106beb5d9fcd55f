// In: sub-words, each in its region. Out: an IOB2 label for each.
#pragma once

#include <cstdint>
#include <vector>

#include <mtl/labels/label_set.hpp>
#include <mtl/text/piece.hpp>

namespace mtl {

/// One label a piece: B- for the first piece of a span, I- for its others, O outside. The pieces of a region
/// must stand together. Throws Error for a kind that `labels` does not have.
inline std::vector<std::int32_t> iob2_labels(const Pieces& pieces, const LabelSet& labels) {
  std::vector<std::int32_t> found;
  found.reserve(pieces.pieces.size());
  int previous = -1;
  for (const Piece& piece : pieces.pieces) {
    const int kind = pieces.regions.at(static_cast<std::size_t>(piece.region)).kind;
    const bool first = piece.region != previous;
    previous = piece.region;
    found.push_back(kind == outside ? outside_label : first ? labels.begin(kind) : labels.inside(kind));
  }
  return found;
}

}  // namespace mtl
