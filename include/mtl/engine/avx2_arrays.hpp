// Sums, conversions and Adam with AVX2.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cstdint>

#include <mtl/engine/adam_constants.hpp>
#include <mtl/engine/avx2_lanes.hpp>
#include <mtl/engine/layer_calls.hpp>

namespace mtl::detail::avx2 {

/// Sums of `count` columns over rows first .. last - 1, `stride` numbers apart.
[[gnu::always_inline, gnu::target("avx2,fma")]] inline void sum_columns(NumberType type, const void* in,
                                                                        std::int64_t first, std::int64_t last,
                                                                        std::int64_t stride,
                                                                        std::int64_t column,
                                                                        std::int64_t count, float* sums) {
  __m256 sum = _mm256_setzero_ps();
  for (auto row = first; row < last; ++row)
    sum = _mm256_add_ps(sum, load_some(type, in, row * stride + column, count));
  store_some(NumberType::Float32, sums, column, sum, count);
}

[[gnu::always_inline, gnu::target("avx2,fma")]] inline void sum_column_range(
    NumberType type, const void* in, std::int64_t first, std::int64_t last, std::int64_t stride,
    std::int64_t begin, std::int64_t end, float* sums) {
  auto column = begin;
  for (; column + 8 <= end; column += 8) sum_columns(type, in, first, last, stride, column, 8, sums);
  if (column < end) sum_columns(type, in, first, last, stride, column, end - column, sums);
}

[[gnu::target("avx2,fma")]] inline void column_sums(const ColumnSums& call, std::int64_t begin,
                                                    std::int64_t end) {
  for (auto block = begin; block < end; ++block) {
    float* const sums = call.sums + block * call.columns;
    const auto first = block * rows_of_block, last = std::min(first + rows_of_block, call.rows);
    if (call.type == NumberType::Bfloat16)
      sum_column_range(NumberType::Bfloat16, call.in, first, last, call.columns, 0, call.columns, sums);
    else
      sum_column_range(NumberType::Float32, call.in, first, last, call.columns, 0, call.columns, sums);
  }
}

[[gnu::target("avx2,fma")]] inline void sum_rows(const float* in, std::int64_t rows, std::int64_t columns,
                                                 float* out, std::int64_t begin, std::int64_t end) {
  sum_column_range(NumberType::Float32, in, 0, rows, columns, begin, end, out);
}

[[gnu::always_inline, gnu::target("avx2,fma")]] inline void add_some_bias(
    NumberType type, const AddBias& call, std::int64_t row, std::int64_t column, std::int64_t count) {
  const auto place = row * call.columns + column;
  const __m256 bias = load_some(NumberType::Float32, call.bias, column, count);
  store_some(type, call.numbers, place, _mm256_add_ps(load_some(type, call.numbers, place, count), bias),
             count);
}

[[gnu::always_inline, gnu::target("avx2,fma")]] inline void add_bias_row(NumberType type, const AddBias& call,
                                                                         std::int64_t row) {
  std::int64_t column = 0;
  for (; column + 8 <= call.columns; column += 8) add_some_bias(type, call, row, column, 8);
  if (column < call.columns) add_some_bias(type, call, row, column, call.columns - column);
}

[[gnu::target("avx2,fma")]] inline void add_bias(const AddBias& call, std::int64_t begin, std::int64_t end) {
  const auto last = std::min(end * rows_of_block, call.rows);
  for (auto row = begin * rows_of_block; row < last; ++row)
    if (call.type == NumberType::Bfloat16)
      add_bias_row(NumberType::Bfloat16, call, row);
    else
      add_bias_row(NumberType::Float32, call, row);
}

[[gnu::always_inline, gnu::target("avx2,fma")]] inline void convert_some(NumberType from, NumberType to,
                                                                         const void* in, void* out,
                                                                         std::int64_t i, std::int64_t count) {
  store_some(to, out, i, load_some(from, in, i, count), count);
}

[[gnu::always_inline, gnu::target("avx2,fma")]] inline void convert(NumberType from, NumberType to,
                                                                    const void* in, void* out,
                                                                    std::int64_t begin, std::int64_t end) {
  auto i = begin;
  for (; i + 8 <= end; i += 8) convert_some(from, to, in, out, i, 8);
  if (i < end) convert_some(from, to, in, out, i, end - i);
}

[[gnu::target("avx2,fma")]] inline void convert_to_bfloat16(const float* in, Bfloat16* out,
                                                            std::int64_t begin, std::int64_t end) {
  convert(NumberType::Float32, NumberType::Bfloat16, in, out, begin, end);
}

[[gnu::target("avx2,fma")]] inline void convert_to_float(const Bfloat16* in, float* out, std::int64_t begin,
                                                         std::int64_t end) {
  convert(NumberType::Bfloat16, NumberType::Float32, in, out, begin, end);
}

[[gnu::always_inline, gnu::target("avx2,fma")]] inline void adam_some(const AdamCall& call,
                                                                      const AdamConstants& c, std::int64_t i,
                                                                      std::int64_t count) {
  constexpr auto single = NumberType::Float32;
  const __m256 gradient = load_some(call.type, call.gradient, i, count);
  __m256 mean = load_some(single, call.mean, i, count), square = load_some(single, call.square, i, count);
  mean = _mm256_fmadd_ps(_mm256_sub_ps(gradient, mean), _mm256_set1_ps(c.new_in_mean), mean);
  const __m256 part = _mm256_mul_ps(_mm256_mul_ps(gradient, gradient), _mm256_set1_ps(c.new_in_square));
  square = _mm256_fmadd_ps(square, _mm256_set1_ps(c.old_in_square), part);
  const __m256 root =
      _mm256_fmadd_ps(_mm256_sqrt_ps(square), _mm256_set1_ps(c.root_scale), _mm256_set1_ps(c.epsilon));
  const __m256 step = _mm256_div_ps(_mm256_mul_ps(_mm256_set1_ps(c.step_size), mean), root);
  const __m256 value = _mm256_sub_ps(load_some(single, call.value, i, count), step);
  store_some(single, call.mean, i, mean, count);
  store_some(single, call.square, i, square, count);
  store_some(single, call.value, i, value, count);
  if (call.copy) store_some(NumberType::Bfloat16, call.copy, i, value, count);
}

[[gnu::target("avx2,fma")]] inline void adam(const AdamCall& call, std::int64_t begin, std::int64_t end) {
  const AdamConstants c(call);
  auto i = begin;
  for (; i + 8 <= end; i += 8) adam_some(call, c, i, 8);
  if (i < end) adam_some(call, c, i, end - i);
}

}  // namespace mtl::detail::avx2
#endif
