// Bias, dropout, residual and layer normalisation of a row in one go, and the gradient, with AVX2.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <mtl/engine/avx2_lanes.hpp>
#include <mtl/engine/layer_calls.hpp>
#include <mtl/engine/norm_sums.hpp>
#include <mtl/engine/portable_layer.hpp>
#include <mtl/model/dropout_mask.hpp>

namespace mtl::detail::avx2 {

/// Columns of the widest row that fits into the buffer on the stack; wider ones take the portable kernel.
inline constexpr std::int64_t widest_row = 4096;

/// Draws the kept columns of a row.
[[gnu::target("avx2,fma")]] inline void draw_columns(const DropoutMask& mask, std::uint64_t row,
                                                     std::int64_t columns, std::uint32_t* kept) {
  const __m256i below = _mm256_set1_epi16(static_cast<short>(mask.threshold - 1));
  const auto words = mask_words(columns);
  for (std::int64_t word = 0; word < words; word += 2) {
    __m256i halves[4];
    philox_halves(mask.key, row, static_cast<std::uint64_t>(word) * 4, halves);
    for (std::int64_t i = 0; i < 2 && word + i < words; ++i) {
      const __m256i a = _mm256_cmpeq_epi16(_mm256_max_epu16(halves[2 * i], below), below);
      const __m256i b = _mm256_cmpeq_epi16(_mm256_max_epu16(halves[2 * i + 1], below), below);
      const __m256i dropped = _mm256_permute4x64_epi64(_mm256_packs_epi16(a, b), 0xD8);
      kept[word + i] = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(dropped));
    }
  }
}

/// All bits of the lanes of columns column .. column + 7 that are kept.
[[gnu::always_inline, gnu::target("avx2,fma")]] inline __m256 kept_columns(const std::uint32_t* kept,
                                                                           std::int64_t column) {
  return lanes_of_bits(kept[column / 32] >> column % 32);
}

/// z of `count` columns into the buffer; returns it.
[[gnu::always_inline, gnu::target("avx2,fma")]] inline __m256 add_branches(NumberType type, bool drops,
                                                                           const NormForward& call,
                                                                           std::int64_t row,
                                                                           std::int64_t column,
                                                                           std::int64_t count, float* z) {
  const auto place = row * call.columns + column;
  __m256 x = load_some(type, call.in, place, count);
  if (call.bias) x = _mm256_add_ps(x, load_some(NumberType::Float32, call.bias, column, count));
  if (drops) {
    const __m256 kept = kept_columns(call.kept + row * mask_words(call.columns), column);
    x = _mm256_and_ps(kept, _mm256_mul_ps(x, _mm256_set1_ps(call.dropout.scale)));
  }
  if (call.wide_residual)
    x = _mm256_add_ps(x, load_some(NumberType::Float32, call.wide_residual, place, count));
  _mm256_storeu_ps(z + column, x);
  return x;
}

/// The squares of the buffer's numbers around the mean.
[[gnu::always_inline, gnu::target("avx2,fma")]] inline float centred_squares(const float* z,
                                                                             std::int64_t columns,
                                                                             float mean) {
  __m256 sum = _mm256_setzero_ps();
  std::int64_t column = 0;
  for (; column + 8 <= columns; column += 8) {
    const __m256 x = _mm256_sub_ps(_mm256_loadu_ps(z + column), _mm256_set1_ps(mean));
    sum = _mm256_fmadd_ps(x, x, sum);
  }
  float rest = 0;
  for (; column < columns; ++column) rest += (z[column] - mean) * (z[column] - mean);
  return sum_of_lanes(sum) + rest;
}

[[gnu::always_inline, gnu::target("avx2,fma")]] inline void store_norm(NumberType type,
                                                                       const NormForward& call,
                                                                       std::int64_t row, std::int64_t column,
                                                                       std::int64_t count, const float* z,
                                                                       float mean, float inverse_sd) {
  const auto place = row * call.columns + column;
  const __m256 x = _mm256_mul_ps(_mm256_sub_ps(_mm256_loadu_ps(z + column), _mm256_set1_ps(mean)),
                                 _mm256_set1_ps(inverse_sd));
  if (call.normalised) store_some(type, call.normalised, place, x, count);
  const __m256 scale = load_some(NumberType::Float32, call.scale, column, count),
               shift = load_some(NumberType::Float32, call.shift, column, count);
  const __m256 y = _mm256_fmadd_ps(x, scale, shift);
  store_some(type, call.out, place, y, count);
  if (call.wide_out) store_some(NumberType::Float32, call.wide_out, place, y, count);
}

[[gnu::always_inline, gnu::target("avx2,fma")]] inline void norm_forward_row(NumberType type, bool drops,
                                                                             const NormForward& call,
                                                                             std::int64_t row) {
  alignas(64) float z[widest_row];
  if (drops)
    draw_columns(call.dropout, static_cast<std::uint64_t>(row), call.columns,
                 call.kept + row * mask_words(call.columns));
  __m256 sum = _mm256_setzero_ps();
  const auto whole = call.columns / 8 * 8, rest = call.columns - whole;
  for (std::int64_t column = 0; column < whole; column += 8)
    sum = _mm256_add_ps(sum, add_branches(type, drops, call, row, column, 8, z));
  if (rest) sum = _mm256_add_ps(sum, add_branches(type, drops, call, row, whole, rest, z));
  const auto n = static_cast<float>(call.columns);
  const float mean = sum_of_lanes(sum) / n;
  const float inverse_sd = 1 / std::sqrt(centred_squares(z, call.columns, mean) / n + call.epsilon);
  if (call.inverse_sd) call.inverse_sd[row] = inverse_sd;
  for (std::int64_t column = 0; column < whole; column += 8)
    store_norm(type, call, row, column, 8, z, mean, inverse_sd);
  if (rest) store_norm(type, call, row, whole, rest, z, mean, inverse_sd);
}

