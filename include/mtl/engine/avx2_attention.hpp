// Attention with AVX2 and FMA, in float32 whatever the number type: blocks of scores by a small matrix
// product, exponentials over the block, and the products with them. A lane is a query.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <mtl/engine/attention_place.hpp>
#include <mtl/engine/avx2_lanes.hpp>
#include <mtl/engine/avx2_product.hpp>
#include <mtl/engine/workspace_parts.hpp>
#include <mtl/model/dropout_mask.hpp>

namespace mtl::detail::avx2 {

inline constexpr std::int64_t queries_of_block = 16;

/// What one item keeps in the workspace. Rows are rounded up to 16, keys to 8.
struct AttentionParts {
  float *query_columns, *out_columns;                     ///< [head_size][rows]
  float *query_rows, *key_rows, *value_rows, *out_rows;   ///< [rows][head_size]
  float *query_gradient, *key_gradient, *value_gradient;  ///< [rows][head_size]
  float *probabilities, *gradients;                       ///< [rows][queries_of_block]
  float* gathered;                                        ///< [queries_of_block][head_size]

  AttentionParts(WorkspaceParts& parts, std::int64_t rows, std::int64_t size) {
    for (auto** part : {&query_columns, &out_columns, &query_rows, &key_rows, &value_rows, &out_rows,
                        &query_gradient, &key_gradient, &value_gradient})
      *part = parts.take<float>(rows * size);
    for (auto** part : {&probabilities, &gradients}) *part = parts.take<float>(rows * queries_of_block);
    gathered = parts.take<float>(queries_of_block * size);
  }
};

inline std::int64_t padded_rows(std::int64_t length) { return (length + 15) / 16 * 16; }

/// [rows][head_size] as float32, zeros behind the text. The bias is added where the numbers stand.
[[gnu::target("avx2,fma")]] inline void pack_rows(NumberType type, void* from, std::int64_t stride,
                                                  std::int64_t length, std::int64_t size, const float* bias,
                                                  float* to) {
  for (std::int64_t row = 0; row < length; ++row)
    for (std::int64_t i = 0; i < size; i += 8) {
      if (bias) {
        const __m256 sum = _mm256_add_ps(load(type, from, row * stride + i), _mm256_loadu_ps(bias + i));
        store(type, from, row * stride + i, sum);
      }
      _mm256_storeu_ps(to + row * size + i, load(type, from, row * stride + i));
    }
  std::fill(to + length * size, to + padded_rows(length) * size, 0.0F);
}

/// [head_size][rows] of [rows][head_size].
inline void transpose(const float* rows, std::int64_t count, std::int64_t size, float* to) {
  for (std::int64_t first = 0; first < count; first += 16)
    for (std::int64_t i = 0; i < size; ++i)
      for (std::int64_t row = first; row < first + 16; ++row) to[i * count + row] = rows[row * size + i];
}

/// Draws which keys 16 queries keep. The rows of their masks are `rows_apart` apart.
[[gnu::target("avx2,fma")]] inline void draw_16_queries(const DropoutMask& mask, std::uint64_t first_row,
                                                        std::uint64_t rows_apart, std::int64_t keys,
                                                        std::uint16_t* kept) {
  std::fill(kept, kept + padded_keys(keys), std::uint16_t{0});
  const __m128i below = _mm_set1_epi16(static_cast<short>(mask.threshold - 1));
  for (unsigned query = 0; query < 16; ++query)
    for (std::int64_t key = 0; key < keys; key += 64) {
      __m256i halves[4];
      philox_halves(mask.key, first_row + query * rows_apart, static_cast<std::uint64_t>(key) / 8, halves);
      const __m128i bit = _mm_set1_epi16(static_cast<short>(1U << query));
      for (int i = 0; i < 8 && key + 8 * i < keys; ++i) {
        const __m128i x =
            i % 2 ? _mm256_extracti128_si256(halves[i / 2], 1) : _mm256_castsi256_si128(halves[i / 2]);
        const __m128i dropped = _mm_cmpeq_epi16(_mm_max_epu16(x, below), below);
        auto* const at = reinterpret_cast<__m128i*>(kept + key + 8 * i);
        _mm_storeu_si128(at, _mm_or_si128(_mm_loadu_si128(at), _mm_andnot_si128(dropped, bit)));
      }
    }
}

/// Where one head of a text is packed.
[[gnu::target("avx2,fma")]] inline void pack_parts(const AttentionShape& shape, const AttentionPlace& at,
                                                   void* qkv, const float* bias,
                                                   const AttentionParts& parts) {
  const auto hidden = shape.hidden();
  float* const rows[] = {parts.query_rows, parts.key_rows, parts.value_rows};
  for (std::int64_t part = 0; part < 3; ++part) {
    const auto column = part * hidden + at.column;
    pack_rows(shape.type, number_at(shape.type, qkv, at.first * 3 * hidden + column), 3 * hidden, at.length,
              shape.head_size, bias ? bias + column : nullptr, rows[part]);
  }
  transpose(parts.query_rows, padded_rows(at.length), shape.head_size, parts.query_columns);
}

/// out[key][query] = key . query for all keys and the 16 queries of a block.
[[gnu::target("avx2,fma")]] inline void score_block(const float* key_rows, const float* query_columns,
                                                    std::int64_t keys, std::int64_t rows, std::int64_t size,
                                                    float* out) {
  std::fill(out, out + keys * queries_of_block, 0.0F);
  add_product({key_rows, size, 1}, {query_columns, rows}, size, out, queries_of_block, keys,
              queries_of_block);
}

/// Turns scores into exp2(factor * score - largest), dropped ones 0; leaves the largest and the sum before
/// dropping.
[[gnu::target("avx2,fma")]] inline void exponentials(float* scores, std::int64_t keys, float factor,
                                                     const std::uint16_t* kept, float largest[16],
                                                     float sum[16]) {
  for (int half = 0; half < 2; ++half) {
    float* const at = scores + 8 * half;
    __m256 most = _mm256_set1_ps(-INFINITY), total = _mm256_setzero_ps();
    for (std::int64_t key = 0; key < keys; ++key) most = _mm256_max_ps(most, _mm256_loadu_ps(at + key * 16));
    most = _mm256_mul_ps(most, _mm256_set1_ps(factor));
    for (std::int64_t key = 0; key < keys; ++key) {
      __m256 p = exp2(_mm256_fmsub_ps(_mm256_loadu_ps(at + key * 16), _mm256_set1_ps(factor), most));
      total = _mm256_add_ps(total, p);
      if (kept) p = _mm256_and_ps(p, lanes_of_bits(static_cast<unsigned>(kept[key] >> 8 * half)));
      _mm256_storeu_ps(at + key * 16, p);
    }
    _mm256_storeu_ps(largest + 8 * half, most);
    _mm256_storeu_ps(sum + 8 * half, total);
  }
}

/// One head of one text.
[[gnu::target("avx2,fma")]] inline void attend_forward(const AttentionForward& call, const AttentionPlace& at,
                                                       void* workspace) {
  const auto& shape = call.shape;
  const auto size = shape.head_size, keys = at.length, rows = padded_rows(keys), eights = padded_keys(keys);
  WorkspaceParts taken(workspace);
  const AttentionParts parts(taken, rows, size);
  pack_parts(shape, at, call.qkv, call.bias, parts);
  const float dropout_scale = call.dropout.threshold ? call.dropout.scale : 1;
  for (std::int64_t query = 0; query < keys; query += queries_of_block) {
    std::uint16_t* const kept = call.dropout.threshold ? call.kept + at.bits + query / 16 * eights : nullptr;
    if (kept)
      draw_16_queries(call.dropout, at.dropout_row(query, shape.heads),
                      static_cast<std::uint64_t>(shape.heads), keys, kept);
    score_block(parts.key_rows, parts.query_columns + query, eights, rows, size, parts.probabilities);
    float largest[16], sum[16];
    exponentials(parts.probabilities, keys, score_factor(size), kept, largest, sum);
    std::fill(parts.gathered, parts.gathered + queries_of_block * size, 0.0F);
    add_product({parts.probabilities, 1, queries_of_block}, {parts.value_rows, size}, keys, parts.gathered,
                size, queries_of_block, size);
    for (std::int64_t row = 0; row < std::min(queries_of_block, keys - query); ++row) {
      call.log_sum_exp[at.head * shape.tokens() + at.first + query + row] =
          largest[row] + std::log2(sum[row]);
      const __m256 factor = _mm256_set1_ps(dropout_scale / sum[row]);
      for (std::int64_t i = 0; i < size; i += 8)
        store(shape.type, call.out, (at.first + query + row) * shape.hidden() + at.column + i,
              _mm256_mul_ps(_mm256_loadu_ps(parts.gathered + row * size + i), factor));
    }
  }
}

[[gnu::target("avx2,fma")]] inline void attention_forward(const AttentionForward& call, std::int64_t begin,
                                                          std::int64_t end, void* workspace) {
  for (auto item = begin; item < end; ++item)
    attend_forward(call, AttentionPlace::of(call.shape, item), workspace);
}

inline std::size_t attention_workspace(const AttentionShape& shape) {
  WorkspaceParts parts(nullptr);
  AttentionParts(parts, padded_rows(most_tokens(shape)), shape.head_size);
  return parts.used();
}

}  // namespace mtl::detail::avx2
#endif
