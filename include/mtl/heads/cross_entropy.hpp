// In: logits and target classes. Out: the summed cross entropy and how many rows were labelled.
#pragma once

#include <mtl/detail/torch.hpp>

#include <string_view>

#include <torch/nn/functional/loss.h>

#include <mtl/data/dataset.hpp>
#include <mtl/detail/error.hpp>
#include <mtl/heads/head.hpp>

namespace mtl {

/// Σ -log softmax(logits)[target] over the rows whose target is not ignored_label, in float32 or better.
///
/// logits: [rows, labels]. target: [rows] int64, each ignored_label or in 0 .. labels - 1; anything else
/// throws Error that names the head.
inline Loss summed_cross_entropy(std::string_view head, const torch::Tensor& logits,
                                 const torch::Tensor& target) {
  namespace F = torch::nn::functional;
  require(target.dim() == 1 && target.size(0) == logits.size(0) && target.scalar_type() == torch::kInt64,
          "head '{}': targets of {} elements for {} rows of logits; one int64 label a row is needed", head,
          target.numel(), logits.size(0));
  const auto labelled = target.ne(ignored_label);
  const auto count = labelled.sum().item<std::int64_t>();
  if (count == 0) return {torch::zeros({}, logits.options().requires_grad(false)), 0};
  const auto wrong = labelled.logical_and(target.lt(0).logical_or(target.ge(logits.size(1))));
  if (wrong.any().item<bool>())
    throw Error(fmt::format("head '{}': a target is {}, but there are {} labels", head,
                            target.masked_select(wrong)[0].item<std::int64_t>(), logits.size(1)));
  const auto options = F::CrossEntropyFuncOptions().ignore_index(ignored_label).reduction(torch::kSum);
  const bool small = logits.scalar_type() == torch::kHalf || logits.scalar_type() == torch::kBFloat16;
  return {F::cross_entropy(small ? logits.to(torch::kFloat) : logits, target.to(logits.device()), options),
          count};
}

}  // namespace mtl
