// Attention forward with AVX-512: a tile of scores is 8 keys by 32 queries, a lane is a query.
//
// With queries in the lanes the sums of softmax are sums of vectors, and no lane ever talks to another. The
// exponentials are shifted by a bound of the scores instead of their maximum, |q| * max |k|, which is known
// before the first score (Cauchy and Schwarz); where the bound is too far above for float32, a pass for the
// maximum comes first.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <mtl/engine/attention_place.hpp>
#include <mtl/engine/avx512_packing.hpp>
#include <mtl/engine/avx512_philox.hpp>
#include <mtl/engine/avx512_product.hpp>
#include <mtl/engine/workspace_parts.hpp>

namespace mtl::detail::avx512 {

inline constexpr std::int64_t keys_of_chunk =
    256;  ///< whose probabilities are kept before they are multiplied

/// Below this bound of |log2(e) * score| exp2(score - bound) needs no maximum: the smallest that counts stays
/// above 2^-126.
inline constexpr float largest_bound = 48;

/// The start of a padded key's score: its exponential is 0.
inline constexpr float score_of_padding = -1e30F;

/// What the forward pass of one item keeps in the workspace. Sizes in tokens are rounded up to 32.
struct ForwardParts {
  std::uint32_t *query_columns, *key_rows, *value_pairs, *probabilities;
  float *gathered, *key_start;
  PhiloxBlock* blocks;

  ForwardParts(WorkspaceParts& parts, NumberType type, std::int64_t padded, std::int64_t size) {
    const auto words = words_of(type, size);
    query_columns = parts.take<std::uint32_t>(words * padded);
    key_rows = parts.take<std::uint32_t>(words * padded);
    value_pairs = parts.take<std::uint32_t>(words * padded);
    probabilities = parts.take<std::uint32_t>(words_of(type, keys_of_chunk) * 32);
    gathered = parts.take<float>(32 * size);
    key_start = parts.take<float>(padded);
    blocks = parts.take<PhiloxBlock>(padded / 8);
  }
};

/// Everything that the tiles of one item share.
struct ForwardItem {
  const AttentionForward& call;
  const AttentionPlace& at;
  ForwardParts parts;
  PhiloxKeys keys;
  std::int64_t padded;  ///< tokens of the text, a multiple of 32
};

/// 8 keys by 32 queries.
struct ScoreTile {
  __m512 at[8][2];
};

/// q . k of keys key .. key + 7 with queries query .. query + 31.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void score_tile(
    NumberType type, const ForwardItem& item, std::int64_t query, std::int64_t key, ScoreTile& tile) {
  const auto words = words_of(type, item.call.shape.head_size);
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) tile.at[i][0] = tile.at[i][1] = _mm512_set1_ps(item.parts.key_start[key + i]);
  const auto* const keys = item.parts.key_rows + key * words;
  const auto* queries = item.parts.query_columns + query;
  for (std::int64_t word = 0; word < words; ++word, queries += item.padded) {
    const __m512i q0 = _mm512_loadu_si512(queries), q1 = _mm512_loadu_si512(queries + 16);
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) {
      const __m512i k = _mm512_set1_epi32(static_cast<int>(keys[i * words + word]));
      tile.at[i][0] = multiply_add_words(type, tile.at[i][0], k, q0);
      tile.at[i][1] = multiply_add_words(type, tile.at[i][1], k, q1);
    }
  }
}

/// The largest |k|.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline float largest_key(
    NumberType type, const ForwardItem& item) {
  const auto words = words_of(type, item.call.shape.head_size);
  float largest = 0;
  for (std::int64_t key = 0; key < item.at.length; ++key) {
    __m512 square = _mm512_setzero_ps();
    for (std::int64_t word = 0; word < words; word += 16) {
      const auto mask = static_cast<__mmask16>(words - word < 16 ? 0xFF : 0xFFFF);
      const __m512i k = _mm512_maskz_loadu_epi32(mask, item.parts.key_rows + key * words + word);
      square = multiply_add_words(type, square, k, k);
    }
    largest = std::max(largest, _mm512_reduce_add_ps(square));
  }
  return std::sqrt(largest);
}

