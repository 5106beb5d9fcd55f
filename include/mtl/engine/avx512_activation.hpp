// The activations of the feed-forward layer, and their derivatives, with AVX-512.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cstdint>

#include <mtl/engine/avx512_lanes.hpp>
#include <mtl/engine/layer_calls.hpp>

namespace mtl::detail::avx512 {

/// f(x) and f'(x).
struct ActivatedLanes {
  __m512 value, derivative;
};

/// 1 / x for normal x: to 6e-5 where the result becomes a bfloat16, else to float32's precision.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline __m512 reciprocal(
    NumberType type, __m512 x) {
  const __m512 y = _mm512_rcp14_ps(x);
  if (type == NumberType::Bfloat16) return y;
  return _mm512_mul_ps(y, _mm512_fnmadd_ps(x, y, _mm512_set1_ps(2)));  // one step of Newton's
}

/// The normal distribution's upper tail beyond |x| / sqrt(2) by the error function's approximation 7.1.26 of
/// Abramowitz and Stegun (1964), whose error is below 1.5e-7.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline ActivatedLanes
gelu(NumberType type, __m512 x) {
  const __m512 one = _mm512_set1_ps(1);
  const __m512 t = reciprocal(type, _mm512_fmadd_ps(_mm512_abs_ps(x), _mm512_set1_ps(0.2316418882F), one));
  const __m512 e = exp2(type, _mm512_mul_ps(_mm512_mul_ps(x, x), _mm512_set1_ps(-0.7213475204F)));
  __m512 tail = _mm512_fmadd_ps(t, _mm512_set1_ps(1.061405429F / 2), _mm512_set1_ps(-1.453152027F / 2));
  tail = _mm512_fmadd_ps(tail, t, _mm512_set1_ps(1.421413741F / 2));
  tail = _mm512_fmadd_ps(tail, t, _mm512_set1_ps(-0.284496736F / 2));
  tail = _mm512_fmadd_ps(tail, t, _mm512_set1_ps(0.254829592F / 2));
  tail = _mm512_mul_ps(tail, _mm512_mul_ps(t, e));
  const __mmask16 positive = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_GE_OQ);
  const __m512 below = _mm512_mask_sub_ps(tail, positive, one, tail);
  return {_mm512_mul_ps(x, below),
          _mm512_fmadd_ps(_mm512_mul_ps(x, _mm512_set1_ps(0.3989422804F)), e, below)};
}

/// With s(x) = 1 / (1 + exp(-2 u)), u = a (x + b x^3): x s, and s + x s (1 - s) 2 u'. Beyond 12 s is
/// constant.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline ActivatedLanes
gelu_tanh(NumberType type, __m512 whole_x) {
  const __m512 one = _mm512_set1_ps(1), twice_a = _mm512_set1_ps(1.5957691216F),
               b = _mm512_set1_ps(0.044715F);
  const __m512 x = _mm512_min_ps(_mm512_max_ps(whole_x, _mm512_set1_ps(-12)), _mm512_set1_ps(12));
  const __m512 square = _mm512_mul_ps(x, x);
  const __m512 twice_u = _mm512_mul_ps(_mm512_mul_ps(x, twice_a), _mm512_fmadd_ps(b, square, one));
  const __m512 exponent = _mm512_mul_ps(twice_u, _mm512_set1_ps(-1.4426950409F));
  const __m512 power = exp2(type, _mm512_min_ps(exponent, _mm512_set1_ps(126)));
  const __m512 s = reciprocal(type, _mm512_add_ps(power, one));
  const __m512 slope = _mm512_mul_ps(twice_a, _mm512_fmadd_ps(_mm512_set1_ps(3 * 0.044715F), square, one));
  const __m512 rest = _mm512_mul_ps(_mm512_mul_ps(x, s), _mm512_sub_ps(one, s));
  return {_mm512_mul_ps(whole_x, s), _mm512_fmadd_ps(rest, slope, s)};
}

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline ActivatedLanes
activate(NumberType type, Activation activation, __m512 x) {
  if (activation == Activation::Gelu) return gelu(type, x);
  if (activation == Activation::GeluTanh) return gelu_tanh(type, x);
  const __mmask16 positive = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_GT_OQ);
  return {_mm512_max_ps(x, _mm512_setzero_ps()), _mm512_maskz_mov_ps(positive, _mm512_set1_ps(1))};
}

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
activate_some(NumberType type, Activation activation, const ActivationForward& call, std::int64_t row,
              std::int64_t column, std::int64_t count) {
  const auto place = row * call.columns + column;
  const __m512 x = _mm512_add_ps(load_some(type, call.in, place, count),
                                 load_some(NumberType::Float32, call.bias, column, count));
  const auto y = activate(type, activation, x);
  store_some(type, call.out, place, y.value, count);
  if (call.derivative) store_some(type, call.in, place, y.derivative, count);
}

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
activate_rows(NumberType type, Activation activation, const ActivationForward& call, std::int64_t begin,
              std::int64_t end) {
  for (auto row = begin; row < end; ++row) {
    std::int64_t column = 0;
    for (; column + 16 <= call.columns; column += 16) activate_some(type, activation, call, row, column, 16);
    if (column < call.columns) activate_some(type, activation, call, row, column, call.columns - column);
  }
}

[[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void activation_forward(
    const ActivationForward& call, std::int64_t begin, std::int64_t end) {
  const auto first = begin * rows_of_block, last = std::min(end * rows_of_block, call.rows);
  if (call.type == NumberType::Bfloat16 && call.activation == Activation::Gelu)
    activate_rows(NumberType::Bfloat16, Activation::Gelu, call, first, last);
  else if (call.type == NumberType::Bfloat16)
    activate_rows(NumberType::Bfloat16, call.activation, call, first, last);
  else
    activate_rows(NumberType::Float32, call.activation, call, first, last);
}

/// Multiplies one vector of the gradient and adds it to the sums.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
multiply_derivative(NumberType type, const ActivationBackward& call, std::int64_t row, std::int64_t column,
                    std::int64_t count, float* sums) {
  const auto place = row * call.columns + column;
  const __m512 x = _mm512_mul_ps(load_some(type, call.gradient, place, count),
                                 load_some(type, call.derivative, place, count));
  store_some(type, call.gradient, place, x, count);
  if (!sums) return;
  const __m512 sum = load_some(NumberType::Float32, sums, column, count);
  store_some(NumberType::Float32, sums, column, _mm512_add_ps(sum, x), count);
}

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
activation_backward_block(NumberType type, const ActivationBackward& call, std::int64_t block, float* sums) {
  if (sums) std::fill(sums, sums + call.columns, 0.0F);
  const auto last = std::min((block + 1) * rows_of_block, call.rows);
  for (auto row = block * rows_of_block; row < last; ++row) {
    std::int64_t column = 0;
    for (; column + 16 <= call.columns; column += 16) multiply_derivative(type, call, row, column, 16, sums);
    if (column < call.columns) multiply_derivative(type, call, row, column, call.columns - column, sums);
  }
}

[[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void activation_backward(
    const ActivationBackward& call, std::int64_t begin, std::int64_t end) {
  for (auto block = begin; block < end; ++block) {
    float* const sums = call.bias_sums ? call.bias_sums + block * call.columns : nullptr;
    if (call.type == NumberType::Bfloat16)
      activation_backward_block(NumberType::Bfloat16, call, block, sums);
    else
      activation_backward_block(NumberType::Float32, call, block, sums);
  }
}

}  // namespace mtl::detail::avx512
#endif
