// What the attention kernels are given: a ragged batch of queries, keys and values, and where results go.
// Torch-free: raw pointers, the caller owns everything.
#pragma once

#include <cstdint>

#include <mtl/engine/number_type.hpp>
#include <mtl/model/dropout_mask.hpp>

namespace mtl {

/// Who attends to whom. `hidden` below is heads * head_size.
///
/// An item of work is one head of one text, number text * heads + head: kernels take a range of them, give
/// the same bytes for every split, and write nothing that another item reads.
struct AttentionShape {
  NumberType type = NumberType::Float32;
  std::int64_t heads = 0;
  std::int64_t head_size = 0;            ///< a multiple of 16, at most 128
  std::int64_t texts = 0;                ///< at least 1
  const std::int64_t* starts = nullptr;  ///< [texts + 1] first row of each text, then the number of rows

  std::int64_t items() const { return texts * heads; }
  std::int64_t hidden() const { return heads * head_size; }
  std::int64_t tokens() const { return starts[texts]; }
  std::int64_t length(std::int64_t text) const { return starts[text + 1] - starts[text]; }
};

/// Whether the kernels have this head size; the plain path has any.
constexpr bool attention_supports(std::int64_t head_size) {
  return head_size > 0 && head_size <= 128 && head_size % 16 == 0;
}

/// Arguments of Kernels::attention_forward.
struct AttentionForward {
  AttentionShape shape;
  void* qkv = nullptr;          ///< [tokens, 3 * hidden]; `bias` is added in place
  const float* bias = nullptr;  ///< [3 * hidden], or null: nothing is added and qkv stays as it is
  void* out = nullptr;          ///< [tokens, hidden]: what every token gathers
  /// [heads, tokens]: log2 of the sum of exp(score) over the keys of the text, for the backward pass.
  float* log_sum_exp = nullptr;
  /// attention_bits() numbers, written when `dropout` drops anything: which probabilities are kept.
  std::uint16_t* kept = nullptr;
  /// Of the probabilities: row token * heads + head, below 2^32; column the key's place in its text.
  DropoutMask dropout = {};
};

/// Arguments of Kernels::attention_backward. The first five are as the forward pass left them.
struct AttentionBackward {
  AttentionShape shape;
  const void* qkv = nullptr;
  const void* out = nullptr;
  const float* log_sum_exp = nullptr;
  const std::uint16_t* kept = nullptr;
  DropoutMask dropout = {};
  const void* out_gradient = nullptr;  ///< [tokens, hidden]
  void* qkv_gradient = nullptr;        ///< [tokens, 3 * hidden], overwritten
  /// [texts, 3 * hidden]: sums over the rows of each text, overwritten; or null. The bias's gradient is their
  /// sum (sum_rows()).
  float* bias_sums = nullptr;
};

/// Tiles of 16 queries of a text; always an even number of them.
constexpr std::int64_t query_tiles(std::int64_t length) { return (length + 31) / 32 * 2; }

/// Keys of a text with the padding of its last tile of 8.
constexpr std::int64_t padded_keys(std::int64_t length) { return (length + 7) / 8 * 8; }

/// Numbers in `kept` of one head of a text: [tiles of 16 queries][keys], bit q % 16 of number [q / 16][key].
constexpr std::int64_t attention_bits(std::int64_t length) {
  return query_tiles(length) * padded_keys(length);
}

/// Where the bits of head 0 of a text begin in `kept`; for text == texts, how many numbers `kept` has. Head h
/// follows after h * attention_bits(length).
inline std::int64_t attention_bits_before(const AttentionShape& shape, std::int64_t text) {
  std::int64_t numbers = 0;
  for (std::int64_t i = 0; i < text; ++i) numbers += shape.heads * attention_bits(shape.length(i));
  return numbers;
}

/// How many numbers `kept` has for the whole batch.
inline std::int64_t attention_bits(const AttentionShape& shape) {
  return attention_bits_before(shape, shape.texts);
}

/// The length of the longest text.
inline std::int64_t most_tokens(const AttentionShape& shape) {
  std::int64_t longest = 0;
  for (std::int64_t i = 0; i < shape.texts; ++i)
    if (shape.length(i) > longest) longest = shape.length(i);
  return longest;
}

}  // namespace mtl
