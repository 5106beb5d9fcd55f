// A labelled stretch of a text: what a label source gives, and what the span-first tokeniser keeps whole.
#pragma once

#include <cstddef>

namespace mtl {

/// Bytes [begin, end) of a text, of the `kind`-th kind of a label set.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  int kind = 0;

  bool operator==(const Span&) const = default;
};

}  // namespace mtl
