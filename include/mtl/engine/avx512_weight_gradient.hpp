// The gradient of a layer's weights, gradient^T in, with AVX-512.
//
// Tokens are the summed side. A block of them is packed into words of two tokens, the longer of the two
// matrices in panels across the registers, the other in groups whose words are broadcast; the sums wait in
// the workspace from block to block.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <mtl/engine/avx512_row_product.hpp>
#include <mtl/engine/workspace_parts.hpp>

namespace mtl::detail::avx512 {

inline constexpr std::int64_t gradient_steps = 128;  ///< words of tokens of a block
/// Words of 8 broadcast columns; a line more than the steps, as equal distances of 4096 bytes would meet in
/// one set of the cache.
inline constexpr std::int64_t broadcast_tile = gradient_steps * 8 + 16;
inline constexpr std::int64_t gradient_group = 384;  ///< columns of the broadcast side at a time
inline constexpr std::int64_t gradient_panels = 4;   ///< panels that share a packed group

/// One matrix of the two, [rows, columns].
struct GradientOperand {
  const void* numbers;
  std::int64_t rows, columns;
};

/// What stands in the workspace.
struct GradientParts {
  std::uint32_t* across;     ///< [panels][steps][48]
  std::uint32_t* broadcast;  ///< [tiles][steps][8]
  float* sums;               ///< [panels][columns of the group][48]

  static GradientParts of(WorkspaceParts& parts) {
    auto* const across = parts.take<std::uint32_t>(gradient_panels * gradient_steps * gradient_columns);
    auto* const broadcast = parts.take<std::uint32_t>(gradient_group / 8 * broadcast_tile);
    return {across, broadcast, parts.take<float>(gradient_panels * gradient_group * gradient_columns)};
  }
};

inline std::size_t gradient_workspace() {
  WorkspaceParts parts(nullptr);
  GradientParts::of(parts);
  return parts.used();
}

/// Where words of tokens go: `Across` as [panels][steps][48], `Broadcast` as [tiles][steps][8].
enum class TokenLayout : std::uint8_t { Across, Broadcast };

/// Stores 16 columns' words of a step; `vector` counts the columns in sixteens.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void store_words(
    TokenLayout layout, std::uint32_t* to, std::int64_t vector, std::int64_t step, __m512i words) {
  if (layout == TokenLayout::Across) {
    const auto panel = vector / 3, v = vector % 3;
    return _mm512_storeu_si512(to + (panel * gradient_steps + step) * gradient_columns + 16 * v, words);
  }
  auto* const low = to + 2 * vector * broadcast_tile + step * 8;
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(low), _mm512_castsi512_si256(words));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(low + broadcast_tile), _mm512_extracti64x4_epi64(words, 1));
}

/// The words of 32 columns, or of the first 16 of them, and all steps: of single float32 rows, or of pairs of
/// bfloat16 rows. The partner of an odd last row is 0.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
pack_32_columns(NumberType type, TokenLayout layout, const GradientOperand& from, std::int64_t row,
                std::int64_t steps, std::int64_t column, bool both, std::uint32_t* to, std::int64_t vector) {
  const auto rows = type == NumberType::Float32 ? 1 : 2;
  const auto line = from.columns * static_cast<std::int64_t>(bytes_of(type));
  const auto* at = static_cast<const std::byte*>(number_at(type, from.numbers, row * from.columns + column));
  const __m512i of_low = _mm512_add_epi16(pairing_index(), _mm512_slli_epi32(_mm512_set1_epi32(16), 16));
  const __m512i of_high = _mm512_add_epi16(of_low, _mm512_set1_epi16(16));
  const __mmask32 mask = both ? 0xFFFFFFFFU : 0xFFFFU;
  for (std::int64_t step = 0; step < steps; ++step, at += rows * line) {
    __m512i low, high;
    if (type == NumberType::Float32) {
      low = _mm512_loadu_si512(at);
      high = both ? _mm512_loadu_si512(at + 64) : low;
    } else {
      const __mmask32 paired = row + 2 * step + 1 < from.rows ? mask : 0;
      const __m512i first = _mm512_maskz_loadu_epi16(mask, at);
      const __m512i second = _mm512_maskz_loadu_epi16(paired, at + line);
      low = _mm512_permutex2var_epi16(first, of_low, second);
      high = _mm512_permutex2var_epi16(first, of_high, second);
    }
    store_words(layout, to, vector, step, low);
    if (both) store_words(layout, to, vector + 1, step, high);
  }
}

/// Columns column .. column + count - 1 of a block of tokens.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void pack_tokens(
    NumberType type, TokenLayout layout, const GradientOperand& from, std::int64_t row, std::int64_t steps,
    std::int64_t column, std::int64_t count, std::uint32_t* to) {
  for (std::int64_t c = 0; c < count; c += 32)
    pack_32_columns(type, layout, from, row, steps, column + c, count - c > 16, to, c / 16);
}

