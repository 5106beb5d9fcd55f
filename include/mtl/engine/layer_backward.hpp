// In: the gradient of an encoder layer's output, and what its forward pass kept. Out: the gradients of its
// input and of those parameters that learn. Nothing is computed for the others.
#pragma once

#include <mtl/detail/torch.hpp>

#include <array>

#include <ATen/ops/mm.h>

#include <mtl/engine/layer_forward.hpp>

namespace mtl {

/// Which gradients are wanted.
struct WantedGradients {
  bool input = false;
  std::array<bool, layer_parts> parameter = {};

  bool any(std::initializer_list<LayerPart> parts) const {
    for (const auto part : parts)
      if (parameter[part]) return true;
    return false;
  }
};

/// The gradients of a layer; undefined where they were not wanted.
struct LayerGradients {
  /// The gradient of the input is the sum of the two: what came through the products, in the engine's number
  /// type, and what came past them, in float32. The layer below adds them while it reads them.
  torch::Tensor input, past;
  LayerParameters parameter;
};

namespace detail {

/// gradient^T x in float32, where it is wanted. gradient: [tokens, out]; x: [tokens, in].
inline torch::Tensor weight_gradient(const LayerTask& task, const torch::Tensor& gradient,
                                     const torch::Tensor& x) {
  auto product = task.arena->take({gradient.size(1), x.size(1)}, task.type());
  at::mm_out(product, gradient.t(), x);
  return product.to(torch::kFloat, /*non_blocking=*/false, /*copy=*/true);
}

/// The two gradients that leave a normalisation: of the residual, and of what was dropped and added to it.
struct NormGradients {
  torch::Tensor residual, in;
};

inline NormGradients norm_backward(const LayerTask& task, const torch::Tensor& gradient,
                                   const torch::Tensor& past, bool last, const LayerActivations& kept,
                                   const LayerParameters& parameters, const WantedGradients& wanted,
                                   LayerGradients& out) {
  const auto scale = last ? output_scale : attention_scale, shift = last ? output_shift : attention_shift,
             bias = last ? output_bias : attention_bias;
  const auto sums = [&](LayerPart part) {
    return wanted.parameter[part]
               ? task.arena->take({row_blocks(task.tokens()), task.hidden()}, torch::kFloat)
               : torch::Tensor();
  };
  const auto scale_sums = sums(scale), shift_sums = sums(shift), bias_sums = sums(bias);
  const auto& dropout = last ? task.output_dropout : task.attention_output_dropout;
  NormGradients to{.residual = task.arena->take({task.tokens(), task.hidden()}, torch::kFloat),
                   .in = task.rows(task.hidden())};
  run_rows(
      kernels().norm_backward,
      NormBackward{.type = task.shape.type,
                   .rows = task.tokens(),
                   .columns = task.hidden(),
                   .gradient = pointer<void>(gradient),
                   .wide_gradient = pointer<float>(past),
                   .scale = floats(parameters[scale]),
                   .normalised = pointer<void>(last ? kept.output_normalised : kept.attended_normalised),
                   .inverse_sd = pointer<float>(last ? kept.output_inverse_sd : kept.attended_inverse_sd),
                   .dropout = dropout,
                   .kept = pointer<std::uint32_t>(last ? kept.output_kept : kept.attended_kept),
                   .wide_residual_gradient = pointer<float>(to.residual),
                   .in_gradient = pointer<void>(to.in),
                   .scale_sums = pointer<float>(scale_sums),
                   .shift_sums = pointer<float>(shift_sums),
                   .bias_sums = pointer<float>(bias_sums)});
  if (scale_sums.defined()) out.parameter[scale] = summed(scale_sums);
  if (shift_sums.defined()) out.parameter[shift] = summed(shift_sums);
  if (bias_sums.defined()) out.parameter[bias] = summed(bias_sums);
  return to;
}

/// From the gradient of the output layer's product to that of the first normalisation's output.
inline torch::Tensor feed_forward_backward(const LayerTask& task, const torch::Tensor& gradient,
                                           const LayerActivations& kept, const WantedGradients& wanted,
                                           LayerGradients& out) {
  if (wanted.parameter[output_weight])
    out.parameter[output_weight] = weight_gradient(task, gradient, kept.wide);
  auto wide = task.rows(task.intermediate);
  at::mm_out(wide, gradient, task.operands.output);
  const bool bias = wanted.parameter[intermediate_bias];
  const auto sums = bias ? task.arena->take({row_blocks(task.tokens()), task.intermediate}, torch::kFloat)
                         : torch::Tensor();
  run_rows(kernels().activation_backward, ActivationBackward{.type = task.shape.type,
                                                             .rows = task.tokens(),
                                                             .columns = task.intermediate,
                                                             .derivative = pointer<void>(kept.derivative),
                                                             .gradient = pointer<void>(wide),
                                                             .bias_sums = pointer<float>(sums)});
  if (bias) out.parameter[intermediate_bias] = summed(sums);
  if (wanted.parameter[intermediate_weight])
    out.parameter[intermediate_weight] = weight_gradient(task, wide, kept.attended);
  auto attended = task.rows(task.hidden());
  at::mm_out(attended, wide, task.operands.intermediate);
  return attended;
}

/// From the gradient of the attention's product to that of queries, keys and values.
inline torch::Tensor attention_backward(const LayerTask& task, const torch::Tensor& gradient,
                                        const LayerActivations& kept, const WantedGradients& wanted,
                                        LayerGradients& out) {
  if (wanted.parameter[attention_weight])
    out.parameter[attention_weight] = weight_gradient(task, gradient, kept.gathered);
  auto gathered = task.rows(task.hidden()), qkv = task.rows(3 * task.hidden());
  at::mm_out(gathered, gradient, task.operands.attention);
  const bool biases = wanted.any({query_bias, key_bias, value_bias});
  const auto sums =
      biases ? task.arena->take({task.shape.texts, 3 * task.hidden()}, torch::kFloat) : torch::Tensor();
  run_attention(kernels().attention_backward,
                AttentionBackward{.shape = task.shape,
                                  .qkv = pointer<void>(kept.qkv),
                                  .out = pointer<void>(kept.gathered),
                                  .log_sum_exp = pointer<float>(kept.log_sum_exp),
                                  .kept = pointer<std::uint16_t>(kept.kept),
                                  .dropout = task.attention_dropout,
                                  .out_gradient = pointer<void>(gathered),
                                  .qkv_gradient = pointer<void>(qkv),
                                  .bias_sums = pointer<float>(sums)},
                *task.arena);
  constexpr std::array weights{query_weight, key_weight, value_weight};
  constexpr std::array bias_parts{query_bias, key_bias, value_bias};
  const auto bias = biases ? summed(sums) : torch::Tensor();
  const auto weight = wanted.any({query_weight, key_weight, value_weight})
                          ? weight_gradient(task, qkv, kept.input)
                          : torch::Tensor();
  for (std::size_t i = 0; i < 3; ++i) {
    const auto part = [&](const torch::Tensor& all) {
      return all.narrow(0, static_cast<std::int64_t>(i) * task.hidden(), task.hidden());
    };
    if (wanted.parameter[bias_parts[i]]) out.parameter[bias_parts[i]] = part(bias);
    if (wanted.parameter[weights[i]]) out.parameter[weights[i]] = part(weight);
  }
  return qkv;
}

}  // namespace detail

/// The gradient of the layer's output is the sum of `gradient`, [tokens, hidden] in the engine's number type,
/// and `past`, in float32; both contiguous; either may be undefined.
inline LayerGradients layer_backward(const LayerTask& task, const torch::Tensor& gradient,
                                     const torch::Tensor& past, const LayerActivations& kept,
                                     const LayerParameters& parameters, const WantedGradients& wanted) {
  LayerGradients out;
  const auto output = detail::norm_backward(task, gradient, past, true, kept, parameters, wanted, out);
  const auto attended = detail::feed_forward_backward(task, output.in, kept, wanted, out);
  const auto attention =
      detail::norm_backward(task, attended, output.residual, false, kept, parameters, wanted, out);
  const auto qkv = detail::attention_backward(task, attention.in, kept, wanted, out);
  if (!wanted.input) return out;
  out.input = task.rows(task.hidden());
  at::mm_out(out.input, qkv, task.operands.qkv);
  out.past = attention.residual;
  return out;
}

}  // namespace mtl
