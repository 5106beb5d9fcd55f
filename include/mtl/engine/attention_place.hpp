// Where one item of attention, a head of a text, stands in the arrays of its batch.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

#include <mtl/engine/attention_call.hpp>

namespace mtl::detail {

struct AttentionPlace {
  std::int64_t text = 0, head = 0;
  std::int64_t first = 0;   ///< row of its first token
  std::int64_t length = 0;  ///< tokens of the text
  std::int64_t column = 0;  ///< of the head, in a row of `hidden` numbers
  std::int64_t bits = 0;    ///< where its dropout bits begin

  static AttentionPlace of(const AttentionShape& shape, std::int64_t item) {
    AttentionPlace at{.text = item / shape.heads, .head = item % shape.heads};
    at.first = shape.starts[at.text];
    at.length = shape.length(at.text);
    at.column = at.head * shape.head_size;
    at.bits = attention_bits_before(shape, at.text) + at.head * attention_bits(at.length);
    return at;
  }

  /// The query's row of the dropout mask.
  std::uint64_t dropout_row(std::int64_t query, std::int64_t heads) const {
    return static_cast<std::uint64_t>((first + query) * heads + head);
  }
};

/// What q . k is multiplied by so that exp2 of it is exp of the score: log2(e) / sqrt(head_size).
inline float score_factor(std::int64_t head_size) {
  return static_cast<float>(std::numbers::log2e / std::sqrt(static_cast<double>(head_size)));
}

}  // namespace mtl::detail
