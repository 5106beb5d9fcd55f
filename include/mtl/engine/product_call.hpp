// What the kernels of a layer's products with weights are given. Torch-free: raw pointers, the caller owns
// all.
//
// A matrix is read in words: one float32, or the two bfloat16 of neighbouring rows or columns that one
// instruction multiplies. Weights are packed once, into panels that a product reads from front to back.
#pragma once

#include <cstddef>
#include <cstdint>

#include <mtl/engine/layer_calls.hpp>
#include <mtl/engine/number_type.hpp>

namespace mtl {

/// Columns of a panel of packed weights; the last one is filled up with zeros.
inline constexpr std::int64_t panel_columns = 64;

constexpr std::int64_t weight_panels(std::int64_t columns) {
  return (columns + panel_columns - 1) / panel_columns;
}

/// Whether the kernels multiply by weights of this shape.
constexpr bool product_supports(std::int64_t depth, std::int64_t columns) {
  return depth > 0 && columns > 0 && depth % 16 == 0 && columns % 16 == 0;
}

/// How many numbers packed weights have.
constexpr std::int64_t packed_numbers(std::int64_t depth, std::int64_t columns) {
  return depth * weight_panels(columns) * panel_columns;
}

/// Arguments of ProductKernels::pack: the right operand [depth, columns] of a product.
struct WeightPacking {
  NumberType type = NumberType::Float32;
  std::int64_t depth = 0, columns = 0;
  const void* weights = nullptr;
  bool transposed = false;  ///< `weights` is [columns, depth], else [depth, columns]
  void* packed = nullptr;   ///< [panels][words of depth][panel_columns]
};

/// Arguments of ProductKernels::multiply: out = in weights, or f(in weights + bias).
struct RowProduct {
  NumberType type = NumberType::Float32;
  std::int64_t rows = 0, depth = 0, columns = 0;
  const void* in = nullptr;      ///< [rows, depth]
  const void* packed = nullptr;  ///< [depth, columns], by ProductKernels::pack
  void* out = nullptr;           ///< [rows, columns]
  const float* bias = nullptr;   ///< [columns], or null: neither bias nor activation
  Activation activation = Activation::Gelu;
  void* derivative = nullptr;  ///< [rows, columns], f'(in weights + bias), or null
  /// The panels whose columns are computed; with `panels` 0, all.
  std::int64_t first_panel = 0, panels = 0;
};

/// Columns of one item of a weight's gradient, on its longer side.
inline constexpr std::int64_t gradient_columns = 48;

/// Arguments of ProductKernels::weight_gradient: out = gradient^T in, summed in blocks of rows, in order.
struct WeightGradient {
  NumberType type = NumberType::Float32;
  std::int64_t rows = 0, out_columns = 0, in_columns = 0;
  const void* gradient = nullptr;  ///< [rows, out_columns]
  const void* in = nullptr;        ///< [rows, in_columns]
  float* out = nullptr;            ///< [out_columns, in_columns]

  /// The longer side lies across the registers.
  bool gradient_across() const { return out_columns > in_columns; }
  std::int64_t across() const { return gradient_across() ? out_columns : in_columns; }
  std::int64_t along() const { return gradient_across() ? in_columns : out_columns; }
  std::int64_t items() const { return (across() + gradient_columns - 1) / gradient_columns; }
};

/// A layer's products with weights. As with the other kernels: items begin .. end - 1, the same bytes for
/// every split. Shapes: product_supports().
struct ProductKernels {
  /// Items: weight_panels(columns).
  void (*pack)(const WeightPacking& call, std::int64_t begin, std::int64_t end) = nullptr;
  /// Items: row_blocks(rows).
  void (*multiply)(const RowProduct& call, std::int64_t begin, std::int64_t end) = nullptr;
  /// Bytes that one thread needs as `workspace`, aligned to 64, and items that are best taken at a time.
  std::size_t (*gradient_workspace)() = nullptr;
  std::int64_t gradient_items = 1;
  /// Items: call.items().
  void (*weight_gradient)(const WeightGradient& call, std::int64_t begin, std::int64_t end,
                          void* workspace) = nullptr;
};

}  // namespace mtl