/// sums[8][48] += the tile's words times the panel's, summed on their own first: one chain of all tokens
/// would round more. Columns of the panel beyond the matrix are what the workspace holds; nobody reads their
/// sums.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
add_gradient_tile(NumberType type, const std::uint32_t* broadcast, const std::uint32_t* across,
                  std::int64_t steps, float* sums) {
  __m512 sum[8][3];
#pragma GCC unroll 8
  for (int r = 0; r < 8; ++r)
#pragma GCC unroll 3
    for (int v = 0; v < 3; ++v) sum[r][v] = _mm512_setzero_ps();
  for (std::int64_t step = 0; step < steps; ++step) {
    __m512i right[3];
#pragma GCC unroll 3
    for (int v = 0; v < 3; ++v) right[v] = _mm512_loadu_si512(across + step * gradient_columns + 16 * v);
#pragma GCC unroll 8
    for (int r = 0; r < 8; ++r) {
      const __m512i left = _mm512_set1_epi32(static_cast<int>(broadcast[step * 8 + r]));
#pragma GCC unroll 3
      for (int v = 0; v < 3; ++v) sum[r][v] = multiply_add_words(type, sum[r][v], left, right[v]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < 8; ++r)
#pragma GCC unroll 3
    for (int v = 0; v < 3; ++v) {
      float* const to = sums + r * gradient_columns + 16 * v;
      _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(to), sum[r][v]));
    }
}

/// Sums [count][48] of a panel to their place in the gradient, turned where the gradient lies across.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
store_gradient(const WeightGradient& call, const float* sums, std::int64_t along, std::int64_t count,
               std::int64_t across) {
  const auto vectors = std::min(gradient_columns, call.across() - across) / 16;
  for (std::int64_t c = 0; c < count; c += 16)
    for (std::int64_t v = 0; v < vectors; ++v) {
      __m512i tile[16];
      for (int i = 0; i < 16; ++i) tile[i] = _mm512_loadu_si512(sums + (c + i) * gradient_columns + 16 * v);
      if (call.gradient_across()) transpose_16(tile);
      auto row = along + c, column = across + 16 * v;
      if (call.gradient_across()) std::swap(row, column);
      for (int i = 0; i < 16; ++i)
        _mm512_storeu_si512(call.out + (row + i) * call.in_columns + column, tile[i]);
    }
}

/// Panels begin .. end - 1, at most gradient_panels, times columns along .. along + count - 1.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
gradient_of_panels(NumberType type, const WeightGradient& call, std::int64_t begin, std::int64_t end,
                   std::int64_t along, std::int64_t count, const GradientParts& parts) {
  GradientOperand left{call.gradient, call.rows, call.out_columns},
      right{call.in, call.rows, call.in_columns};
  if (call.gradient_across()) std::swap(left, right);
  std::fill_n(parts.sums, (end - begin) * gradient_group * gradient_columns, 0.0F);
  const std::int64_t rows_of_step = type == NumberType::Float32 ? 1 : 2,
                     block = gradient_steps * rows_of_step;
  for (std::int64_t row = 0; row < call.rows; row += block) {
    const auto steps = (std::min(block, call.rows - row) + rows_of_step - 1) / rows_of_step;
    pack_tokens(type, TokenLayout::Broadcast, left, row, steps, along, count, parts.broadcast);
    pack_tokens(type, TokenLayout::Across, right, row, steps, begin * gradient_columns,
                std::min(end * gradient_columns, right.columns) - begin * gradient_columns, parts.across);
    for (auto panel = begin; panel < end; ++panel) {
      auto* const sums = parts.sums + (panel - begin) * gradient_group * gradient_columns;
      const auto* const across = parts.across + (panel - begin) * gradient_steps * gradient_columns;
      for (std::int64_t c = 0; c < count; c += 8)
        add_gradient_tile(type, parts.broadcast + c / 8 * broadcast_tile, across, steps,
                          sums + c * gradient_columns);
    }
  }
  for (auto panel = begin; panel < end; ++panel)
    store_gradient(call, parts.sums + (panel - begin) * gradient_group * gradient_columns, along, count,
                   panel * gradient_columns);
}

[[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void weight_gradient(
    const WeightGradient& call, std::int64_t begin, std::int64_t end, void* workspace) {
  WorkspaceParts all(workspace);
  const auto parts = GradientParts::of(all);
  for (auto panel = begin; panel < end; panel += gradient_panels)
    for (std::int64_t along = 0; along < call.along(); along += gradient_group) {
      const auto behind = std::min(end, panel + gradient_panels);
      const auto count = std::min(gradient_group, call.along() - along);
      if (call.type == NumberType::Bfloat16)
        gradient_of_panels(NumberType::Bfloat16, call, panel, behind, along, count, parts);
      else
        gradient_of_panels(NumberType::Float32, call, panel, behind, along, count, parts);
    }
}

}  // namespace mtl::detail::avx512
#endif
