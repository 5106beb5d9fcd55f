// Attention backward with AVX-512: a tile is 4 keys by 32 queries, scores and the gradient of the
// probabilities together in registers.
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

#include <mtl/engine/avx512_attention.hpp>

namespace mtl::detail::avx512 {

/// One block of tiles, whose probabilities and gradients wait for three products.
inline constexpr std::int64_t keys_of_block = 64, queries_of_block = 64;

/// What the backward pass of one item keeps in the workspace. Sizes in tokens are rounded up to 32.
struct BackwardParts {
  std::uint32_t *query_columns, *query_pairs, *key_rows, *key_pairs, *value_rows, *out_columns, *out_pairs;
  std::uint32_t *probabilities, *score_gradients;         ///< [keys_of_block][queries_of_block]
  std::uint32_t* score_pairs;                             ///< the same, keys in pairs; of bfloat16 only
  float *query_gradient, *key_gradient, *value_gradient;  ///< [tokens][head_size]
  float *log_sum_exp, *negative_inner, *key_start;        ///< [tokens]

  BackwardParts(WorkspaceParts& parts, NumberType type, std::int64_t padded, std::int64_t size) {
    for (auto** part :
         {&query_columns, &query_pairs, &key_rows, &key_pairs, &value_rows, &out_columns, &out_pairs})
      *part = parts.take<std::uint32_t>(words_of(type, size * padded));
    for (auto** part : {&probabilities, &score_gradients, &score_pairs})
      *part = parts.take<std::uint32_t>(words_of(type, keys_of_block * queries_of_block));
    for (auto** part : {&query_gradient, &key_gradient, &value_gradient})
      *part = parts.take<float>(size * padded);
    for (auto** part : {&log_sum_exp, &negative_inner, &key_start}) *part = parts.take<float>(padded);
  }
};

/// Everything that the tiles of one item share.
struct BackwardItem {
  const AttentionBackward& call;
  const AttentionPlace& at;
  BackwardParts parts;
  std::int64_t padded;
};

/// What the tiles of 32 queries share.
struct QueryVectors {
  __m512 log_sum_exp[2], negative_inner[2];
  const std::uint16_t* kept[2];  ///< of key 0; null: all are kept
};

/// 4 keys by 32 queries: scores, and the gradients of the probabilities less the queries' inner products.
struct GradientTile {
  __m512 score[4][2], difference[4][2];
};

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
gradient_tile(NumberType type, const BackwardItem& item, const QueryVectors& shared, std::int64_t query,
              std::int64_t key, GradientTile& tile) {
  const auto words = words_of(type, item.call.shape.head_size);
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i)
#pragma GCC unroll 2
    for (int half = 0; half < 2; ++half) {
      tile.score[i][half] = _mm512_set1_ps(item.parts.key_start[key + i]);
      tile.difference[i][half] = shared.negative_inner[half];
    }
  const auto *const keys = item.parts.key_rows + key * words, *const values =
                                                                  item.parts.value_rows + key * words;
  const auto *queries = item.parts.query_columns + query, *gradients = item.parts.out_columns + query;
  for (std::int64_t word = 0; word < words; ++word, queries += item.padded, gradients += item.padded) {
    const __m512i q0 = _mm512_loadu_si512(queries), q1 = _mm512_loadu_si512(queries + 16);
    const __m512i g0 = _mm512_loadu_si512(gradients), g1 = _mm512_loadu_si512(gradients + 16);
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      const __m512i k = _mm512_set1_epi32(static_cast<int>(keys[i * words + word]));
      tile.score[i][0] = multiply_add_words(type, tile.score[i][0], k, q0);
      tile.score[i][1] = multiply_add_words(type, tile.score[i][1], k, q1);
      const __m512i v = _mm512_set1_epi32(static_cast<int>(values[i * words + word]));
      tile.difference[i][0] = multiply_add_words(type, tile.difference[i][0], v, g0);
      tile.difference[i][1] = multiply_add_words(type, tile.difference[i][1], v, g1);
    }
  }
}

/// One key's probabilities (dropped ones 0), into `p`, and gradients of scores, into tile.score.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void finish_key(
    NumberType type, const QueryVectors& queries, __m512 factor, std::int64_t key, int i, GradientTile& tile,
    __m512 p[2]) {
#pragma GCC unroll 2
  for (int half = 0; half < 2; ++half) {
    p[half] = exp2(type, _mm512_fmsub_ps(tile.score[i][half], factor, queries.log_sum_exp[half]));
    __m512 difference = tile.difference[i][half];
    if (queries.kept[half])
      difference = _mm512_mask_mov_ps(queries.negative_inner[half], queries.kept[half][key + i], difference);
    tile.score[i][half] = _mm512_mul_ps(p[half], difference);
    if (queries.kept[half]) p[half] = _mm512_maskz_mov_ps(queries.kept[half][key + i], p[half]);
  }
}

/// Stores a tile of float32: [key][query], at query `to` of the block.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
store_tile_float32(const BackwardItem& item, const QueryVectors& queries, __m512 factor, std::int64_t key,
                   std::int64_t to, GradientTile& tile) {
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    __m512 p[2];
    finish_key(NumberType::Float32, queries, factor, key, i, tile, p);
    const auto at = (key % keys_of_block + i) * queries_of_block + to;
#pragma GCC unroll 2
    for (int half = 0; half < 2; ++half) {
      _mm512_storeu_ps(item.parts.probabilities + at + 16 * half, p[half]);
      _mm512_storeu_ps(item.parts.score_gradients + at + 16 * half, tile.score[i][half]);
    }
  }
}

/// Stores a tile of bfloat16: [key][query], and the gradients of scores once more with the keys in pairs.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
store_tile_bfloat16(const BackwardItem& item, const QueryVectors& queries, __m512 factor, std::int64_t key,
                    std::int64_t to, GradientTile& tile) {
  const __m512i low = _mm512_add_epi16(pairing_index(), _mm512_slli_epi32(_mm512_set1_epi32(16), 16));
  const __m512i high = _mm512_add_epi16(low, _mm512_set1_epi16(16));
  const auto row = key % keys_of_block;
  auto* const pairs = item.parts.score_pairs + row / 2 * queries_of_block + to;
  __m512i gradients[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    __m512 p[2];
    finish_key(NumberType::Bfloat16, queries, factor, key, i, tile, p);
    const auto at = ((row + i) * queries_of_block + to) / 2;
    gradients[i] = to_bfloat16_32(tile.score[i][0], tile.score[i][1]);
    _mm512_storeu_si512(item.parts.probabilities + at, to_bfloat16_32(p[0], p[1]));
    _mm512_storeu_si512(item.parts.score_gradients + at, gradients[i]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 2; ++i) {
    const __m512i a = gradients[2 * i], b = gradients[2 * i + 1];
    _mm512_storeu_si512(pairs + i * queries_of_block, _mm512_permutex2var_epi16(a, low, b));
    _mm512_storeu_si512(pairs + i * queries_of_block + 16, _mm512_permutex2var_epi16(a, high, b));
  }
}

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
  const auto padded = (longest_text(shape) + 31) / 32 * 32;
  WorkspaceParts forward(nullptr), backward(nullptr);
  ForwardParts(forward, shape.type, padded, shape.head_size);
  BackwardParts(backward, shape.type, padded, shape.head_size);
  return std::max(forward.used(), backward.used());
}

}  // namespace mtl::detail::avx512
#endif