[[gnu::target("avx2,fma")]] inline void norm_forward(const NormForward& call, std::int64_t begin,
                                                     std::int64_t end) {
  if (call.columns > widest_row) return portable::norm_forward(call, begin, end);
  const bool drops = call.dropout.threshold != 0;
  const auto last = std::min(end * rows_of_block, call.rows);
  for (auto row = begin * rows_of_block; row < last; ++row) {
    if (call.type == NumberType::Bfloat16 && drops)
      norm_forward_row(NumberType::Bfloat16, true, call, row);
    else if (call.type == NumberType::Bfloat16)
      norm_forward_row(NumberType::Bfloat16, false, call, row);
    else
      norm_forward_row(NumberType::Float32, drops, call, row);
  }
}

[[gnu::always_inline, gnu::target("avx2,fma")]] inline void add_to_sums(float* sums, std::int64_t column,
                                                                        __m256 x, std::int64_t count) {
  if (!sums) return;
  const __m256 sum = load_some(NumberType::Float32, sums, column, count);
  store_some(NumberType::Float32, sums, column, _mm256_add_ps(sum, x), count);
}

/// What the gradient of a row subtracts.
struct RowMeans {
  __m256 gradient, slope;
};

/// The gradient of normalised numbers into the buffer, and its part of the row's sums.
[[gnu::always_inline, gnu::target("avx2,fma")]] inline void add_gradients(
    NumberType type, const NormBackward& call, const NormSums& sums, std::int64_t row, std::int64_t column,
    std::int64_t count, float* buffer, RowMeans& means) {
  const auto place = row * call.columns + column;
  __m256 of_out = call.gradient ? load_some(type, call.gradient, place, count) : _mm256_setzero_ps();
  if (call.wide_gradient)
    of_out = _mm256_add_ps(of_out, load_some(NumberType::Float32, call.wide_gradient, place, count));
  const __m256 x = load_some(type, call.normalised, place, count);
  add_to_sums(sums.scale, column, _mm256_mul_ps(of_out, x), count);
  add_to_sums(sums.shift, column, of_out, count);
  const __m256 of_x = _mm256_mul_ps(of_out, load_some(NumberType::Float32, call.scale, column, count));
  means.gradient = _mm256_add_ps(means.gradient, of_x);
  means.slope = _mm256_fmadd_ps(of_x, x, means.slope);
  _mm256_storeu_ps(buffer + column, of_x);
}

[[gnu::always_inline, gnu::target("avx2,fma")]] inline void store_gradients(
    NumberType type, bool drops, const NormBackward& call, const NormSums& sums, std::int64_t row,
    std::int64_t column, std::int64_t count, const float* buffer, const RowMeans& means) {
  const auto place = row * call.columns + column;
  const __m256 x = load_some(type, call.normalised, place, count);
  const __m256 centred = _mm256_sub_ps(_mm256_loadu_ps(buffer + column), means.gradient);
  const __m256 z =
      _mm256_mul_ps(_mm256_set1_ps(call.inverse_sd[row]), _mm256_fnmadd_ps(means.slope, x, centred));
  __m256 of_in = z;
  if (drops) {
    const __m256 kept = kept_columns(call.kept + row * mask_words(call.columns), column);
    of_in = _mm256_and_ps(kept, _mm256_mul_ps(z, _mm256_set1_ps(call.dropout.scale)));
  }
  add_to_sums(sums.bias, column, of_in, count);
  if (call.wide_residual_gradient)
    store_some(NumberType::Float32, call.wide_residual_gradient, place, z, count);
  if (call.in_gradient) store_some(type, call.in_gradient, place, of_in, count);
}

[[gnu::always_inline, gnu::target("avx2,fma")]] inline void norm_backward_row(NumberType type, bool drops,
                                                                              const NormBackward& call,
                                                                              const NormSums& sums,
                                                                              std::int64_t row) {
  alignas(64) float buffer[widest_row];
  RowMeans means{_mm256_setzero_ps(), _mm256_setzero_ps()};
  const auto whole = call.columns / 8 * 8, rest = call.columns - whole;
  for (std::int64_t column = 0; column < whole; column += 8)
    add_gradients(type, call, sums, row, column, 8, buffer, means);
  if (rest) add_gradients(type, call, sums, row, whole, rest, buffer, means);
  const auto n = static_cast<float>(call.columns);
  means.gradient = _mm256_set1_ps(sum_of_lanes(means.gradient) / n);
  means.slope = _mm256_set1_ps(sum_of_lanes(means.slope) / n);
  for (std::int64_t column = 0; column < whole; column += 8)
    store_gradients(type, drops, call, sums, row, column, 8, buffer, means);
  if (rest) store_gradients(type, drops, call, sums, row, whole, rest, buffer, means);
}

[[gnu::target("avx2,fma")]] inline void norm_backward(const NormBackward& call, std::int64_t begin,
                                                      std::int64_t end) {
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

}  // namespace mtl::detail::avx2
#endif
