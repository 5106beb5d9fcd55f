// In: the output of one encoder layer, [tokens, hidden]. Out: that of the next, and what its backward pass
// needs. The function of BertLayer::forward, with the same dropout bits.
#pragma once

#include <mtl/detail/torch.hpp>

#include <mtl/engine/row_stages.hpp>

namespace mtl {

/// What the forward pass leaves for the backward pass. Where a gradient is not asked for, what only it needs
/// is undefined.
struct LayerActivations {
  torch::Tensor input;                             ///< of the layer
  torch::Tensor qkv, gathered, log_sum_exp, kept;  ///< of the attention
  /// Of the two normalisations: their normalised rows, 1 / sd, and the bits of the dropout before them.
  torch::Tensor attended_normalised, attended_inverse_sd, attended_kept;
  torch::Tensor output_normalised, output_inverse_sd, output_kept;
  torch::Tensor attended;    ///< the output of the first normalisation
  torch::Tensor derivative;  ///< of the activation; without a backward pass the memory of `wide`
  torch::Tensor wide;        ///< the output of the activation
};

namespace detail {

inline torch::Tensor attend(const LayerTask& task, const torch::Tensor& x, LayerActivations& kept) {
  kept.qkv = task.rows(3 * task.hidden());
  RowStages stages(task);
  stages.forward(x, task.operands.qkv, kept.qkv);
  stages.run();
  kept.gathered = task.rows(task.hidden());
  kept.log_sum_exp = task.floats(task.shape.heads * task.tokens());
  if (task.attention_dropout.threshold)
    kept.kept = task.arena->take({attention_bits(task.shape)}, torch::kShort);
  run_attention(kernels().attention_forward,
                AttentionForward{.shape = task.shape,
                                 .qkv = pointer<void>(kept.qkv),
                                 .bias = floats(task.operands.qkv_bias),
                                 .out = pointer<void>(kept.gathered),
                                 .log_sum_exp = pointer<float>(kept.log_sum_exp),
                                 .kept = pointer<std::uint16_t>(kept.kept),
                                 .dropout = task.attention_dropout},
                *task.arena);
  return kept.gathered;
}

/// dropout(in + bias) + residual, normalised; in both types. `in` is overwritten with the result; so is
/// `wide`, which may be the residual, and need not be there where the engine's number type is float32.
inline void add_and_normalise(RowStages& stages, const LayerTask& task, const torch::Tensor& in,
                              const torch::Tensor& residual, const torch::Tensor& wide,
                              const LayerParameters& parameters, bool last, LayerActivations& kept) {
  auto& normalised = last ? kept.output_normalised : kept.attended_normalised;
  auto& inverse_sd = last ? kept.output_inverse_sd : kept.attended_inverse_sd;
  auto& bits = last ? kept.output_kept : kept.attended_kept;
  const auto& dropout = last ? task.output_dropout : task.attention_output_dropout;
  if (task.keeps) {
    normalised = task.rows(task.hidden());
    inverse_sd = task.floats(task.tokens());
  }
  if (dropout.threshold) bits = task.arena->take({task.tokens(), mask_words(task.hidden())}, torch::kInt);
  stages.add(kernels().norm_forward,
             NormForward{.type = task.shape.type,
                         .rows = task.tokens(),
                         .columns = task.hidden(),
                         .in = pointer<void>(in),
                         .bias = floats(parameters[last ? output_bias : attention_bias]),
                         .wide_residual = pointer<float>(residual),
                         .scale = floats(parameters[last ? output_scale : attention_scale]),
                         .shift = floats(parameters[last ? output_shift : attention_shift]),
                         .epsilon = task.epsilon,
                         .out = pointer<void>(in),
                         .wide_out = pointer<float>(wide),
                         .normalised = pointer<void>(normalised),
                         .inverse_sd = pointer<float>(inverse_sd),
                         .dropout = dropout,
                         .kept = pointer<std::uint32_t>(bits)});
}

inline torch::Tensor feed_forward(RowStages& stages, const LayerTask& task, const torch::Tensor& attended,
                                  const LayerParameters& parameters, LayerActivations& kept) {
  kept.derivative = task.rows(task.intermediate);
  kept.wide = task.keeps ? task.rows(task.intermediate) : kept.derivative;  // in place: no derivative
  stages.activated(attended, task.operands.intermediate, kept.derivative,
                   {.type = task.shape.type,
                    .activation = task.activation,
                    .rows = task.tokens(),
                    .columns = task.intermediate,
                    .in = pointer<void>(kept.derivative),
                    .bias = floats(parameters[intermediate_bias]),
                    .out = pointer<void>(kept.wide),
                    .derivative = task.keeps});
  auto out = task.rows(task.hidden());
  stages.forward(kept.wide, task.operands.output, out);
  return out;
}

}  // namespace detail

/// The layer's output: `rows` in the engine's number type for the products of the next layer, `past` in
/// float32 for what goes past them; one memory where the types are the same.
struct LayerOutput {
  torch::Tensor rows, past;
};

/// x: [tokens, hidden], in both types. `kept` is filled where task.keeps; the parameters' vectors are read as
/// float32.
inline LayerOutput layer_forward(const LayerTask& task, const LayerOutput& x,
                                 const LayerParameters& parameters, LayerActivations& kept) {
  const bool narrow = task.type() != torch::kFloat;
  kept.input = x.rows;
  detail::attend(task, x.rows, kept);
  kept.attended = task.rows(task.hidden());
  const auto wide =
      narrow ? task.arena->take({task.tokens(), task.hidden()}, torch::kFloat) : torch::Tensor();
  RowStages stages(task);
  stages.forward(kept.gathered, task.operands.attention, kept.attended);
  detail::add_and_normalise(stages, task, kept.attended, x.past, wide, parameters, false, kept);
  const auto out = detail::feed_forward(stages, task, kept.attended, parameters, kept);
  detail::add_and_normalise(stages, task, out, narrow ? wide : kept.attended, wide, parameters, true, kept);
  stages.run();
  return {out, narrow ? wide : out};
}

}  // namespace mtl
