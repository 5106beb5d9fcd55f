// Tokens of a text that stand together: a span, a word. Torch-free.
#pragma once

#include <cstddef>

namespace mtl {

/// Tokens [begin, end) of a text, counted with its special tokens: [CLS] is token 0.
struct TokenGroup {
  std::size_t begin = 0;
  std::size_t end = 0;

  bool operator==(const TokenGroup&) const = default;
};

}  // namespace mtl
