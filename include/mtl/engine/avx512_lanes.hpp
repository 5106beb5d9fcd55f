// Sixteen numbers at a time: the few operations of AVX-512 that the kernels are written in.
//
// `type` is a constant wherever it is an argument: the functions are inlined, and its branches disappear.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstdint>
#include <initializer_list>

#include <mtl/engine/number_type.hpp>

namespace mtl::detail::avx512 {

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline __m512 load(
    NumberType type, const void* numbers, std::int64_t i) {
  if (type == NumberType::Float32) return _mm512_loadu_ps(static_cast<const float*>(numbers) + i);
  const auto* const half = reinterpret_cast<const __m256i*>(static_cast<const Bfloat16*>(numbers) + i);
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256(half)), 16));
}

/// The first `count` of 16, the others 0.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline __m512 load_some(
    NumberType type, const void* numbers, std::int64_t i, std::int64_t count) {
  if (count == 16) return load(type, numbers, i);
  const auto mask = static_cast<__mmask16>((1U << count) - 1);
  if (type == NumberType::Float32) return _mm512_maskz_loadu_ps(mask, static_cast<const float*>(numbers) + i);
  const __m256i half = _mm256_maskz_loadu_epi16(mask, static_cast<const Bfloat16*>(numbers) + i);
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16));
}

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void store(
    NumberType type, void* numbers, std::int64_t i, __m512 x) {
  if (type == NumberType::Float32) return _mm512_storeu_ps(static_cast<float*>(numbers) + i, x);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(static_cast<Bfloat16*>(numbers) + i),
                      reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(x)));
}

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void store_some(
    NumberType type, void* numbers, std::int64_t i, __m512 x, std::int64_t count) {
  if (count == 16) return store(type, numbers, i, x);
  const auto mask = static_cast<__mmask16>((1U << count) - 1);
  if (type == NumberType::Float32) return _mm512_mask_storeu_ps(static_cast<float*>(numbers) + i, mask, x);
  _mm256_mask_storeu_epi16(static_cast<Bfloat16*>(numbers) + i, mask,
                           reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(x)));
}

/// Words that `numbers` numbers make.
constexpr std::int64_t words_of(NumberType type, std::int64_t numbers) {
  return type == NumberType::Float32 ? numbers : numbers / 2;
}

/// c + a . b in every lane: a word is one float32, or two bfloat16 whose two products are added.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline __m512
multiply_add_words(NumberType type, __m512 c, __m512i a, __m512i b) {
  if (type == NumberType::Float32) return _mm512_fmadd_ps(_mm512_castsi512_ps(a), _mm512_castsi512_ps(b), c);
  return _mm512_dpbf16_ps(c, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b));
}

/// 2^x. Relative error 1e-7, or 7.5e-5 where the result becomes a bfloat16, whose own is 4e-3. 0 for x far
/// below. Polynomials: minimax of the relative error on [-0.5, 0.5], or on [0, 1].
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline __m512 exp2(
    NumberType type, __m512 x) {
  if (type == NumberType::Bfloat16) {  // one instruction finds the part behind the point, from 0 to 1
    const __m512 f = _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
    __m512 y = _mm512_fmadd_ps(f, _mm512_set1_ps(0.07802452F), _mm512_set1_ps(0.22606716F));
    y = _mm512_fmadd_ps(y, f, _mm512_set1_ps(0.69583354F));
    y = _mm512_fmadd_ps(y, f, _mm512_set1_ps(0.99992522F));
    return _mm512_scalef_ps(y, x);  // which takes the whole part
  }
  const __m512 whole = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const __m512 f = _mm512_sub_ps(x, whole);
  __m512 y = _mm512_fmadd_ps(f, _mm512_set1_ps(1.53458119e-4F), _mm512_set1_ps(1.339993122e-3F));
  y = _mm512_fmadd_ps(y, f, _mm512_set1_ps(9.618488957e-3F));
  y = _mm512_fmadd_ps(y, f, _mm512_set1_ps(5.550328777e-2F));
  y = _mm512_fmadd_ps(y, f, _mm512_set1_ps(2.402264689e-1F));
  y = _mm512_fmadd_ps(y, f, _mm512_set1_ps(6.931472057e-1F));
  y = _mm512_fmadd_ps(y, f, _mm512_set1_ps(1.0F));
  return _mm512_scalef_ps(y, whole);
}

/// log2(x) of normal positive numbers, relative error about 1e-7: by the series of atanh((m - 1) / (m + 1)).
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline __m512 log2(
    __m512 x) {
  const __m512 m = _mm512_getmant_ps(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_src);
  const __m512 exponent = _mm512_getexp_ps(_mm512_div_ps(x, m));
  const __m512 one = _mm512_set1_ps(1), z = _mm512_div_ps(_mm512_sub_ps(m, one), _mm512_add_ps(m, one));
  const __m512 square = _mm512_mul_ps(z, z);
  __m512 y = _mm512_set1_ps(2.8853900818F / 11);
  for (const float odd : {9.0F, 7.0F, 5.0F, 3.0F, 1.0F})
    y = _mm512_fmadd_ps(y, square, _mm512_set1_ps(2.8853900818F / odd));
  return _mm512_fmadd_ps(y, z, exponent);
}

/// Two vectors as 32 bfloat16: `low` in the lower half.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline __m512i
to_bfloat16_32(__m512 low, __m512 high) {
  return reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(high, low));
}

/// The index that makes of 32 halves the pairs (0, 16), (1, 17), ...
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline __m512i
pairing_index() {
  const __m512i low = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  return _mm512_or_si512(low, _mm512_slli_epi32(_mm512_add_epi32(low, _mm512_set1_epi32(16)), 16));
}

/// Transposes 16 x 16 words in place.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void transpose_16(
    __m512i row[16]) {
  __m512i t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(row[i], row[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(row[i], row[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    row[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    row[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    row[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    row[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int i = 0; i < 4; ++i) {
    t[i] = _mm512_shuffle_i32x4(row[i], row[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(row[i], row[i + 4], 0xDD);
    t[i + 8] = _mm512_shuffle_i32x4(row[i + 8], row[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_i32x4(row[i + 8], row[i + 12], 0xDD);
  }
  for (int i = 0; i < 4; ++i) {
    row[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    row[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xDD);
    row[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
    row[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xDD);
  }
}

}  // namespace mtl::detail::avx512
#endif
