// One head of a text, copied from the batch into the three orders that the attention kernels multiply in.
//
// They count in words of 32 bits: one float32, or two bfloat16 side by side. A row of a head has
// words_of(type, head_size) of them. Rows behind the end of the text are zeros.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cstdint>

#include <mtl/engine/avx512_lanes.hpp>

namespace mtl::detail::avx512 {

/// Rows of one head of a text in an array of the batch.
struct HeadRows {
  const void* first;    ///< its first number
  std::int64_t stride;  ///< numbers between rows
  std::int64_t length, head_size;
  const float* bias = nullptr;  ///< [head_size], added to the numbers where they stand, or null
};

/// Words 16 * chunk .. of a row, 16 or, at the end of some rows of bfloat16, 8. The bias is added where they
/// stand.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline __m512i
load_words(NumberType type, const HeadRows& rows, std::int64_t row, std::int64_t chunk) {
  const std::int64_t per_chunk = type == NumberType::Float32 ? 16 : 32, first = chunk * per_chunk;
  const bool half = rows.head_size - first < per_chunk;
  void* const at = const_cast<void*>(number_at(type, rows.first, row * rows.stride + first));
  if (rows.bias) {
    store(type, at, 0, _mm512_add_ps(load(type, at, 0), _mm512_loadu_ps(rows.bias + first)));
    if (type == NumberType::Bfloat16 && !half)
      store(type, at, 16, _mm512_add_ps(load(type, at, 16), _mm512_loadu_ps(rows.bias + first + 16)));
  }
  return half ? _mm512_zextsi256_si512(_mm256_loadu_si256(static_cast<const __m256i*>(at)))
              : _mm512_loadu_si512(at);
}

/// [rows][words], as they are: for operands that are broadcast word by word.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void pack_rows(
    NumberType type, const HeadRows& rows, std::int64_t padded, std::uint32_t* to) {
  const auto words = words_of(type, rows.head_size);
  for (std::int64_t row = 0; row < rows.length; ++row)
    for (std::int64_t chunk = 0; chunk * 16 < words; ++chunk) {
      const __m512i x = load_words(type, rows, row, chunk);
      auto* const at = to + row * words + chunk * 16;
      if (words - chunk * 16 < 16)
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(at), _mm512_castsi512_si256(x));
      else
        _mm512_storeu_si512(at, x);
    }
  std::fill(to + rows.length * words, to + padded * words, 0U);
}

/// [words][rows]: for operands of which 16 rows are read at once.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void pack_columns(
    NumberType type, const HeadRows& rows, std::int64_t padded, std::uint32_t* to) {
  const auto words = words_of(type, rows.head_size);
  for (std::int64_t first = 0; first < padded; first += 16)
    for (std::int64_t chunk = 0; chunk * 16 < words; ++chunk) {
      __m512i row[16];
#pragma GCC unroll 16
      for (int i = 0; i < 16; ++i)
        row[i] = first + i < rows.length ? load_words(type, rows, first + i, chunk) : _mm512_setzero_si512();
      transpose_16(row);
      const auto filled = std::min<std::int64_t>(16, words - chunk * 16);
#pragma GCC unroll 16
      for (int i = 0; i < 16; ++i)
        if (i < filled) _mm512_storeu_si512(to + (chunk * 16 + i) * padded + first, row[i]);
    }
}

/// [rows / 2][head_size] words that pair a number of an even row with the one below it, or the numbers as
/// they are for float32: for products that sum over rows.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void pack_pairs(
    NumberType type, const HeadRows& rows, std::int64_t padded, std::uint32_t* to) {
  if (type == NumberType::Float32) return pack_rows(type, rows, padded, to);
  const __m512i lower = pairing_index(), sixteen = _mm512_set1_epi16(16);
  // Of rows a and b as 64 halves: (a0, b0), (a1, b1), ...; then those from the sixteenth on.
  const __m512i index = _mm512_add_epi16(lower, _mm512_slli_epi32(_mm512_set1_epi32(16), 16));
  const __m512i upper = _mm512_add_epi16(index, sixteen);
  const auto size = rows.head_size;
  for (std::int64_t row = 0; row < padded; row += 2)
    for (std::int64_t chunk = 0; chunk * 32 < size; ++chunk) {
      const __m512i zero = _mm512_setzero_si512();
      const __m512i a = row < rows.length ? load_words(type, rows, row, chunk) : zero;
      const __m512i b = row + 1 < rows.length ? load_words(type, rows, row + 1, chunk) : zero;
      auto* const at = to + row / 2 * size + chunk * 32;
      _mm512_storeu_si512(at, _mm512_permutex2var_epi16(a, index, b));
      if (size - chunk * 32 > 16) _mm512_storeu_si512(at + 16, _mm512_permutex2var_epi16(a, upper, b));
    }
}

/// Writes float32 rows [length][head_size] times `factor` into the batch.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void store_row(
    NumberType type, const float* from, __m512 factor, std::int64_t head_size, void* to, std::int64_t place) {
  for (std::int64_t i = 0; i < head_size; i += 16)
    store(type, to, place + i, _mm512_mul_ps(_mm512_loadu_ps(from + i), factor));
}

}  // namespace mtl::detail::avx512
#endif
