// In: the parameters of one encoder layer. Out: what the kernels multiply by: in the engine's number type,
// query, key and value in one matrix, packed where our kernels multiply; made anew when a parameter or the
// kernels have changed, and once more when a backward pass is asked for that was not before.
#pragma once

#include <mtl/detail/torch.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <mtl/detail/share_items.hpp>
#include <mtl/engine/arena.hpp>
#include <mtl/engine/kernels.hpp>
#include <mtl/engine/scalar_type.hpp>

namespace mtl {

/// The places of a layer's parameters in LayerParameters, in the order of Hugging Face's names.
enum LayerPart : std::size_t {
  query_weight,
  query_bias,
  key_weight,
  key_bias,
  value_weight,
  value_bias,
  attention_weight,
  attention_bias,
  attention_scale,
  attention_shift,
  intermediate_weight,
  intermediate_bias,
  output_weight,
  output_bias,
  output_scale,
  output_shift,
  layer_parts
};

/// The parameters of an encoder layer, as the module has them: float32, [out, in] or [out].
using LayerParameters = std::array<torch::Tensor, layer_parts>;

/// One weight [out, in] of a layer, as its products read it.
struct Operand {
  std::int64_t out = 0, in = 0;
  torch::Tensor plain;              ///< [out, in] in the engine's number type; undefined where packed
  torch::Tensor forward, backward;  ///< packed for x W^T and for gradient W
};

/// Operands of a layer's products, and its vectors in float32.
struct LayerOperands {
  Operand qkv, attention, intermediate, output;
  torch::Tensor qkv_bias;                    ///< [3 * hidden] float32
  const ProductKernels* products = nullptr;  ///< which they are packed for, or null: libtorch multiplies
};

/// A layer's operands, kept until a parameter changes. A write that libtorch does not count, through a
/// pointer, is not seen: whoever does that calls bump_version().
class OperandCache {
 public:
  /// `backward`: with what a backward pass multiplies by.
  const LayerOperands& of(const LayerParameters& parameters, NumberType type, bool backward, Arena& arena) {
    std::array<State, layer_parts> now;
    for (std::size_t i = 0; i < layer_parts; ++i)
      now[i] = {parameters[i].const_data_ptr(), parameters[i]._version()};
    const bool same = now == seen_ && type == type_ && products_ == kernels().products;
    if (same && (backward_ || !backward)) return operands_;
    seen_ = now;
    type_ = type;
    products_ = kernels().products;
    backward_ = backward;
    const torch::NoGradGuard no_grad;
    const auto one = [&](LayerPart part) { return operand(narrow(parameters[part], arena), arena); };
    operands_ = {
        .qkv = operand(joined(parameters, {query_weight, key_weight, value_weight}, type, arena), arena),
        .attention = one(attention_weight),
        .intermediate = one(intermediate_weight),
        .output = one(output_weight),
        .qkv_bias = joined(parameters, {query_bias, key_bias, value_bias}, NumberType::Float32, arena),
        .products = products_};
    return operands_;
  }

 private:
  /// What tells one state of a parameter from another: libtorch counts the writes to a tensor.
  struct State {
    const void* data = nullptr;
    std::int64_t version = 0;
    bool operator==(const State&) const = default;
  };

  torch::Tensor narrow(const torch::Tensor& weight, Arena& arena) const {
    const auto type = scalar_type_of(type_);
    return type == weight.scalar_type() ? weight.detach().contiguous()
                                        : arena.take(weight.sizes(), type).copy_(weight);
  }

  Operand operand(const torch::Tensor& weight, Arena& arena) const {
    Operand made{.out = weight.size(0), .in = weight.size(1), .plain = {}, .forward = {}, .backward = {}};
    if (products_ && product_supports(made.in, made.out)) {
      made.forward = packed(weight, made.in, made.out, true, arena);
      if (backward_) made.backward = packed(weight, made.out, made.in, false, arena);
    } else {
      made.plain = weight;
    }
    return made;
  }

  torch::Tensor packed(const torch::Tensor& weight, std::int64_t depth, std::int64_t columns, bool transposed,
                       Arena& arena) const {
    auto to = arena.take({packed_numbers(depth, columns)}, scalar_type_of(type_));
    const WeightPacking call{.type = type_,
                             .depth = depth,
                             .columns = columns,
                             .weights = weight.const_data_ptr(),
                             .transposed = transposed,
                             .packed = to.mutable_data_ptr()};
    share_items(weight_panels(columns), 1,
                [&](std::int64_t begin, std::int64_t end) { products_->pack(call, begin, end); });
    return to;
  }

  /// One below the other. New memory each time: a backward pass may still read the old.
  static torch::Tensor joined(const LayerParameters& parameters, std::array<LayerPart, 3> parts,
                              NumberType type, Arena& arena) {
    auto sizes = parameters[parts[0]].sizes().vec();
    const auto rows = sizes[0];
    sizes[0] *= 3;
    auto all = arena.take(sizes, scalar_type_of(type));
    for (std::size_t i = 0; i < parts.size(); ++i)
      all.narrow(0, static_cast<std::int64_t>(i) * rows, rows).copy_(parameters[parts[i]]);
    return all;
  }

  std::array<State, layer_parts> seen_ = {};
  NumberType type_ = NumberType::Float32;
  const ProductKernels* products_ = nullptr;
  bool backward_ = false;
  LayerOperands operands_;
};

}  // namespace mtl
