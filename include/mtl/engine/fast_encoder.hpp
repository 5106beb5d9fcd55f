// In: hidden states of a ragged batch at one layer. Out: those of the layers above it, by our own kernels and
// backward pass. The fast engine behind BertStack.
#pragma once

#include <mtl/detail/torch.hpp>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <mtl/detail/random.hpp>
#include <mtl/engine/encoder_layer.hpp>
#include <mtl/engine/engine_options.hpp>
#include <mtl/engine/scalar_type.hpp>
#include <mtl/model/bert_config.hpp>

namespace mtl {

/// Runs encoder layers one at a time, from any layer on: whoever has the hidden states of layer k - 1 may go
/// on from there.
class FastEncoder {
 public:
  FastEncoder(const BertConfig& config, NumberType type)
      : config_{config}, type_{type}, operands_(static_cast<std::size_t>(config.layers)) {}

  /// Whether there are kernels for a model of this shape.
  static bool supports(const BertConfig& config) { return attention_supports(config.hidden / config.heads); }

  /// Hidden states [tokens, hidden] as a layer reads them.
  LayerOutput enter(const torch::Tensor& hidden) const {
    const auto past = hidden.to(torch::kFloat).contiguous();
    return {past.to(scalar_type_of(type_)), past};
  }

  /// Layer k (1 .. layers). starts: [texts + 1] int64, contiguous, on the CPU. `bits`: the layer's dropout
  /// stream, absent for none.
  LayerOutput layer(int k, const LayerOutput& below, const LayerParameters& parameters,
                    const torch::Tensor& starts, const std::optional<RandomStream>& bits) {
    LayerTask task;
    task.shape = {.type = type_,
                  .heads = config_.heads,
                  .head_size = config_.hidden / config_.heads,
                  .texts = starts.size(0) - 1,
                  .starts = starts.const_data_ptr<std::int64_t>()};
    task.starts = starts;
    task.intermediate = config_.intermediate;
    task.activation = config_.activation;
    task.epsilon = static_cast<float>(config_.layer_norm_eps);
    const auto mask = [&](std::string_view site, double p) {
      return bits && p > 0 ? DropoutMask::make(bits->named(site).key(), p) : DropoutMask{};
    };
    task.attention_dropout = mask("attention", config_.attention_dropout);
    task.attention_output_dropout = mask("attention_output", config_.hidden_dropout);
    task.output_dropout = mask("output", config_.hidden_dropout);
    task.keeps = layer_learns(below, parameters);
    task.operands = operands_[static_cast<std::size_t>(k - 1)].of(parameters, type_, task.keeps, *arena_);
    task.arena = arena_;
    return encoder_layer(std::move(task), below, parameters);
  }

 private:
  BertConfig config_;
  NumberType type_;
  std::vector<OperandCache> operands_;
  std::shared_ptr<Arena> arena_ = std::make_shared<Arena>();
};

}  // namespace mtl
