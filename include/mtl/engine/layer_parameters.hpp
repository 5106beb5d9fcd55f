// In: the parameters of one encoder layer. Out: what the kernels multiply by: in the engine's number type,
// query, key and value in one matrix; made anew only when a parameter has changed.
#pragma once

#include <mtl/detail/torch.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <mtl/engine/arena.hpp>

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

/// Operands of a layer's products, and its vectors in float32.
struct LayerOperands {
  torch::Tensor qkv, attention, intermediate, output;  ///< [out, in] in the engine's number type
  torch::Tensor qkv_bias;                              ///< [3 * hidden] float32
};

/// A layer's operands, kept until a parameter changes.
class OperandCache {
 public:
  const LayerOperands& of(const LayerParameters& parameters, torch::ScalarType type, Arena& arena) {
    std::array<State, layer_parts> now;
    for (std::size_t i = 0; i < layer_parts; ++i)
      now[i] = {parameters[i].const_data_ptr(), parameters[i]._version()};
    if (now == seen_ && type == type_) return operands_;
    const torch::NoGradGuard no_grad;
    const auto narrow = [&](const torch::Tensor& weight) {
      return type == weight.scalar_type() ? weight.detach() : arena.take(weight.sizes(), type).copy_(weight);
    };
    operands_.attention = narrow(parameters[attention_weight]);
    operands_.intermediate = narrow(parameters[intermediate_weight]);
    operands_.output = narrow(parameters[output_weight]);
    operands_.qkv = joined(parameters, {query_weight, key_weight, value_weight}, type, arena);
    operands_.qkv_bias = joined(parameters, {query_bias, key_bias, value_bias}, torch::kFloat, arena);
    seen_ = now;
    type_ = type;
    return operands_;
  }

 private:
  /// What tells one state of a parameter from another: libtorch counts the writes to a tensor.
  struct State {
    const void* data = nullptr;
    std::int64_t version = 0;
    bool operator==(const State&) const = default;
  };

  /// One below the other. New memory each time: a backward pass may still read the old.
  static torch::Tensor joined(const LayerParameters& parameters, std::array<LayerPart, 3> parts,
                              torch::ScalarType type, Arena& arena) {
    auto sizes = parameters[parts[0]].sizes().vec();
    const auto rows = sizes[0];
    sizes[0] *= 3;
    auto all = arena.take(sizes, type);
    for (std::size_t i = 0; i < parts.size(); ++i)
      all.narrow(0, static_cast<std::int64_t>(i) * rows, rows).copy_(parameters[parts[i]]);
    return all;
  }

  std::array<State, layer_parts> seen_ = {};
  torch::ScalarType type_ = torch::kFloat;
  LayerOperands operands_;
};

}  // namespace mtl
