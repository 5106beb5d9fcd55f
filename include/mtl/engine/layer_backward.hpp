// In: the gradient of an encoder layer's output, and what its forward pass kept. Out: the gradients of its
// input and of those parameters that learn. Nothing is computed for the others.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <array>

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

/// gradient^T x in float32. gradient: [tokens, out]; x: [tokens, in].
inline torch::Tensor weight_gradient(const LayerTask& task, const torch::Tensor& gradient,
                                     const torch::Tensor& x) {
  const auto out = gradient.size(1), in = x.size(1);
  const auto* const products = task.operands.products;
  if (!products || !product_supports(in, out)) {
    auto product = task.arena->take({out, in}, task.type());
    at::mm_out(product, gradient.t(), x);
    return product.to(torch::kFloat, /*non_blocking=*/false, /*copy=*/true);
  }
  auto sums = torch::empty({out, in}, torch::kFloat);
  const WeightGradient call{.type = task.shape.type,
                            .rows = task.tokens(),
                            .out_columns = out,
                            .in_columns = in,
                            .gradient = pointer<void>(gradient),
                            .in = pointer<void>(x),
                            .out = pointer<float>(sums)};
  const auto grain =
      std::clamp<std::int64_t>(call.items() / at::get_num_threads(), 1, products->gradient_items);
  share_items(call.items(), grain, [&](std::int64_t begin, std::int64_t end) {
    const auto bytes = static_cast<std::int64_t>(products->gradient_workspace());
    const auto workspace = task.arena->take({bytes}, torch::kByte);
    products->weight_gradient(call, begin, end, workspace.mutable_data_ptr());
  });
  return sums;
}

/// The backward pass of one normalisation: the gradients that leave it, of the residual and of what was
/// dropped and added to it, and the partial sums of those of its vectors.
struct NormPass {
  torch::Tensor residual, in;
  std::array<LayerPart, 3> parts;  ///< scale, shift, bias
  std::array<torch::Tensor, 3> sums;

  void finish(LayerGradients& out) const {
    for (std::size_t i = 0; i < parts.size(); ++i)
      if (sums[i].defined()) out.parameter[parts[i]] = summed(sums[i]);
  }
};

inline NormPass norm_backward(RowStages& stages, const LayerTask& task, const torch::Tensor& gradient,
                              const torch::Tensor& past, bool last, const LayerActivations& kept,
                              const LayerParameters& parameters, const WantedGradients& wanted) {
  NormPass to{.residual = task.arena->take({task.tokens(), task.hidden()}, torch::kFloat),
              .in = task.rows(task.hidden()),
              .parts = last ? std::array{output_scale, output_shift, output_bias}
                            : std::array{attention_scale, attention_shift, attention_bias},
              .sums = {}};
  for (std::size_t i = 0; i < to.parts.size(); ++i)
    if (wanted.parameter[to.parts[i]])
      to.sums[i] = task.arena->take({row_blocks(task.tokens()), task.hidden()}, torch::kFloat);
  stages.add(
      kernels().norm_backward,
      NormBackward{.type = task.shape.type,
                   .rows = task.tokens(),
                   .columns = task.hidden(),
                   .gradient = pointer<void>(gradient),
                   .wide_gradient = pointer<float>(past),
                   .scale = floats(parameters[to.parts[0]]),
                   .normalised = pointer<void>(last ? kept.output_normalised : kept.attended_normalised),
                   .inverse_sd = pointer<float>(last ? kept.output_inverse_sd : kept.attended_inverse_sd),
                   .dropout = last ? task.output_dropout : task.attention_output_dropout,
                   .kept = pointer<std::uint32_t>(last ? kept.output_kept : kept.attended_kept),
                   .wide_residual_gradient = pointer<float>(to.residual),
                   .in_gradient = pointer<void>(to.in),
                   .scale_sums = pointer<float>(to.sums[0]),
                   .shift_sums = pointer<float>(to.sums[1]),
                   .bias_sums = pointer<float>(to.sums[2])});
  return to;
}

/// The gradient of what the attention gathered, [tokens, hidden], and of what went past it, in float32.
struct RowGradients {
  torch::Tensor gathered, past;
};

/// From the gradient of the layer's output through both normalisations and the feed-forward layer.
inline RowGradients rows_backward(const LayerTask& task, const torch::Tensor& gradient,
                                  const torch::Tensor& past, const LayerActivations& kept,
                                  const LayerParameters& parameters, const WantedGradients& wanted,
                                  LayerGradients& out) {
  RowStages stages(task);
  const auto output = norm_backward(stages, task, gradient, past, true, kept, parameters, wanted);
  const auto wide = task.rows(task.intermediate), attended = task.rows(task.hidden()),
             gathered = task.rows(task.hidden());
  stages.backward(output.in, task.operands.output, wide);
  const bool bias = wanted.parameter[intermediate_bias];
  const auto sums = bias ? task.arena->take({row_blocks(task.tokens()), task.intermediate}, torch::kFloat)
                         : torch::Tensor();
  stages.add(kernels().activation_backward, ActivationBackward{.type = task.shape.type,
                                                               .rows = task.tokens(),
                                                               .columns = task.intermediate,
                                                               .derivative = pointer<void>(kept.derivative),
                                                               .gradient = pointer<void>(wide),
                                                               .bias_sums = pointer<float>(sums)});
  stages.backward(wide, task.operands.intermediate, attended);
  const auto attention =
      norm_backward(stages, task, attended, output.residual, false, kept, parameters, wanted);
  stages.backward(attention.in, task.operands.attention, gathered);
  stages.run();
  output.finish(out);
  attention.finish(out);
  if (bias) out.parameter[intermediate_bias] = summed(sums);
  const auto weight = [&](LayerPart part, const torch::Tensor& of, const torch::Tensor& x) {
    if (wanted.parameter[part]) out.parameter[part] = weight_gradient(task, of, x);
  };
  weight(output_weight, output.in, kept.wide);
  weight(intermediate_weight, wide, kept.attended);
  weight(attention_weight, attention.in, kept.gathered);
  return {gathered, attention.residual};
}

/// From the gradient of what the attention gathered to that of queries, keys and values.
inline torch::Tensor attention_backward(const LayerTask& task, const torch::Tensor& gathered,
                                        const LayerActivations& kept, const WantedGradients& wanted,
                                        LayerGradients& out) {
  auto qkv = task.rows(3 * task.hidden());
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
  const auto rows = detail::rows_backward(task, gradient, past, kept, parameters, wanted, out);
  const auto qkv = detail::attention_backward(task, rows.gathered, kept, wanted, out);
  if (!wanted.input) return out;
  out.input = task.rows(task.hidden());
  RowStages stages(task);
  stages.backward(qkv, task.operands.qkv, out.input);
  stages.run();
  out.past = rows.past;
  return out;
}

}  // namespace mtl
