// The kernels of the rest of a layer in plain C++.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

#include <mtl/detail/random.hpp>
#include <mtl/engine/layer_calls.hpp>
#include <mtl/engine/norm_sums.hpp>

namespace mtl::detail::portable {

/// f(x) and f'(x).
struct Activated {
  float value, derivative;
};

inline Activated activate(Activation activation, float x) {
  if (activation == Activation::Relu) return {x > 0 ? x : 0, x > 0 ? 1.0F : 0.0F};
  if (activation == Activation::Gelu) {
    const float below = 0.5F * std::erfc(-x / std::numbers::sqrt2_v<float>);
    const float density =
        std::exp(-0.5F * x * x) * std::numbers::inv_sqrtpi_v<float> / std::numbers::sqrt2_v<float>;
    return {x * below, below + x * density};
  }
  constexpr float a = std::numbers::sqrt2_v<float> * std::numbers::inv_sqrtpi_v<float>, b = 0.044715F;
  const float t = std::tanh(a * (x + b * x * x * x));
  return {0.5F * x * (1 + t), 0.5F * (1 + t) + 0.5F * x * (1 - t * t) * a * (1 + 3 * b * x * x)};
}

inline void activation_forward(const ActivationForward& call, std::int64_t begin, std::int64_t end) {
  const auto last = std::min(end * rows_of_block, call.rows);
  for (auto row = begin * rows_of_block; row < last; ++row)
    for (std::int64_t column = 0; column < call.columns; ++column) {
      const auto place = row * call.columns + column;
      const auto y = activate(call.activation, load_number(call.type, call.in, place) + call.bias[column]);
      store_number(call.type, call.out, place, y.value);
      if (call.derivative) store_number(call.type, call.in, place, y.derivative);
    }
}

inline void activation_backward(const ActivationBackward& call, std::int64_t begin, std::int64_t end) {
  for (auto block = begin; block < end; ++block) {
    float* const sums = call.bias_sums ? call.bias_sums + block * call.columns : nullptr;
    if (sums) std::fill(sums, sums + call.columns, 0.0F);
    const auto last = std::min((block + 1) * rows_of_block, call.rows);
    for (auto row = block * rows_of_block; row < last; ++row)
      for (std::int64_t column = 0; column < call.columns; ++column) {
        const auto place = row * call.columns + column;
        const float x =
            load_number(call.type, call.gradient, place) * load_number(call.type, call.derivative, place);
        store_number(call.type, call.gradient, place, x);
        if (sums) sums[column] += x;
      }
  }
}

/// Draws the kept columns of a row: bit c % 32 of word c / 32.
inline void draw_columns(const DropoutMask& mask, std::uint64_t row, std::int64_t columns,
                         std::uint32_t* kept) {
  for (std::int64_t word = 0; word < mask_words(columns); ++word) {
    std::uint32_t bits = 0;
    for (unsigned block = 0; block < 4; ++block) {
      const auto drawn = mask.bits(row, static_cast<std::uint64_t>(word) * 4 + block);
      for (unsigned i = 0; i < 8; ++i)
        if ((i % 2 ? drawn[i / 2] >> 16 : drawn[i / 2] & 0xFFFFU) >= mask.threshold)
          bits |= 1U << (block * 8 + i);
    }
    kept[word] = bits;
  }
}

inline bool keeps(const std::uint32_t* kept, std::int64_t column) {
  return kept[column / 32] >> column % 32 & 1;
}

/// z of one row, before normalisation.
inline float sum_of_branches(const NormForward& call, std::int64_t row, std::int64_t column,
                             const std::uint32_t* kept) {
  const auto place = row * call.columns + column;
  float x = load_number(call.type, call.in, place) + (call.bias ? call.bias[column] : 0);
  if (kept) x = keeps(kept, column) ? x * call.dropout.scale : 0;
  return x + (call.wide_residual ? call.wide_residual[place] : 0);
}

inline void norm_forward_row(const NormForward& call, std::int64_t row) {
  std::uint32_t* const kept = call.dropout.threshold ? call.kept + row * mask_words(call.columns) : nullptr;
  if (kept) draw_columns(call.dropout, static_cast<std::uint64_t>(row), call.columns, kept);
  const auto n = static_cast<float>(call.columns);
  float mean = 0, square = 0;
  for (std::int64_t i = 0; i < call.columns; ++i) mean += sum_of_branches(call, row, i, kept) / n;
  for (std::int64_t i = 0; i < call.columns; ++i) {
    const float centred = sum_of_branches(call, row, i, kept) - mean;
    square += centred * centred / n;
  }
  const float inverse_sd = 1 / std::sqrt(square + call.epsilon);
  if (call.inverse_sd) call.inverse_sd[row] = inverse_sd;
  for (std::int64_t i = 0; i < call.columns; ++i) {
    const float x = (sum_of_branches(call, row, i, kept) - mean) * inverse_sd;
    if (call.normalised) store_number(call.type, call.normalised, row * call.columns + i, x);
    const float y = x * call.scale[i] + call.shift[i];
    store_number(call.type, call.out, row * call.columns + i, y);
    if (call.wide_out) call.wide_out[row * call.columns + i] = y;
  }
}

inline void norm_forward(const NormForward& call, std::int64_t begin, std::int64_t end) {
  const auto last = std::min(end * rows_of_block, call.rows);
  for (auto row = begin * rows_of_block; row < last; ++row) norm_forward_row(call, row);
}

/// The gradient of a row of `out`.
inline float gradient_of_out(const NormBackward& call, std::int64_t place) {
  const float narrow = call.gradient ? load_number(call.type, call.gradient, place) : 0;
  return narrow + (call.wide_gradient ? call.wide_gradient[place] : 0);
}

/// One row; adds its part to the block's sums.
inline void norm_backward_row(const NormBackward& call, const NormSums& sums, std::int64_t row) {
  const auto* const kept = call.dropout.threshold ? call.kept + row * mask_words(call.columns) : nullptr;
  const auto n = static_cast<float>(call.columns);
  float mean = 0, slope = 0;
  for (std::int64_t i = 0; i < call.columns; ++i) {
    const auto place = row * call.columns + i;
    const float of_out = gradient_of_out(call, place), x = load_number(call.type, call.normalised, place);
    mean += of_out * call.scale[i] / n;
    slope += of_out * call.scale[i] * x / n;
    if (sums.scale) sums.scale[i] += of_out * x;
    if (sums.shift) sums.shift[i] += of_out;
  }
  for (std::int64_t i = 0; i < call.columns; ++i) {
    const auto place = row * call.columns + i;
    const float x = load_number(call.type, call.normalised, place);
    const float z = call.inverse_sd[row] * (gradient_of_out(call, place) * call.scale[i] - mean - slope * x);
    const float of_in = !kept ? z : keeps(kept, i) ? z * call.dropout.scale : 0;
    if (sums.bias) sums.bias[i] += of_in;
    if (call.wide_residual_gradient) call.wide_residual_gradient[place] = z;
    if (call.in_gradient) store_number(call.type, call.in_gradient, place, of_in);
  }
}

inline void norm_backward(const NormBackward& call, std::int64_t begin, std::int64_t end) {
  for (auto block = begin; block < end; ++block) {
    const NormSums sums(call, block);
    const auto last = std::min((block + 1) * rows_of_block, call.rows);
    for (auto row = block * rows_of_block; row < last; ++row) norm_backward_row(call, sums, row);
  }
}

}  // namespace mtl::detail::portable
