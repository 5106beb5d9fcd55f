// Rows times packed weights with AVX-512, and the packing.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <mtl/engine/avx512_activation.hpp>
#include <mtl/engine/product_call.hpp>

namespace mtl::detail::avx512 {

/// Rows of a tile of sums: 6 x 64 columns are 24 registers.
inline constexpr std::int64_t tile_rows = 6;

/// What is done to a sum before it is stored; a constant wherever it is an argument.
enum class Finish : std::uint8_t { Nothing, Gelu, Activation };

[[gnu::always_inline]] inline int load_word(const std::byte* from) {
  int word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// What becomes of 16 sums.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void finish_sums(
    NumberType type, Finish finish, const RowProduct& call, std::int64_t row, std::int64_t column,
    __m512 sum) {
  const auto place = row * call.columns + column;
  if (finish == Finish::Nothing) return store(type, call.out, place, sum);
  const auto activation = finish == Finish::Gelu ? Activation::Gelu : call.activation;
  const auto y = activate(type, activation, _mm512_add_ps(sum, _mm512_loadu_ps(call.bias + column)));
  store(type, call.out, place, y.value);
  if (call.derivative) store(type, call.derivative, place, y.derivative);
}

/// Sums of rows row .. row + 5 and one panel. Beyond `last` the last row stands in: it is stored again, as it
/// was.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
multiply_tile(NumberType type, Finish finish, const RowProduct& call, std::int64_t row, std::int64_t last,
              std::int64_t panel) {
  const auto steps = words_of(type, call.depth);
  const auto* const words = static_cast<const std::uint32_t*>(call.packed) + panel * steps * panel_columns;
  const std::byte* left[tile_rows];
  __m512 sum[tile_rows][4];
#pragma GCC unroll 6
  for (int r = 0; r < tile_rows; ++r) {
    const auto* const in = number_at(type, call.in, std::min(row + r, last) * call.depth);
    left[r] = static_cast<const std::byte*>(in);
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) sum[r][v] = _mm512_setzero_ps();
  }
  for (std::int64_t step = 0; step < steps; ++step) {
    __m512i right[4];
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) right[v] = _mm512_loadu_si512(words + step * panel_columns + 16 * v);
#pragma GCC unroll 6
    for (int r = 0; r < tile_rows; ++r) {
      const __m512i word = _mm512_set1_epi32(load_word(left[r] + 4 * step));
#pragma GCC unroll 4
      for (int v = 0; v < 4; ++v) sum[r][v] = multiply_add_words(type, sum[r][v], word, right[v]);
    }
  }
  const auto column = panel * panel_columns,
             vectors = std::min<std::int64_t>(4, (call.columns - column) / 16);
#pragma GCC unroll 6
  for (int r = 0; r < tile_rows; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v)
      if (v < vectors) finish_sums(type, finish, call, std::min(row + r, last), column + 16 * v, sum[r][v]);
}

[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
multiply_rows(NumberType type, Finish finish, const RowProduct& call, std::int64_t begin, std::int64_t end) {
  const auto first = begin * rows_of_block, behind = std::min(end * rows_of_block, call.rows);
  const auto panel_begin = call.panels ? call.first_panel : 0;
  const auto panel_end = call.panels ? call.first_panel + call.panels : weight_panels(call.columns);
  for (auto panel = panel_begin; panel < panel_end; ++panel)
    for (auto row = first; row < behind; row += tile_rows)
      multiply_tile(type, finish, call, row, behind - 1, panel);
}

[[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void multiply(const RowProduct& call,
                                                                                      std::int64_t begin,
                                                                                      std::int64_t end) {
  const auto finish = !call.bias                            ? Finish::Nothing
                      : call.activation == Activation::Gelu ? Finish::Gelu
                                                            : Finish::Activation;
  const bool half = call.type == NumberType::Bfloat16;
  if (half && finish == Finish::Nothing)
    multiply_rows(NumberType::Bfloat16, Finish::Nothing, call, begin, end);
  else if (half && finish == Finish::Gelu)
    multiply_rows(NumberType::Bfloat16, Finish::Gelu, call, begin, end);
  else if (half)
    multiply_rows(NumberType::Bfloat16, Finish::Activation, call, begin, end);
  else if (finish == Finish::Nothing)
    multiply_rows(NumberType::Float32, Finish::Nothing, call, begin, end);
  else
    multiply_rows(NumberType::Float32, Finish::Activation, call, begin, end);
}

/// The words of 16 columns: of one float32 row, or of the bfloat16 rows `row` and `next`.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline __m512i
words_of_columns(NumberType type, const void* row, const void* next) {
  if (type == NumberType::Float32) return _mm512_loadu_si512(row);
  const __m512i low = _mm512_cvtepu16_epi32(_mm256_loadu_si256(static_cast<const __m256i*>(row)));
  const __m512i high = _mm512_cvtepu16_epi32(_mm256_loadu_si256(static_cast<const __m256i*>(next)));
  return _mm512_or_si512(low, _mm512_slli_epi32(high, 16));
}

/// 16 columns of weights [depth, columns].
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
pack_straight(NumberType type, const WeightPacking& call, std::int64_t column, std::uint32_t* to) {
  const auto rows = type == NumberType::Float32 ? 1 : 2;
  for (std::int64_t step = 0; step < words_of(type, call.depth); ++step) {
    const auto place = step * rows * call.columns + column;
    const auto words = words_of_columns(type, number_at(type, call.weights, place),
                                        number_at(type, call.weights, place + (rows - 1) * call.columns));
    _mm512_storeu_si512(to + step * panel_columns, words);
  }
}

/// 16 columns of weights [columns, depth], 16 words of depth at a time.
[[gnu::always_inline, gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void
pack_transposed(NumberType type, const WeightPacking& call, std::int64_t column, std::uint32_t* to) {
  const auto steps = words_of(type, call.depth);
  for (std::int64_t step = 0; step < steps; step += 16) {
    const auto count = std::min<std::int64_t>(16, steps - step);
    const auto mask = static_cast<__mmask16>((1U << count) - 1);
    __m512i word[16];
    for (int i = 0; i < 16; ++i) {
      const auto* const row = number_at(type, call.weights, (column + i) * call.depth);
      word[i] = _mm512_maskz_loadu_epi32(mask, static_cast<const std::byte*>(row) + 4 * step);
    }
    transpose_16(word);
    for (int i = 0; i < count; ++i) _mm512_storeu_si512(to + (step + i) * panel_columns, word[i]);
  }
}

[[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] inline void pack(const WeightPacking& call,
                                                                                  std::int64_t begin,
                                                                                  std::int64_t end) {
  const auto steps = words_of(call.type, call.depth);
  for (auto column = begin * panel_columns; column < end * panel_columns; column += 16) {
    auto* const to = static_cast<std::uint32_t*>(call.packed) +
                     column / panel_columns * steps * panel_columns + column % panel_columns;
    if (column >= call.columns)
      for (std::int64_t step = 0; step < steps; ++step)
        _mm512_storeu_si512(to + step * panel_columns, _mm512_setzero_si512());
    else if (call.transposed)
      pack_transposed(call.type, call, column, to);
    else
      pack_straight(call.type, call, column, to);
  }
}

}  // namespace mtl::detail::avx512
#endif
