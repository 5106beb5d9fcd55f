// Bias, dropout, residual and layer normalisation of a row in one go, and the gradient, with AVX-512.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <mtl/engine/avx512_lanes.hpp>
#include <mtl/engine/avx512_philox.hpp>
#include <mtl/engine/layer_calls.hpp>
#include <mtl/engine/norm_sums.hpp>
#include <mtl/engine/portable_layer.hpp>

namespace mtl::detail::avx512 {

/// Columns of the widest row that fits into the buffer on the stack; wider ones take the portable kernel.
inline constexpr std::int64_t widest_row = 4096;

/// Draws the kept columns of a row.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void draw_columns(
    const PhiloxKeys& keys, const DropoutMask& mask, std::uint64_t row, std::int64_t columns,
    std::uint32_t* kept) {
  const __m512i below = _mm512_set1_epi16(static_cast<short>(mask.threshold - 1));
  const auto words = mask_words(columns);
  std::int64_t word = 0;
  for (; word + 4 <= words; word += 4)
    draw_128_columns(keys, row, static_cast<std::uint64_t>(word) * 4, below, kept + word);
  if (word == words) return;
  std::uint32_t rest[4];
  draw_128_columns(keys, row, static_cast<std::uint64_t>(word) * 4, below, rest);
  std::copy(rest, rest + (words - word), kept + word);
}

/// The bits of columns column .. column + 15.
inline unsigned kept_columns(const std::uint32_t* kept, std::int64_t column) {
  return kept[column / 32] >> column % 32 & 0xFFFFU;
}

/// z of `count` columns into the buffer; returns it.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline __m512
add_branches(NumberType type, bool drops, const NormForward& call, std::int64_t row, std::int64_t column,
             std::int64_t count, float* z) {
  const auto place = row * call.columns + column;
  __m512 x = load_some(type, call.in, place, count);
  if (call.bias) x = _mm512_add_ps(x, load_some(NumberType::Float32, call.bias, column, count));
  if (drops) {
    const auto kept =
        static_cast<__mmask16>(kept_columns(call.kept + row * mask_words(call.columns), column));
    x = _mm512_maskz_mul_ps(kept, x, _mm512_set1_ps(call.dropout.scale));
  }
  if (call.wide_residual)
    x = _mm512_add_ps(x, load_some(NumberType::Float32, call.wide_residual, place, count));
  _mm512_storeu_ps(z + column, x);
  return x;
}

/// The squares of the buffer's numbers around the mean.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline float
centred_squares(const float* z, std::int64_t columns, float mean) {
  __m512 sum = _mm512_setzero_ps();
  for (std::int64_t column = 0; column < columns; column += 16) {
    const auto left = std::min<std::int64_t>(16, columns - column);
    const auto mask = static_cast<__mmask16>((1U << left) - 1);
    const __m512 x = _mm512_maskz_sub_ps(mask, _mm512_loadu_ps(z + column), _mm512_set1_ps(mean));
    sum = _mm512_fmadd_ps(x, x, sum);
  }
  return _mm512_reduce_add_ps(sum);
}

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void store_norm(
    NumberType type, const NormForward& call, std::int64_t row, std::int64_t column, std::int64_t count,
    const float* z, float mean, float inverse_sd) {
  const auto place = row * call.columns + column;
  const __m512 x = _mm512_mul_ps(_mm512_sub_ps(_mm512_loadu_ps(z + column), _mm512_set1_ps(mean)),
                                 _mm512_set1_ps(inverse_sd));
  if (call.normalised) store_some(type, call.normalised, place, x, count);
  const __m512 scale = load_some(NumberType::Float32, call.scale, column, count),
               shift = load_some(NumberType::Float32, call.shift, column, count);
  const __m512 y = _mm512_fmadd_ps(x, scale, shift);
  store_some(type, call.out, place, y, count);
  if (call.wide_out) store_some(NumberType::Float32, call.wide_out, place, y, count);
}

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
norm_forward_row(NumberType type, bool drops, const NormForward& call, const PhiloxKeys& keys,
                 std::int64_t row) {
  alignas(64) float z[widest_row];
  if (drops)
    draw_columns(keys, call.dropout, static_cast<std::uint64_t>(row), call.columns,
                 call.kept + row * mask_words(call.columns));
  __m512 sum = _mm512_setzero_ps();
  const auto whole = call.columns / 16 * 16, rest = call.columns - whole;
  for (std::int64_t column = 0; column < whole; column += 16)
    sum = _mm512_add_ps(sum, add_branches(type, drops, call, row, column, 16, z));
  if (rest) sum = _mm512_add_ps(sum, add_branches(type, drops, call, row, whole, rest, z));
  const auto n = static_cast<float>(call.columns);
  const float mean = _mm512_reduce_add_ps(sum) / n;
  const float inverse_sd = 1 / std::sqrt(centred_squares(z, call.columns, mean) / n + call.epsilon);
  if (call.inverse_sd) call.inverse_sd[row] = inverse_sd;
  for (std::int64_t column = 0; column < whole; column += 16)
    store_norm(type, call, row, column, 16, z, mean, inverse_sd);
  if (rest) store_norm(type, call, row, whole, rest, z, mean, inverse_sd);
}