/// What the scores of 32 queries are shifted by, in units of log2: a bound or, where that is too large, the
/// maximum.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void find_shift(
    NumberType type, const ForwardItem& item, std::int64_t query, float key_norm, __m512 shift[2]) {
  const auto words = words_of(type, item.call.shape.head_size);
  const float factor = score_factor(item.call.shape.head_size);
  bool too_large = false;
  for (int half = 0; half < 2; ++half) {
    __m512 square = _mm512_setzero_ps();
    for (std::int64_t word = 0; word < words; ++word) {
      const __m512i q = _mm512_loadu_si512(item.parts.query_columns + word * item.padded + query + 16 * half);
      square = multiply_add_words(type, square, q, q);
    }
    shift[half] = _mm512_mul_ps(_mm512_sqrt_ps(square), _mm512_set1_ps(key_norm * factor));
    too_large |= _mm512_cmp_ps_mask(shift[half], _mm512_set1_ps(largest_bound), _CMP_NLE_UQ) != 0;
  }
  if (!too_large) return;
  shift[0] = shift[1] = _mm512_set1_ps(score_of_padding);
  for (std::int64_t key = 0; key < item.at.length; key += 8) {
    ScoreTile tile;
    score_tile(type, item, query, key, tile);
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i)
      for (int half = 0; half < 2; ++half) shift[half] = _mm512_max_ps(shift[half], tile.at[i][half]);
  }
  for (int half = 0; half < 2; ++half) shift[half] = _mm512_mul_ps(shift[half], _mm512_set1_ps(factor));
}

/// Turns a tile of scores into probabilities, not yet divided by their sum, drops some and stores them:
/// [keys][32 queries], keys in pairs for bfloat16. `kept`: of the keys, for the first 16 queries; those of
/// the others follow after `kept_stride`.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
probability_tile(NumberType type, const ScoreTile& tile, float factor, const __m512 shift[2],
                 const std::uint16_t* kept, std::int64_t kept_stride, __m512 sum[2], std::uint32_t* to) {
  const __m512i index = pairing_index();
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2)
#pragma GCC unroll 2
    for (int half = 0; half < 2; ++half) {
      const __m512 a = exp2(type, _mm512_fmsub_ps(tile.at[i][half], _mm512_set1_ps(factor), shift[half]));
      const __m512 b = exp2(type, _mm512_fmsub_ps(tile.at[i + 1][half], _mm512_set1_ps(factor), shift[half]));
      sum[half] = _mm512_add_ps(sum[half], _mm512_add_ps(a, b));
      std::uint32_t bits = 0xFFFFFFFFU;
      if (kept) std::memcpy(&bits, kept + half * kept_stride + i, sizeof bits);
      if (type == NumberType::Float32) {
        _mm512_storeu_ps(to + i * 32 + 16 * half, _mm512_maskz_mov_ps(static_cast<__mmask16>(bits), a));
        _mm512_storeu_ps(to + (i + 1) * 32 + 16 * half,
                         _mm512_maskz_mov_ps(static_cast<__mmask16>(bits >> 16), b));
      } else {
        __m512i x = to_bfloat16_32(a, b);
        if (kept) x = _mm512_maskz_mov_epi16(bits, x);
        _mm512_storeu_si512(to + i * 16 + 16 * half, _mm512_permutexvar_epi16(index, x));
      }
    }
}

/// Writes what 32 queries gathered and their log-sum-exp, those of them that the text has.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
finish_queries(NumberType type, const ForwardItem& item, std::int64_t query, const __m512 shift[2],
               const __m512 sum[2]) {
  const auto& shape = item.call.shape;
  float factor[32];
  for (int half = 0; half < 2; ++half) {
    const __m512 scale = _mm512_set1_ps(item.call.dropout.threshold ? item.call.dropout.scale : 1);
    _mm512_storeu_ps(factor + 16 * half, _mm512_div_ps(scale, sum[half]));
    const auto left = std::clamp<std::int64_t>(item.at.length - query - 16 * half, 0, 16);
    float* const to =
        item.call.log_sum_exp + item.at.head * shape.tokens() + item.at.first + query + 16 * half;
    _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1U << left) - 1),
                          _mm512_add_ps(shift[half], log2(sum[half])));
  }
  const auto rows = std::min<std::int64_t>(32, item.at.length - query);
  for (std::int64_t row = 0; row < rows; ++row)
    store_row(type, item.parts.gathered + row * shape.head_size, _mm512_set1_ps(factor[row]), shape.head_size,
              item.call.out, (item.at.first + query + row) * shape.hidden() + item.at.column);
}

