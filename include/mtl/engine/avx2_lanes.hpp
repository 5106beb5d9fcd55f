// Eight numbers at a time: the few operations of AVX2 and FMA that the kernels are written in. Whatever the
// number type, registers hold float32.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstdint>

#include <mtl/engine/number_type.hpp>

namespace mtl::detail::avx2 {

[[gnu::always_inline, gnu::target("avx2,fma")]] inline __m256 load(NumberType type, const void* numbers,
                                                                   std::int64_t i) {
  if (type == NumberType::Float32) return _mm256_loadu_ps(static_cast<const float*>(numbers) + i);
  const auto* const half = reinterpret_cast<const __m128i*>(static_cast<const Bfloat16*>(numbers) + i);
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128(half)), 16));
}

/// The first `count` of 8, the others 0.
[[gnu::always_inline, gnu::target("avx2,fma")]] inline __m256 load_some(NumberType type, const void* numbers,
                                                                        std::int64_t i, std::int64_t count) {
  if (count == 8) return load(type, numbers, i);
  float some[8] = {};
  for (std::int64_t lane = 0; lane < count; ++lane) some[lane] = load_number(type, numbers, i + lane);
  return _mm256_loadu_ps(some);
}

/// Rounds to nearest, ties to even; a NaN stays one.
[[gnu::always_inline, gnu::target("avx2,fma")]] inline __m128i to_bfloat16_8(__m256 x) {
  const __m256i bits = _mm256_castps_si256(x), one = _mm256_set1_epi32(1);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), one);
  const __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7FFF)));
  const __m256i nan = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
  const __m256 is_nan = _mm256_cmp_ps(x, x, _CMP_UNORD_Q);
  const __m256i upper = _mm256_srli_epi32(_mm256_blendv_epi8(rounded, nan, _mm256_castps_si256(is_nan)), 16);
  const __m256i packed = _mm256_packus_epi32(upper, upper);
  return _mm256_castsi256_si128(_mm256_permute4x64_epi64(packed, 0x08));
}

[[gnu::always_inline, gnu::target("avx2,fma")]] inline void store(NumberType type, void* numbers,
                                                                  std::int64_t i, __m256 x) {
  if (type == NumberType::Float32) return _mm256_storeu_ps(static_cast<float*>(numbers) + i, x);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(static_cast<Bfloat16*>(numbers) + i), to_bfloat16_8(x));
}

[[gnu::always_inline, gnu::target("avx2,fma")]] inline void store_some(NumberType type, void* numbers,
                                                                       std::int64_t i, __m256 x,
                                                                       std::int64_t count) {
  if (count == 8) return store(type, numbers, i, x);
  float some[8];
  _mm256_storeu_ps(some, x);
  for (std::int64_t lane = 0; lane < count; ++lane) store_number(type, numbers, i + lane, some[lane]);
}

[[gnu::always_inline, gnu::target("avx2,fma")]] inline float sum_of_lanes(__m256 x) {
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

/// All bits of lane i where bit i of `bits` is set.
[[gnu::always_inline, gnu::target("avx2,fma")]] inline __m256 lanes_of_bits(unsigned bits) {
  const __m256i each = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  const __m256i set = _mm256_and_si256(_mm256_set1_epi32(static_cast<int>(bits)), each);
  return _mm256_castsi256_ps(_mm256_cmpeq_epi32(set, each));
}

/// 2^x for x below 128, relative error 1e-7; 0 for x below -126. The polynomial is minimax of the relative
/// error on [-0.5, 0.5].
[[gnu::always_inline, gnu::target("avx2,fma")]] inline __m256 exp2(__m256 x) {
  x = _mm256_max_ps(_mm256_set1_ps(-127), x);  // in this order a NaN stays one
  const __m256 whole = _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const __m256 f = _mm256_sub_ps(x, whole);
  __m256 y = _mm256_fmadd_ps(f, _mm256_set1_ps(1.53458119e-4F), _mm256_set1_ps(1.339993122e-3F));
  y = _mm256_fmadd_ps(y, f, _mm256_set1_ps(9.618488957e-3F));
  y = _mm256_fmadd_ps(y, f, _mm256_set1_ps(5.550328777e-2F));
  y = _mm256_fmadd_ps(y, f, _mm256_set1_ps(2.402264689e-1F));
  y = _mm256_fmadd_ps(y, f, _mm256_set1_ps(6.931472057e-1F));
  y = _mm256_fmadd_ps(y, f, _mm256_set1_ps(1.0F));
  const __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(whole), _mm256_set1_epi32(127));
  return _mm256_mul_ps(y, _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23)));
}

}  // namespace mtl::detail::avx2
#endif
