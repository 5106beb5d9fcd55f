// What one pass through one encoder layer is told, beside the numbers that go through it.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstdint>
#include <memory>

#include <mtl/detail/share_items.hpp>
#include <mtl/engine/arena.hpp>
#include <mtl/engine/kernels.hpp>
#include <mtl/engine/layer_parameters.hpp>
#include <mtl/engine/scalar_type.hpp>
#include <mtl/engine/sum_rows.hpp>

namespace mtl {

/// One pass through one layer. Held by the graph until the backward pass is over.
struct LayerTask {
  AttentionShape shape;
  torch::Tensor starts;  ///< whose memory shape.starts is
  std::int64_t intermediate = 0;
  Activation activation = Activation::Gelu;
  float epsilon = 1e-12F;
  DropoutMask attention_dropout, attention_output_dropout, output_dropout;  ///< threshold 0: none
  LayerOperands operands;
  std::shared_ptr<Arena> arena;
  bool keeps = false;  ///< what the backward pass needs is kept

  std::int64_t tokens() const { return shape.tokens(); }
  std::int64_t hidden() const { return shape.hidden(); }

  torch::ScalarType type() const { return scalar_type_of(shape.type); }

  /// Memory for [tokens, columns] in the engine's number type.
  torch::Tensor rows(std::int64_t columns) const { return arena->take({tokens(), columns}, type()); }

  torch::Tensor floats(std::int64_t count) const { return arena->take({count}, torch::kFloat); }
};

namespace detail {

template <class Number>
Number* pointer(const torch::Tensor& tensor) {
  return tensor.defined() ? static_cast<Number*>(tensor.mutable_data_ptr()) : nullptr;
}

inline const float* floats(const torch::Tensor& tensor) { return tensor.const_data_ptr<float>(); }

/// Runs an attention kernel, a head of a text at a time.
template <class Call>
void run_attention(void (*kernel)(const Call&, std::int64_t, std::int64_t, void*), const Call& call,
                   Arena& arena) {
  const auto bytes = static_cast<std::int64_t>(kernels().attention_workspace(call.shape));
  share_items(call.shape.items(), 1, [&](std::int64_t begin, std::int64_t end) {
    const auto workspace = arena.take({bytes}, torch::kByte);
    kernel(call, begin, end, workspace.mutable_data_ptr());
  });
}

/// The columns' sums of partial sums [parts, columns].
inline torch::Tensor summed(const torch::Tensor& parts) {
  auto sums = torch::empty({parts.size(1)}, torch::kFloat);
  sum_rows(floats(parts), parts.size(0), parts.size(1), sums.mutable_data_ptr<float>());
  return sums;
}

}  // namespace detail

}  // namespace mtl