[[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void norm_forward(
    const NormForward& call, std::int64_t begin, std::int64_t end) {
  if (call.columns > widest_row) return portable::norm_forward(call, begin, end);
  const PhiloxKeys keys(call.dropout.key);
  const bool drops = call.dropout.threshold != 0;
  const auto last = std::min(end * rows_of_block, call.rows);
  for (auto row = begin * rows_of_block; row < last; ++row) {
    if (call.type == NumberType::Bfloat16 && drops)
      norm_forward_row(NumberType::Bfloat16, true, call, keys, row);
    else if (call.type == NumberType::Bfloat16)
      norm_forward_row(NumberType::Bfloat16, false, call, keys, row);
    else
      norm_forward_row(NumberType::Float32, drops, call, keys, row);
  }
}

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void add_to_sums(
    float* sums, std::int64_t column, __m512 x, std::int64_t count) {
  if (!sums) return;
  const __m512 sum = load_some(NumberType::Float32, sums, column, count);
  store_some(NumberType::Float32, sums, column, _mm512_add_ps(sum, x), count);
}

/// What the gradient of a row subtracts.
struct RowMeans {
  __m512 gradient, slope;
};

/// The gradient of normalised numbers into the buffer, and its part of the row's sums.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
add_gradients(NumberType type, const NormBackward& call, const NormSums& sums, std::int64_t row,
              std::int64_t column, std::int64_t count, float* buffer, RowMeans& means) {
  const auto place = row * call.columns + column;
  __m512 of_out = call.gradient ? load_some(type, call.gradient, place, count) : _mm512_setzero_ps();
  if (call.wide_gradient)
    of_out = _mm512_add_ps(of_out, load_some(NumberType::Float32, call.wide_gradient, place, count));
  const __m512 x = load_some(type, call.normalised, place, count);
  add_to_sums(sums.scale, column, _mm512_mul_ps(of_out, x), count);
  add_to_sums(sums.shift, column, of_out, count);
  const __m512 of_x = _mm512_mul_ps(of_out, load_some(NumberType::Float32, call.scale, column, count));
  means.gradient = _mm512_add_ps(means.gradient, of_x);
  means.slope = _mm512_fmadd_ps(of_x, x, means.slope);
  _mm512_storeu_ps(buffer + column, of_x);
}

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
store_gradients(NumberType type, bool drops, const NormBackward& call, const NormSums& sums, std::int64_t row,
                std::int64_t column, std::int64_t count, const float* buffer, const RowMeans& means) {
  const auto place = row * call.columns + column;
  const __m512 x = load_some(type, call.normalised, place, count);
  const __m512 centred = _mm512_sub_ps(_mm512_loadu_ps(buffer + column), means.gradient);
  const __m512 z =
      _mm512_mul_ps(_mm512_set1_ps(call.inverse_sd[row]), _mm512_fnmadd_ps(means.slope, x, centred));
  __m512 of_in = z;
  if (drops) {
    const auto kept =
        static_cast<__mmask16>(kept_columns(call.kept + row * mask_words(call.columns), column));
    of_in = _mm512_maskz_mul_ps(kept, z, _mm512_set1_ps(call.dropout.scale));
  }
  add_to_sums(sums.bias, column, of_in, count);
  if (call.wide_residual_gradient)
    store_some(NumberType::Float32, call.wide_residual_gradient, place, z, count);
  if (call.in_gradient) store_some(type, call.in_gradient, place, of_in, count);
}

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
norm_backward_row(NumberType type, bool drops, const NormBackward& call, const NormSums& sums,
                  std::int64_t row) {
  alignas(64) float buffer[widest_row];
  RowMeans means{_mm512_setzero_ps(), _mm512_setzero_ps()};
  const auto whole = call.columns / 16 * 16, rest = call.columns - whole;
  for (std::int64_t column = 0; column < whole; column += 16)
    add_gradients(type, call, sums, row, column, 16, buffer, means);
  if (rest) add_gradients(type, call, sums, row, whole, rest, buffer, means);
  const auto n = static_cast<float>(call.columns);
  means.gradient = _mm512_set1_ps(_mm512_reduce_add_ps(means.gradient) / n);
  means.slope = _mm512_set1_ps(_mm512_reduce_add_ps(means.slope) / n);
  for (std::int64_t column = 0; column < whole; column += 16)
    store_gradients(type, drops, call, sums, row, column, 16, buffer, means);
  if (rest) store_gradients(type, drops, call, sums, row, whole, rest, buffer, means);
}

[[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void norm_backward(
    const NormBackward& call, std::int64_t begin, std::int64_t end) {
  if (call.columns > widest_row) return portable::norm_backward(call, begin, end);
  const bool drops = call.dropout.threshold != 0;
  for (auto block = begin; block < end; ++block) {
    const NormSums sums(call, block);
    const auto last = std::min((block + 1) * rows_of_block, call.rows);
    for (auto row = block * rows_of_block; row < last; ++row) {
      if (call.type == NumberType::Bfloat16)
        norm_backward_row(NumberType::Bfloat16, drops, call, sums, row);
      else
        norm_backward_row(NumberType::Float32, drops, call, sums, row);
    }
  }
}

}  // namespace mtl::detail::avx512
#endif
