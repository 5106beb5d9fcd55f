// Small float32 matrix products with AVX2.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstdint>

namespace mtl::detail::avx2 {

/// A matrix read one number at a time: (row, step) stands at row * row_stride + step * step_stride.
struct ScalarOperand {
  const float* numbers;
  std::int64_t row_stride, step_stride;
};

/// A matrix of rows; `stride` numbers apart.
struct RowOperand {
  const float* numbers;
  std::int64_t stride;
};

/// c[4 rows][16] += a b, 16 columns of b.
[[gnu::always_inline, gnu::target("avx2,fma")]] inline void add_product_tile(ScalarOperand a, RowOperand b,
                                                                             std::int64_t steps, float* c,
                                                                             std::int64_t stride) {
  __m256 sum[4][2];
#pragma GCC unroll 4
  for (int row = 0; row < 4; ++row) {
    sum[row][0] = _mm256_loadu_ps(c + row * stride);
    sum[row][1] = _mm256_loadu_ps(c + row * stride + 8);
  }
  for (std::int64_t step = 0; step < steps; ++step) {
    const __m256 b0 = _mm256_loadu_ps(b.numbers + step * b.stride),
                 b1 = _mm256_loadu_ps(b.numbers + step * b.stride + 8);
#pragma GCC unroll 4
    for (int row = 0; row < 4; ++row) {
      const __m256 left = _mm256_broadcast_ss(a.numbers + row * a.row_stride + step * a.step_stride);
      sum[row][0] = _mm256_fmadd_ps(left, b0, sum[row][0]);
      sum[row][1] = _mm256_fmadd_ps(left, b1, sum[row][1]);
    }
  }
#pragma GCC unroll 4
  for (int row = 0; row < 4; ++row) {
    _mm256_storeu_ps(c + row * stride, sum[row][0]);
    _mm256_storeu_ps(c + row * stride + 8, sum[row][1]);
  }
}

/// c[rows][columns] += a b. Rows: a multiple of 4; columns: of 16.
[[gnu::target("avx2,fma")]] inline void add_product(ScalarOperand a, RowOperand b, std::int64_t steps,
                                                    float* c, std::int64_t stride, std::int64_t rows,
                                                    std::int64_t columns) {
  for (std::int64_t column = 0; column < columns; column += 16)
    for (std::int64_t row = 0; row < rows; row += 4)
      add_product_tile({a.numbers + row * a.row_stride, a.row_stride, a.step_stride},
                       {b.numbers + column, b.stride}, steps, c + row * stride + column, stride);
}

}  // namespace mtl::detail::avx2
#endif
