// Small matrix products with sums in float32, the second operand in registers' width.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstdint>

#include <mtl/engine/avx512_lanes.hpp>

namespace mtl::detail::avx512 {

/// A matrix of words read one at a time: word (row, step) stands at row * row_stride + step * step_stride.
struct ScalarOperand {
  const std::uint32_t* words;
  std::int64_t row_stride, step_stride;
};

/// c[8 rows][16 * vectors] += a b: columns column .. of `b` [steps][width] and of `c` [rows][width].
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
add_product_tile(NumberType type, int vectors, ScalarOperand a, const std::uint32_t* b, std::int64_t steps,
                 std::int64_t width, float* c) {
  __m512 sum[8][2];
#pragma GCC unroll 8
  for (int row = 0; row < 8; ++row)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) sum[row][v] = _mm512_loadu_ps(c + row * width + 16 * v);
  for (std::int64_t step = 0; step < steps; ++step) {
    __m512i right[2];
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) right[v] = _mm512_loadu_si512(b + step * width + 16 * v);
#pragma GCC unroll 8
    for (int row = 0; row < 8; ++row) {
      const auto word = static_cast<int>(a.words[row * a.row_stride + step * a.step_stride]);
      const __m512i left = _mm512_set1_epi32(word);
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) sum[row][v] = multiply_add_words(type, sum[row][v], left, right[v]);
    }
  }
#pragma GCC unroll 8
  for (int row = 0; row < 8; ++row)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) _mm512_storeu_ps(c + row * width + 16 * v, sum[row][v]);
}

/// c[rows][width] += a b, with b [steps][width]. Rows: a multiple of 8; width: of 16.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void add_product(
    NumberType type, ScalarOperand a, const std::uint32_t* b, std::int64_t steps, std::int64_t width,
    float* c, std::int64_t rows) {
  for (std::int64_t row = 0; row < rows; row += 8) {
    const ScalarOperand from{a.words + row * a.row_stride, a.row_stride, a.step_stride};
    std::int64_t column = 0;
    for (; column + 32 <= width; column += 32)
      add_product_tile(type, 2, from, b + column, steps, width, c + row * width + column);
    if (column < width) add_product_tile(type, 1, from, b + column, steps, width, c + row * width + column);
  }
}

}  // namespace mtl::detail::avx512
#endif
