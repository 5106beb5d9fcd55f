// The bits of a dropout mask, 128 at a time.
//
// Philox is computed in the lower halves of 64-bit lanes, because the multiplier reads nothing else: what
// stands in the upper halves is never cleared.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include <mtl/engine/philox_rounds.hpp>

namespace mtl::detail::avx512 {

/// Eight counters.
struct PhiloxLanes {
  __m512i c0, c1, c2, c3;
};

/// One round of two groups of counters side by side, which hides the multiplier's latency.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void philox_round(
    PhiloxLanes& x, const PhiloxKeys& keys, int round) {
  const __m512i p = _mm512_mul_epu32(x.c0, _mm512_set1_epi64(philox_multiplier_0));
  const __m512i q = _mm512_mul_epu32(x.c2, _mm512_set1_epi64(philox_multiplier_1));
  const __m512i k0 = _mm512_set1_epi64(static_cast<long long>(keys.first[round]));
  const __m512i k1 = _mm512_set1_epi64(static_cast<long long>(keys.second[round]));
  x.c0 = _mm512_ternarylogic_epi64(_mm512_srli_epi64(q, 32), x.c1, k0, 0x96);  // exclusive or of three
  x.c2 = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p, 32), x.c3, k1, 0x96);
  x.c1 = q;
  x.c3 = p;
}

/// Sixteen rows of a mask, in the state that their first round leaves: rows 0 .. 7 and 8 .. 15.
struct PhiloxRows {
  __m512i p[2], q[2];
};

/// Rows first, first + step, ... , all below 2^32.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline PhiloxRows
philox_rows(const PhiloxKeys& keys, std::uint64_t first, std::uint64_t step) {
  PhiloxRows rows;
  const __m512i lane = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
  for (int half = 0; half < 2; ++half) {
    const std::uint64_t begin = first + static_cast<std::uint64_t>(half) * 8 * step;
    const auto start = static_cast<long long>(begin);
    const __m512i row = _mm512_add_epi64(
        _mm512_set1_epi64(start), _mm512_mul_epu32(lane, _mm512_set1_epi64(static_cast<long long>(step))));
    rows.p[half] = _mm512_mul_epu32(row, _mm512_set1_epi64(philox_multiplier_0));
    const __m512i second = _mm512_xor_si512(_mm512_srli_epi64(rows.p[half], 32),
                                            _mm512_set1_epi64(static_cast<long long>(keys.second[0])));
    rows.q[half] = _mm512_mul_epu32(second, _mm512_set1_epi64(philox_multiplier_1));
  }
  return rows;
}

/// Draws 8 columns of 16 rows: kept[c] has bit r where row r keeps column c.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void draw_16_rows(
    const PhiloxKeys& keys, const PhiloxRows& rows, const PhiloxBlock& block, __m512i below,
    std::uint16_t kept[8]) {
  PhiloxLanes x[2];
  for (int half = 0; half < 2; ++half) {
    x[half].c0 = _mm512_xor_si512(_mm512_srli_epi64(rows.q[half], 32),
                                  _mm512_set1_epi64(static_cast<long long>(block.a)));
    x[half].c1 = rows.q[half];
    x[half].c2 = _mm512_xor_si512(rows.p[half], _mm512_set1_epi64(static_cast<long long>(block.b)));
    x[half].c3 = _mm512_set1_epi64(static_cast<long long>(block.c));
  }
#pragma GCC unroll 5
  for (int round = 2; round < dropout_rounds; ++round) {
    philox_round(x[0], keys, round);
    philox_round(x[1], keys, round);
  }
  // Sixteen bits of each row's word: the lower ones first, which are column 2 i of word i, then the upper
  // ones.
  const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const __m256i lower = _mm512_cvtepi32_epi16(_mm512_slli_epi32(lane, 2));
  const __m512i index =
      _mm512_inserti64x4(_mm512_castsi256_si512(lower), _mm256_add_epi16(lower, _mm256_set1_epi16(1)), 1);
  const __m512i words[4] = {
      _mm512_permutex2var_epi16(x[0].c0, index, x[1].c0), _mm512_permutex2var_epi16(x[0].c1, index, x[1].c1),
      _mm512_permutex2var_epi16(x[0].c2, index, x[1].c2), _mm512_permutex2var_epi16(x[0].c3, index, x[1].c3)};
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const std::uint32_t bits = _mm512_cmpgt_epu16_mask(words[i], below);
    std::memcpy(kept + 2 * i, &bits, sizeof bits);
  }
}

/// Draws columns 8 * block .. 8 * block + 127 of a row: bit c % 32 of word c / 32.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
draw_128_columns(const PhiloxKeys& keys, std::uint64_t row, std::uint64_t block, __m512i below,
                 std::uint32_t kept[4]) {
  PhiloxLanes x[2];
  const __m512i lane = _mm512_set_epi64(7, 3, 6, 2, 5, 1, 4, 0);  // so that the unpacking below sorts them
  for (int half = 0; half < 2; ++half) {
    x[half].c0 = _mm512_set1_epi64(static_cast<long long>(row));
    x[half].c1 = _mm512_srli_epi64(x[half].c0, 32);
    x[half].c2 = _mm512_add_epi64(_mm512_set1_epi64(static_cast<long long>(block) + 8 * half), lane);
    x[half].c3 = _mm512_srli_epi64(x[half].c2, 32);
  }
#pragma GCC unroll 7
  for (int round = 0; round < dropout_rounds; ++round) {
    philox_round(x[0], keys, round);
    philox_round(x[1], keys, round);
  }
  for (int half = 0; half < 2; ++half) {
    const __m512i first = _mm512_mask_shuffle_epi32(x[half].c0, 0xAAAA, x[half].c1, _MM_PERM_CCAA);
    const __m512i second = _mm512_mask_shuffle_epi32(x[half].c2, 0xAAAA, x[half].c3, _MM_PERM_CCAA);
    kept[2 * half] = _mm512_cmpgt_epu16_mask(_mm512_unpacklo_epi64(first, second), below);
    kept[2 * half + 1] = _mm512_cmpgt_epu16_mask(_mm512_unpackhi_epi64(first, second), below);
  }
}

}  // namespace mtl::detail::avx512
#endif
