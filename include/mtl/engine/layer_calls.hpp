// What the kernels of the rest of an encoder layer are given. Torch-free: raw pointers, the caller owns all.
//
// An item of work is a block of rows_of_block rows; kernels take a range of blocks. Sums over rows are left
// as one partial sum a block, so that they do not depend on how the blocks are shared among threads.
#pragma once

#include <cstdint>

#include <mtl/engine/number_type.hpp>
#include <mtl/model/activation.hpp>
#include <mtl/model/dropout_mask.hpp>

namespace mtl {

/// Rows of one item of work; the last item of a batch may have fewer.
inline constexpr std::int64_t rows_of_block = 64;

/// How many items `rows` make.
constexpr std::int64_t row_blocks(std::int64_t rows) { return (rows + rows_of_block - 1) / rows_of_block; }

/// Arguments of Kernels::activation_forward: out = f(in + bias), in = f'(in + bias).
struct ActivationForward {
  NumberType type = NumberType::Float32;
  Activation activation = Activation::Gelu;
  std::int64_t rows = 0, columns = 0;
  void* in = nullptr;           ///< [rows, columns]; left with the derivative
  const float* bias = nullptr;  ///< [columns]
  void* out = nullptr;          ///< [rows, columns]; may be `in` without `derivative`
  bool derivative = true;       ///< false: `in` keeps what it holds, for a pass without gradients
};

/// Arguments of Kernels::activation_backward: gradient = gradient * derivative.
struct ActivationBackward {
  NumberType type = NumberType::Float32;
  std::int64_t rows = 0, columns = 0;
  const void* derivative = nullptr;  ///< [rows, columns], from the forward pass
  void* gradient = nullptr;          ///< [rows, columns], in place
  float* bias_sums = nullptr;        ///< [row_blocks(rows), columns] of the new gradient, or null
};

/// Arguments of Kernels::norm_forward:
/// z = dropout(in + bias) + wide_residual; normalised = (z - mean) / sd; out = normalised * scale + shift.
/// What is called wide is float32 whatever `type` is: it goes past the products, whose inputs are of `type`.
struct NormForward {
  NumberType type = NumberType::Float32;
  std::int64_t rows = 0, columns = 0;
  const void* in = nullptr;              ///< [rows, columns]
  const float* bias = nullptr;           ///< [columns], or null
  const float* wide_residual = nullptr;  ///< [rows, columns], or null
  const float* scale = nullptr;          ///< [columns]
  const float* shift = nullptr;          ///< [columns]
  float epsilon = 1e-12F;                ///< added to the variance
  void* out = nullptr;                   ///< [rows, columns]; may be `in`
  float* wide_out = nullptr;             ///< the same in float32, or null; may be `wide_residual`
  void* normalised = nullptr;            ///< [rows, columns], or null for a pass without gradients
  float* inverse_sd = nullptr;           ///< [rows], or null
  DropoutMask dropout = {};              ///< its row i is for row i
  /// [rows, mask_words(columns)]: bit c % 32 of word c / 32; written if dropping
  std::uint32_t* kept = nullptr;
};

/// Arguments of Kernels::norm_backward, the gradient of NormForward.
struct NormBackward {
  NumberType type = NumberType::Float32;
  std::int64_t rows = 0, columns = 0;
  /// [rows, columns], of `out` and of `wide_out`: their sum counts, and null is nothing.
  const void* gradient = nullptr;
  const float* wide_gradient = nullptr;
  const float* scale = nullptr;  ///< [columns]
  const void* normalised = nullptr;
  const float* inverse_sd = nullptr;
  DropoutMask dropout = {};
  const std::uint32_t* kept = nullptr;
  float* wide_residual_gradient = nullptr;  ///< [rows, columns], or null; may be `wide_gradient`
  void* in_gradient = nullptr;              ///< [rows, columns], or null; may be `gradient`
  float* scale_sums = nullptr;              ///< [row_blocks(rows), columns] each, or null
  float* shift_sums = nullptr;
  float* bias_sums = nullptr;
};

/// Words of a row of NormForward::kept.
constexpr std::int64_t mask_words(std::int64_t columns) { return (columns + 31) / 32; }

}  // namespace mtl
