// One tile of the backward pass of attention: 4 keys by 32 queries, scores and the gradients of the
// probabilities together in registers, stored as the operands of three products.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

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

}  // namespace mtl::detail::avx512
#endif
