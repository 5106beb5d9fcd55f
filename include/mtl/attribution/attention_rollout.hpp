// In: a classifier and a text. Out: how much of each token's own input reaches [CLS], if attention alone
// mixed the tokens.
#pragma once

#include <mtl/detail/torch.hpp>

#include <span>
#include <string_view>
#include <vector>

#include <mtl/attribution/explained_text.hpp>

namespace mtl {

/// The product over the layers, lowest first, of (mean over heads + I) / 2, whose rows sum to 1.
///
/// attention: of each layer [heads, tokens, tokens]. Returns [tokens, tokens] float64; row i says where token
/// i came from. Source: Abnar and Zuidema, "Quantifying attention flow in transformers" (2020), section 3.
inline torch::Tensor attention_rollout(std::span<const torch::Tensor> attention) {
  require(!attention.empty(), "the rollout of no layers");
  torch::Tensor rolled;
  for (const auto& layer : attention) {
    const auto mean = layer.to(torch::kDouble).mean(0);
    const auto mixed = (mean + torch::eye(mean.size(0), mean.options())) / 2;
    rolled = rolled.defined() ? torch::matmul(mixed, rolled) : mixed;
  }
  return rolled;
}

/// The row of [CLS] in the rollout up to the classifier's layer.
struct AttentionRollout {
  static constexpr std::string_view name = "rollout";
  static constexpr bool is_signed = false;

  std::vector<double> operator()(const ExplainedText& text) const {
    const torch::NoGradGuard no_grad;
    return detail::to_doubles(attention_rollout(trace_of(text).attention)[0]);
  }
};

static_assert(AttributionMethod<AttentionRollout>);

}  // namespace mtl