/// Attention of queries query .. query + 31.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void attend_32(
    NumberType type, bool drops, const ForwardItem& item, std::int64_t query, float key_norm) {
  const auto& shape = item.call.shape;
  const auto size = shape.head_size, keys = padded_keys(item.at.length);
  const float factor = score_factor(size);
  __m512 shift[2], sum[2] = {_mm512_setzero_ps(), _mm512_setzero_ps()};
  find_shift(type, item, query, key_norm, shift);
  std::uint16_t* kept = nullptr;
  PhiloxRows rows[2];
  const __m512i below = _mm512_set1_epi16(static_cast<short>(item.call.dropout.threshold - 1));
  if (drops) {
    kept = item.call.kept + item.at.bits + query / 16 * keys;
    for (int half = 0; half < 2; ++half)
      rows[half] = philox_rows(item.keys, item.at.dropout_row(query + 16 * half, shape.heads),
                               static_cast<std::uint64_t>(shape.heads));
  }
  std::fill(item.parts.gathered, item.parts.gathered + 32 * size, 0.0F);
  for (std::int64_t first = 0; first < keys; first += keys_of_chunk) {
    const auto last = std::min(keys, first + keys_of_chunk);
    for (std::int64_t key = first; key < last; key += 8) {
      if (drops)
        for (int half = 0; half < 2; ++half)
          draw_16_rows(item.keys, rows[half], item.parts.blocks[key / 8], below, kept + half * keys + key);
      ScoreTile tile;
      score_tile(type, item, query, key, tile);
      probability_tile(type, tile, factor, shift, drops ? kept + key : nullptr, keys, sum,
                       item.parts.probabilities + words_of(type, key - first) * 32);
    }
    add_product(type, {item.parts.probabilities, 1, 32},
                item.parts.value_pairs + words_of(type, first) * size, words_of(type, last - first), size,
                item.parts.gathered, 32);
  }
  finish_queries(type, item, query, shift, sum);
}

/// One head of one text.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
attend_forward(NumberType type, bool drops, const AttentionForward& call, const AttentionPlace& at,
               void* workspace) {
  const auto hidden = call.shape.hidden(), size = call.shape.head_size;
  const auto padded = (at.length + 31) / 32 * 32;
  WorkspaceParts parts(workspace);
  const ForwardItem item{call, at, ForwardParts(parts, type, padded, size), PhiloxKeys(call.dropout.key),
                         padded};
  const auto rows_of = [&](std::int64_t part) {
    return HeadRows{number_at(type, call.qkv, at.first * 3 * hidden + part * hidden + at.column), 3 * hidden,
                    at.length, size, call.bias ? call.bias + part * hidden + at.column : nullptr};
  };
  pack_columns(type, rows_of(0), padded, item.parts.query_columns);
  pack_rows(type, rows_of(1), padded, item.parts.key_rows);
  pack_pairs(type, rows_of(2), padded, item.parts.value_pairs);
  for (std::int64_t key = 0; key < padded; ++key)
    item.parts.key_start[key] = key < at.length ? 0 : score_of_padding;
  if (drops)
    for (std::int64_t block = 0; block < padded / 8; ++block)
      item.parts.blocks[block] = PhiloxBlock(item.keys, static_cast<std::uint64_t>(block));
  const float key_norm = largest_key(type, item);
  for (std::int64_t query = 0; query < at.length; query += 32) attend_32(type, drops, item, query, key_norm);
}

[[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void attention_forward(
    const AttentionForward& call, std::int64_t begin, std::int64_t end, void* workspace) {
  const bool drops = call.dropout.threshold != 0, half = call.shape.type == NumberType::Bfloat16;
  for (auto index = begin; index < end; ++index) {
    const auto at = AttentionPlace::of(call.shape, index);
    if (half && drops)
      attend_forward(NumberType::Bfloat16, true, call, at, workspace);
    else if (half)
      attend_forward(NumberType::Bfloat16, false, call, at, workspace);
    else
      attend_forward(NumberType::Float32, drops, call, at, workspace);
  }
}

}  // namespace mtl::detail::avx512
#endif
