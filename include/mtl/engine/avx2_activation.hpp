// The activations of the feed-forward layer, and their derivatives, with AVX2.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cstdint>

#include <mtl/engine/avx2_lanes.hpp>
#include <mtl/engine/layer_calls.hpp>

namespace mtl::detail::avx2 {

/// f(x) and f'(x).
struct ActivatedLanes {
  __m256 value, derivative;
};

/// The normal distribution's upper tail beyond |x| / sqrt(2) by the error function's approximation 7.1.26 of
/// Abramowitz and Stegun (1964), whose error is below 1.5e-7.
[[gnu::always_inline, gnu::target("avx2,fma")]] inline ActivatedLanes gelu(__m256 x) {
  const __m256 one = _mm256_set1_ps(1);
  const __m256 t = _mm256_div_ps(
      one, _mm256_fmadd_ps(_mm256_andnot_ps(_mm256_set1_ps(-0.0F), x), _mm256_set1_ps(0.2316418882F), one));
  const __m256 e = exp2(_mm256_mul_ps(_mm256_mul_ps(x, x), _mm256_set1_ps(-0.7213475204F)));
  __m256 tail = _mm256_fmadd_ps(t, _mm256_set1_ps(1.061405429F / 2), _mm256_set1_ps(-1.453152027F / 2));
  tail = _mm256_fmadd_ps(tail, t, _mm256_set1_ps(1.421413741F / 2));
  tail = _mm256_fmadd_ps(tail, t, _mm256_set1_ps(-0.284496736F / 2));
  tail = _mm256_fmadd_ps(tail, t, _mm256_set1_ps(0.254829592F / 2));
  tail = _mm256_mul_ps(tail, _mm256_mul_ps(t, e));
  const __m256 positive = _mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_GE_OQ);
  const __m256 below = _mm256_blendv_ps(tail, _mm256_sub_ps(one, tail), positive);
  return {_mm256_mul_ps(x, below),
          _mm256_fmadd_ps(_mm256_mul_ps(x, _mm256_set1_ps(0.3989422804F)), e, below)};
}

/// With s(x) = 1 / (1 + exp(-2 u)), u = a (x + b x^3): x s, and s + x s (1 - s) 2 u'. Beyond 12 s is
/// constant.
[[gnu::always_inline, gnu::target("avx2,fma")]] inline ActivatedLanes gelu_tanh(__m256 whole_x) {
  const __m256 one = _mm256_set1_ps(1), twice_a = _mm256_set1_ps(1.5957691216F),
               b = _mm256_set1_ps(0.044715F);
  const __m256 x = _mm256_min_ps(_mm256_max_ps(whole_x, _mm256_set1_ps(-12)), _mm256_set1_ps(12));
  const __m256 square = _mm256_mul_ps(x, x);
  const __m256 twice_u = _mm256_mul_ps(_mm256_mul_ps(x, twice_a), _mm256_fmadd_ps(b, square, one));
  const __m256 exponent = _mm256_mul_ps(twice_u, _mm256_set1_ps(-1.4426950409F));
  const __m256 power = exp2(_mm256_min_ps(exponent, _mm256_set1_ps(126)));
  const __m256 s = _mm256_div_ps(one, _mm256_add_ps(power, one));
  const __m256 slope = _mm256_mul_ps(twice_a, _mm256_fmadd_ps(_mm256_set1_ps(3 * 0.044715F), square, one));
  const __m256 rest = _mm256_mul_ps(_mm256_mul_ps(x, s), _mm256_sub_ps(one, s));
  return {_mm256_mul_ps(whole_x, s), _mm256_fmadd_ps(rest, slope, s)};
}

[[gnu::always_inline, gnu::target("avx2,fma")]] inline ActivatedLanes activate(Activation activation,
                                                                               __m256 x) {
  if (activation == Activation::Gelu) return gelu(x);
  if (activation == Activation::GeluTanh) return gelu_tanh(x);
  const __m256 positive = _mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_GT_OQ);
  return {_mm256_and_ps(x, positive), _mm256_and_ps(_mm256_set1_ps(1), positive)};
}

