// Sums, conversions and Adam with AVX-512.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cstdint>

#include <mtl/engine/adam_constants.hpp>
#include <mtl/engine/avx512_lanes.hpp>
#include <mtl/engine/layer_calls.hpp>

namespace mtl::detail::avx512 {

/// Sums of `count` columns over rows first .. last - 1, `stride` numbers apart.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void sum_columns(
    NumberType type, const void* in, std::int64_t first, std::int64_t last, std::int64_t stride,
    std::int64_t column, std::int64_t count, float* sums) {
  __m512 sum = _mm512_setzero_ps();
  for (auto row = first; row < last; ++row)
    sum = _mm512_add_ps(sum, load_some(type, in, row * stride + column, count));
  store_some(NumberType::Float32, sums, column, sum, count);
}

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
sum_column_range(NumberType type, const void* in, std::int64_t first, std::int64_t last, std::int64_t stride,
                 std::int64_t begin, std::int64_t end, float* sums) {
  auto column = begin;
  for (; column + 16 <= end; column += 16) sum_columns(type, in, first, last, stride, column, 16, sums);
  if (column < end) sum_columns(type, in, first, last, stride, column, end - column, sums);
}

[[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void column_sums(
    const ColumnSums& call, std::int64_t begin, std::int64_t end) {
  for (auto block = begin; block < end; ++block) {
    float* const sums = call.sums + block * call.columns;
    const auto first = block * rows_of_block, last = std::min(first + rows_of_block, call.rows);
    if (call.type == NumberType::Bfloat16)
      sum_column_range(NumberType::Bfloat16, call.in, first, last, call.columns, 0, call.columns, sums);
    else
      sum_column_range(NumberType::Float32, call.in, first, last, call.columns, 0, call.columns, sums);
  }
}

[[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void sum_rows(
    const float* in, std::int64_t rows, std::int64_t columns, float* out, std::int64_t begin,
    std::int64_t end) {
  sum_column_range(NumberType::Float32, in, 0, rows, columns, begin, end, out);
}

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
add_some_bias(NumberType type, const AddBias& call, std::int64_t row, std::int64_t column,
              std::int64_t count) {
  const auto place = row * call.columns + column;
  const __m512 bias = load_some(NumberType::Float32, call.bias, column, count);
  store_some(type, call.numbers, place, _mm512_add_ps(load_some(type, call.numbers, place, count), bias),
             count);
}

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void add_bias_row(
    NumberType type, const AddBias& call, std::int64_t row) {
  std::int64_t column = 0;
  for (; column + 16 <= call.columns; column += 16) add_some_bias(type, call, row, column, 16);
  if (column < call.columns) add_some_bias(type, call, row, column, call.columns - column);
}

[[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void add_bias(const AddBias& call,
                                                                                      std::int64_t begin,
                                                                                      std::int64_t end) {
  const auto last = std::min(end * rows_of_block, call.rows);
  for (auto row = begin * rows_of_block; row < last; ++row)
    if (call.type == NumberType::Bfloat16)
      add_bias_row(NumberType::Bfloat16, call, row);
    else
      add_bias_row(NumberType::Float32, call, row);
}

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void convert_some(
    NumberType from, NumberType to, const void* in, void* out, std::int64_t i, std::int64_t count) {
  store_some(to, out, i, load_some(from, in, i, count), count);
}

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void convert(
    NumberType from, NumberType to, const void* in, void* out, std::int64_t begin, std::int64_t end) {
  auto i = begin;
  for (; i + 16 <= end; i += 16) convert_some(from, to, in, out, i, 16);
  if (i < end) convert_some(from, to, in, out, i, end - i);
}

[[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void convert_to_bfloat16(
    const float* in, Bfloat16* out, std::int64_t begin, std::int64_t end) {
  convert(NumberType::Float32, NumberType::Bfloat16, in, out, begin, end);
}

[[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void convert_to_float(
    const Bfloat16* in, float* out, std::int64_t begin, std::int64_t end) {
  convert(NumberType::Bfloat16, NumberType::Float32, in, out, begin, end);
}

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void adam_some(
    const AdamCall& call, const AdamConstants& c, std::int64_t i, std::int64_t count) {
  constexpr auto single = NumberType::Float32;
  const __m512 gradient = load_some(call.type, call.gradient, i, count);
  __m512 mean = load_some(single, call.mean, i, count), square = load_some(single, call.square, i, count);
  mean = _mm512_fmadd_ps(_mm512_sub_ps(gradient, mean), _mm512_set1_ps(c.new_in_mean), mean);
  const __m512 part = _mm512_mul_ps(_mm512_mul_ps(gradient, gradient), _mm512_set1_ps(c.new_in_square));
  square = _mm512_fmadd_ps(square, _mm512_set1_ps(c.old_in_square), part);
  const __m512 root =
      _mm512_fmadd_ps(_mm512_sqrt_ps(square), _mm512_set1_ps(c.root_scale), _mm512_set1_ps(c.epsilon));
  const __m512 step = _mm512_div_ps(_mm512_mul_ps(_mm512_set1_ps(c.step_size), mean), root);
  const __m512 value = _mm512_sub_ps(load_some(single, call.value, i, count), step);
  store_some(single, call.mean, i, mean, count);
  store_some(single, call.square, i, square, count);
  store_some(single, call.value, i, value, count);
  if (call.copy) store_some(NumberType::Bfloat16, call.copy, i, value, count);
}

[[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void adam(const AdamCall& call,
                                                                                  std::int64_t begin,
                                                                                  std::int64_t end) {
  const AdamConstants c(call);
  auto i = begin;
  for (; i + 16 <= end; i += 16) adam_some(call, c, i, 16);
  if (i < end) adam_some(call, c, i, end - i);
}

}  // namespace mtl::detail::avx512
#endif
