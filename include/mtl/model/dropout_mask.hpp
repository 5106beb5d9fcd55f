// In: a key, rows of numbers. Out: the same with some zeroed and the others scaled, from counter-based bits.
// Torch-free. Column c of row r is kept when half c % 2 of word (c % 8) / 2 of Philox(key, r, c / 8) reaches
// the threshold: the bits depend on the address alone, so that threads, padding and order do not matter.
// Philox4x32-7 here: seven rounds are the fewest that pass the tests of BigCrush (Salmon et al., SC 2011).
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <mtl/detail/error.hpp>
#include <mtl/detail/random.hpp>

namespace mtl {

/// Rounds of Philox.
inline constexpr int dropout_rounds = 7;

/// What decides which elements are dropped.
struct DropoutMask {
  std::uint64_t key = 0;        ///< of the site's RandomStream
  std::uint32_t threshold = 0;  ///< an element is dropped when its 16 bits are below; p in units of 2^-16
  float scale = 1;              ///< of the kept elements: 1 / (1 - p)

  /// Throws Error unless 0 <= p < 1.
  static DropoutMask make(std::uint64_t key, double p) {
    require(p >= 0 && p < 1, "dropout: a probability of {} is outside 0 <= p < 1", p);
    return {key, static_cast<std::uint32_t>(std::lround(p * 65536)), static_cast<float>(1 / (1 - p))};
  }

  /// The bits of columns 8 * block .. 8 * block + 7 of `row`.
  constexpr std::array<std::uint32_t, 4> bits(std::uint64_t row, std::uint64_t block) const {
    return philox(key, row, block, dropout_rounds);
  }