[[gnu::always_inline, gnu::target("avx2,fma")]] inline void activate_some(
    NumberType type, Activation activation, const ActivationForward& call, std::int64_t row,
    std::int64_t column, std::int64_t count) {
  const auto place = row * call.columns + column;
  const __m256 x = _mm256_add_ps(load_some(type, call.in, place, count),
                                 load_some(NumberType::Float32, call.bias, column, count));
  const auto y = activate(activation, x);
  store_some(type, call.out, place, y.value, count);
  if (call.derivative) store_some(type, call.in, place, y.derivative, count);
}

[[gnu::always_inline, gnu::target("avx2,fma")]] inline void activate_rows(NumberType type,
                                                                          Activation activation,
                                                                          const ActivationForward& call,
                                                                          std::int64_t begin,
                                                                          std::int64_t end) {
  for (auto row = begin; row < end; ++row) {
    std::int64_t column = 0;
    for (; column + 8 <= call.columns; column += 8) activate_some(type, activation, call, row, column, 8);
    if (column < call.columns) activate_some(type, activation, call, row, column, call.columns - column);
  }
}

[[gnu::target("avx2,fma")]] inline void activation_forward(const ActivationForward& call, std::int64_t begin,
                                                           std::int64_t end) {
  const auto first = begin * rows_of_block, last = std::min(end * rows_of_block, call.rows);
  if (call.type == NumberType::Bfloat16 && call.activation == Activation::Gelu)
    activate_rows(NumberType::Bfloat16, Activation::Gelu, call, first, last);
  else if (call.type == NumberType::Bfloat16)
    activate_rows(NumberType::Bfloat16, call.activation, call, first, last);
  else
    activate_rows(NumberType::Float32, call.activation, call, first, last);
}

/// Multiplies one vector of the gradient and adds it to the sums.
[[gnu::always_inline, gnu::target("avx2,fma")]] inline void multiply_derivative(
    NumberType type, const ActivationBackward& call, std::int64_t row, std::int64_t column,
    std::int64_t count, float* sums) {
  const auto place = row * call.columns + column;
  const __m256 x = _mm256_mul_ps(load_some(type, call.gradient, place, count),
                                 load_some(type, call.derivative, place, count));
  store_some(type, call.gradient, place, x, count);
  if (!sums) return;
  const __m256 sum = load_some(NumberType::Float32, sums, column, count);
  store_some(NumberType::Float32, sums, column, _mm256_add_ps(sum, x), count);
}

[[gnu::always_inline, gnu::target("avx2,fma")]] inline void activation_backward_block(
    NumberType type, const ActivationBackward& call, std::int64_t block, float* sums) {
  if (sums) std::fill(sums, sums + call.columns, 0.0F);
  const auto last = std::min((block + 1) * rows_of_block, call.rows);
  for (auto row = block * rows_of_block; row < last; ++row) {
    std::int64_t column = 0;
    for (; column + 8 <= call.columns; column += 8) multiply_derivative(type, call, row, column, 8, sums);
    if (column < call.columns) multiply_derivative(type, call, row, column, call.columns - column, sums);
  }
}

[[gnu::target("avx2,fma")]] inline void activation_backward(const ActivationBackward& call,
                                                            std::int64_t begin, std::int64_t end) {
  for (auto block = begin; block < end; ++block) {
    float* const sums = call.bias_sums ? call.bias_sums + block * call.columns : nullptr;
    if (call.type == NumberType::Bfloat16)
      activation_backward_block(NumberType::Bfloat16, call, block, sums);
    else
      activation_backward_block(NumberType::Float32, call, block, sums);
  }
}

}  // namespace mtl::detail::avx2
#endif
