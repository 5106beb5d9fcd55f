// In: a classifier and a text. Out: attention, counted only where more of it would speak for the class.
#pragma once

#include <mtl/detail/torch.hpp>

#include <span>
#include <string_view>
#include <vector>

#include <torch/csrc/autograd/autograd.h>

#include <mtl/attribution/explained_text.hpp>

namespace mtl {

/// R = I, then for every layer, lowest first, R += mean over heads of max(0, gradient * attention) R.
///
/// attention, gradient: of each layer [heads, tokens, tokens]. Returns [tokens, tokens] float64. Source:
/// Chefer, Gur and Wolf, "Generic attention-model explainability" (2021), equations 5 and 6.
inline torch::Tensor gradient_weighted_relevance(std::span<const torch::Tensor> attention,
                                                 std::span<const torch::Tensor> gradient) {
  require(!attention.empty() && attention.size() == gradient.size(),
          "{} layers of attention and {} of gradients", attention.size(), gradient.size());
  auto relevance = torch::eye(attention.front().size(1), torch::kDouble).to(attention.front().device());
  for (std::size_t k = 0; k < attention.size(); ++k) {
    const auto weighted = (attention[k].detach() * gradient[k]).to(torch::kDouble).relu().mean(0);
    relevance = relevance + torch::matmul(weighted, relevance);
  }
  return relevance;
}

/// The row of [CLS], without the 1 that it begins with.
struct GradientWeightedAttention {
  static constexpr std::string_view name = "gradient";
  static constexpr bool is_signed = false;

  std::vector<double> operator()(const ExplainedText& text) const {
    const torch::AutoGradMode record(true);
    const auto words = text.backbone.word_embeddings(text.ids).detach().requires_grad_(true);
    const auto trace = trace_of(text, words);
    const auto gradient = torch::autograd::grad({traced_log_odds(text, trace)}, trace.attention);
    auto row = gradient_weighted_relevance(trace.attention, gradient)[0].clone();
    row[0] -= 1;
    return detail::to_doubles(row);
  }
};

static_assert(AttributionMethod<GradientWeightedAttention>);

}  // namespace mtl