  /// Whether `column` of `row` is kept: the definition, one element at a time.
  constexpr bool keeps(std::uint64_t row, std::uint64_t column) const {
    const auto word = bits(row, column / 8)[column % 8 / 2];
    return (column % 2 ? word >> 16 : word & 0xFFFFU) >= threshold;
  }
};

namespace detail {

inline void drop_row_portable(const DropoutMask& mask, std::uint64_t row, const float* in, float* out,
                              std::size_t columns) {
  for (std::size_t first = 0; first < columns; first += 8) {
    const auto words = mask.bits(row, first / 8);
    for (std::size_t i = 0; i < 8 && first + i < columns; ++i) {
      const auto bits = i % 2 ? words[i / 2] >> 16 : words[i / 2] & 0xFFFFU;
      out[first + i] = bits >= mask.threshold ? in[first + i] * mask.scale : 0.0F;
    }
  }
}

#if defined(__x86_64__)
/// Four Philox counters at once, one in each 64-bit lane: only the lower half of a lane counts, and
/// _mm256_mul_epu32 reads nothing else.
struct PhiloxLanes {
  __m256i c0, c1, c2, c3;
};

__attribute__((target("avx2"))) inline void start_lanes(PhiloxLanes& x, std::uint64_t row,
                                                        std::uint64_t block) {
  x.c0 = _mm256_set1_epi64x(static_cast<long long>(row));
  x.c1 = _mm256_srli_epi64(x.c0, 32);
  x.c2 = _mm256_add_epi64(_mm256_set1_epi64x(static_cast<long long>(block)), _mm256_set_epi64x(3, 2, 1, 0));
  x.c3 = _mm256_srli_epi64(x.c2, 32);
}

__attribute__((target("avx2"))) inline void philox_round(PhiloxLanes& x, std::uint32_t k0, std::uint32_t k1) {
  const __m256i p = _mm256_mul_epu32(x.c0, _mm256_set1_epi64x(0xD2511F53));
  const __m256i q = _mm256_mul_epu32(x.c2, _mm256_set1_epi64x(0xCD9E8D57));
  x.c0 = _mm256_xor_si256(_mm256_srli_epi64(q, 32), _mm256_xor_si256(x.c1, _mm256_set1_epi64x(k0)));
  x.c2 = _mm256_xor_si256(_mm256_srli_epi64(p, 32), _mm256_xor_si256(x.c3, _mm256_set1_epi64x(k1)));
  x.c1 = q;
  x.c3 = p;
}

/// The 32 halves of four counters, in the order of their columns.
__attribute__((target("avx2"))) inline void store_halves(const PhiloxLanes& x, __m256i halves[2]) {
  const __m256i low = _mm256_set1_epi64x(0xFFFFFFFF);
  const __m256i first = _mm256_or_si256(_mm256_and_si256(x.c0, low), _mm256_slli_epi64(x.c1, 32));
  const __m256i second = _mm256_or_si256(_mm256_and_si256(x.c2, low), _mm256_slli_epi64(x.c3, 32));
  const __m256i even = _mm256_unpacklo_epi64(first, second), odd = _mm256_unpackhi_epi64(first, second);
  halves[0] = _mm256_permute2x128_si256(even, odd, 0x20);
  halves[1] = _mm256_permute2x128_si256(even, odd, 0x31);
}

/// The 64 halves of columns 8 * block .. 8 * block + 63. Two chains side by side hide the multiplier's
/// latency.
__attribute__((target("avx2"))) inline void philox_halves(std::uint64_t key, std::uint64_t row,
                                                          std::uint64_t block, __m256i halves[4]) {
  PhiloxLanes a, b;
  start_lanes(a, row, block);
  start_lanes(b, row, block + 4);
  auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < dropout_rounds; ++round, k0 += 0x9E3779B9U, k1 += 0xBB67AE85U) {
    philox_round(a, k0, k1);
    philox_round(b, k0, k1);
  }
  store_halves(a, halves);
  store_halves(b, halves + 2);
}

/// 64 columns from 8 * block on.
__attribute__((target("avx2"))) inline void drop_64(const DropoutMask& mask, std::uint64_t row,
                                                    std::uint64_t block, const float* in, float* out) {
  __m256i halves[4];
  philox_halves(mask.key, row, block, halves);
  const __m256i below = _mm256_set1_epi32(static_cast<int>(mask.threshold) - 1);
  const __m256 scale = _mm256_set1_ps(mask.scale);
  for (int i = 0; i < 8; ++i) {
    const __m128i eight =
        i % 2 ? _mm256_extracti128_si256(halves[i / 2], 1) : _mm256_castsi256_si128(halves[i / 2]);
    const __m256i keep = _mm256_cmpgt_epi32(_mm256_cvtepu16_epi32(eight), below);
    const __m256 scaled = _mm256_mul_ps(_mm256_loadu_ps(in + 8 * i), scale);
    _mm256_storeu_ps(out + 8 * i, _mm256_and_ps(scaled, _mm256_castsi256_ps(keep)));
  }
}

__attribute__((target("avx2"))) inline void drop_row_avx2(const DropoutMask& mask, std::uint64_t row,
                                                          const float* in, float* out, std::size_t columns) {
  std::size_t first = 0;
  for (; first + 64 <= columns; first += 64) drop_64(mask, row, first / 8, in + first, out + first);
  if (first == columns) return;
  float rest[64] = {};
  std::memcpy(rest, in + first, (columns - first) * sizeof(float));
  drop_64(mask, row, first / 8, rest, rest);
  std::memcpy(out + first, rest, (columns - first) * sizeof(float));
}
#endif

}  // namespace detail

/// out[c] = in[c] * scale where the mask keeps (row, c), else 0, for c < columns. `in` may be `out`.
/// A non-finite number is dropped like any other.
inline void drop_row(const DropoutMask& mask, std::uint64_t row, const float* in, float* out,
                     std::size_t columns) {
#if defined(__x86_64__)
  static const bool avx2 = __builtin_cpu_supports("avx2");
  if (avx2) return detail::drop_row_avx2(mask, row, in, out, columns);
#endif
  detail::drop_row_portable(mask, row, in, out, columns);
}

}  // namespace mtl
