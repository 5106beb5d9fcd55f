// Attention backward with AVX-512: tiles of gradients, and the three products that they feed.
//
// Probabilities come again from the log-sum-exp. With D = out . out_gradient, the gradient of a score is
// p (kept * dP / (1 - p_drop) - D); the factor 1 / (1 - p_drop) goes into the log-sum-exp and into D once for
// a query.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <mtl/engine/avx512_gradient_tile.hpp>

namespace mtl::detail::avx512 {

/// Probabilities and gradients of scores of one block of keys and queries.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
score_gradient_block(NumberType type, bool drops, const BackwardItem& item, std::int64_t first_key,
                     std::int64_t last_key, std::int64_t first_query, std::int64_t last_query) {
  const auto keys = padded_keys(item.at.length);
  const __m512 factor = _mm512_set1_ps(score_factor(item.call.shape.head_size));
  for (auto query = first_query; query < last_query; query += 32) {
    QueryVectors queries;
#pragma GCC unroll 2
    for (int half = 0; half < 2; ++half) {
      queries.log_sum_exp[half] = _mm512_loadu_ps(item.parts.log_sum_exp + query + 16 * half);
      queries.negative_inner[half] = _mm512_loadu_ps(item.parts.negative_inner + query + 16 * half);
      queries.kept[half] = drops ? item.call.kept + item.at.bits + (query / 16 + half) * keys : nullptr;
    }
    for (auto key = first_key; key < last_key; key += 4) {
      GradientTile tile;
      gradient_tile(type, item, queries, query, key, tile);
      if (type == NumberType::Float32)
        store_tile_float32(item, queries, factor, key, query - first_query, tile);
      else
        store_tile_bfloat16(item, queries, factor, key, query - first_query, tile);
    }
  }
}

/// The three products of a block.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
add_block_products(NumberType type, const BackwardItem& item, std::int64_t first_key, std::int64_t keys,
                   std::int64_t first_query, std::int64_t queries) {
  const auto size = item.call.shape.head_size;
  const auto row = words_of(type, queries_of_block), steps = words_of(type, queries);
  const auto query_pairs = words_of(type, first_query) * size;
  add_product(type, {item.parts.probabilities, row, 1}, item.parts.out_pairs + query_pairs, steps, size,
              item.parts.value_gradient + first_key * size, keys);
  add_product(type, {item.parts.score_gradients, row, 1}, item.parts.query_pairs + query_pairs, steps, size,
              item.parts.key_gradient + first_key * size, keys);
  const auto* const by_query =
      type == NumberType::Float32 ? item.parts.score_gradients : item.parts.score_pairs;
  add_product(type, {by_query, 1, queries_of_block}, item.parts.key_pairs + words_of(type, first_key) * size,
              words_of(type, keys), size, item.parts.query_gradient + first_query * size, queries);
}

/// out . out_gradient and the log-sum-exp of every query, with the dropout's factor.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
prepare_queries(NumberType type, const BackwardItem& item) {
  const auto& shape = item.call.shape;
  const bool drops = item.call.dropout.threshold != 0;
  const float keep = drops ? 1 / item.call.dropout.scale : 1, log_keep = drops ? std::log2(keep) : 0;
  const float* const log_sum_exp = item.call.log_sum_exp + item.at.head * shape.tokens() + item.at.first;
  for (std::int64_t query = 0; query < item.at.length; ++query) {
    const auto place = (item.at.first + query) * shape.hidden() + item.at.column;
    __m512 inner = _mm512_setzero_ps();
    for (std::int64_t i = 0; i < shape.head_size; i += 16)
      inner = _mm512_fmadd_ps(load(type, item.call.out, place + i),
                              load(type, item.call.out_gradient, place + i), inner);
    item.parts.negative_inner[query] = -_mm512_reduce_add_ps(inner) * keep;
    item.parts.log_sum_exp[query] = log_sum_exp[query] + log_keep;
  }
  std::fill(item.parts.negative_inner + item.at.length, item.parts.negative_inner + item.padded, 0.0F);
  std::fill(item.parts.log_sum_exp + item.at.length, item.parts.log_sum_exp + item.padded, 0.0F);
  for (std::int64_t key = 0; key < item.padded; ++key)
    item.parts.key_start[key] = key < item.at.length ? 0 : score_of_padding;
}

/// Writes the gradients of query, key and value into the batch, and their sums over the text.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
store_gradients(NumberType type, const BackwardItem& item) {
  const auto hidden = item.call.shape.hidden(), size = item.call.shape.head_size;
  const float* const gradients[] = {item.parts.query_gradient, item.parts.key_gradient,
                                    item.parts.value_gradient};
  const float scale = 1 / std::sqrt(static_cast<float>(size));
  for (std::int64_t part = 0; part < 3; ++part) {
    const __m512 factor = _mm512_set1_ps(part < 2 ? scale : 1);
    const auto column = part * hidden + item.at.column;
    for (std::int64_t row = 0; row < item.at.length; ++row)
      store_row(type, gradients[part] + row * size, factor, size, item.call.qkv_gradient,
                (item.at.first + row) * 3 * hidden + column);
    if (!item.call.bias_sums) continue;
    for (std::int64_t i = 0; i < size; i += 16) {
      __m512 sum = _mm512_setzero_ps();
      for (std::int64_t row = 0; row < item.at.length; ++row)
        sum = _mm512_add_ps(sum, _mm512_loadu_ps(gradients[part] + row * size + i));
      _mm512_storeu_ps(item.call.bias_sums + item.at.text * 3 * hidden + column + i,
                       _mm512_mul_ps(sum, factor));
    }
  }
}

/// Copies what the products of one item read.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
pack_backward(NumberType type, const BackwardItem& item) {
  const auto hidden = item.call.shape.hidden(), size = item.call.shape.head_size;
  HeadRows rows[3];
  for (std::int64_t part = 0; part < 3; ++part)
    rows[part] = {number_at(type, item.call.qkv, item.at.first * 3 * hidden + part * hidden + item.at.column),
                  3 * hidden, item.at.length, size};
  const HeadRows out{number_at(type, item.call.out_gradient, item.at.first * hidden + item.at.column), hidden,
                     item.at.length, size};
  pack_columns(type, rows[0], item.padded, item.parts.query_columns);
  pack_pairs(type, rows[0], item.padded, item.parts.query_pairs);
  pack_rows(type, rows[1], item.padded, item.parts.key_rows);
  pack_pairs(type, rows[1], item.padded, item.parts.key_pairs);
  pack_rows(type, rows[2], item.padded, item.parts.value_rows);
  pack_columns(type, out, item.padded, item.parts.out_columns);
  pack_pairs(type, out, item.padded, item.parts.out_pairs);
}

/// One head of one text.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
attend_backward(NumberType type, bool drops, const AttentionBackward& call, const AttentionPlace& at,
                void* workspace) {
  const auto size = call.shape.head_size, padded = (at.length + 31) / 32 * 32, keys = padded_keys(at.length);
  WorkspaceParts parts(workspace);
  const BackwardItem item{call, at, BackwardParts(parts, type, padded, size), padded};
  pack_backward(type, item);
  prepare_queries(type, item);
  for (float* gradient : {item.parts.query_gradient, item.parts.key_gradient, item.parts.value_gradient})
    std::fill(gradient, gradient + padded * size, 0.0F);
  for (std::int64_t key = 0; key < keys; key += keys_of_block)
    for (std::int64_t query = 0; query < padded; query += queries_of_block) {
      const auto last_key = std::min(keys, key + keys_of_block),
                 last_query = std::min(padded, query + queries_of_block);
      score_gradient_block(type, drops, item, key, last_key, query, last_query);
      add_block_products(type, item, key, last_key - key, query, last_query - query);
    }
  store_gradients(type, item);
}

[[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void attention_backward(
    const AttentionBackward& call, std::int64_t begin, std::int64_t end, void* workspace) {
  const bool drops = call.dropout.threshold != 0, half = call.shape.type == NumberType::Bfloat16;
  for (auto index = begin; index < end; ++index) {
    const auto at = AttentionPlace::of(call.shape, index);
    if (half && drops)
      attend_backward(NumberType::Bfloat16, true, call, at, workspace);
    else if (half)
      attend_backward(NumberType::Bfloat16, false, call, at, workspace);
    else
      attend_backward(NumberType::Float32, drops, call, at, workspace);
  }
}

/// Bytes of the workspace of either pass.
inline std::size_t attention_workspace(const AttentionShape& shape) {
  const auto padded = (most_tokens(shape) + 31) / 32 * 32;
  WorkspaceParts forward(nullptr), backward(nullptr);
  ForwardParts(forward, shape.type, padded, shape.head_size);
  BackwardParts(backward, shape.type, padded, shape.head_size);
  return std::max(forward.used(), backward.used());
}

}  // namespace mtl::detail::avx512
#endif
