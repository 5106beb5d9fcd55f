// In: the losses of the heads, and a weight λ for each by name. Out: the sum of λ times each head's mean
// loss. Source: the paper's L_all = λ_main L_main + λ_sub L_sub (section 3.4).
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/heads/distinct_names.hpp>
#include <mtl/loss/combiner.hpp>

namespace mtl {

/// λ of one head.
struct HeadWeight {
  std::string head;
  double weight = 1;
};

/// Σ λ · sum / count over the heads.
///
/// A head without labels in the batch contributes nothing, and one with λ = 0 is not differentiated at all:
/// what it shares with other heads learns as if it were absent. With nothing to add the result is a zero
/// without a gradient. Throws Error when two λ have one name, when one is not finite, and, on use, when heads
/// and λ do not match one to one.
class WeightedSum {
 public:
  /// Throws Error when two λ have one name, or one is not finite.
  explicit WeightedSum(std::vector<HeadWeight> weights) : weights_{std::move(weights)} {
    for (const auto& [head, weight] : weights_)
      require(std::isfinite(weight), "λ of head '{}' is {}; it must be a finite number", head, weight);
    auto sorted = weights_;
    std::ranges::sort(sorted, {}, &HeadWeight::head);
    const auto twice = std::ranges::adjacent_find(sorted, {}, &HeadWeight::head);
    require(twice == sorted.end(), "head '{}' has two λ", twice == sorted.end() ? "" : twice->head);
  }

  /// One scalar of the losses' type. Throws Error when heads and λ do not match one to one.
  torch::Tensor operator()(std::span<const NamedLoss> losses) const {
    torch::Tensor total;
    std::size_t matched = 0;
    for (const auto& [head, loss] : losses) {
      const auto found = std::ranges::find(weights_, head, &HeadWeight::head);
      if (found == weights_.end()) refuse(losses);
      ++matched;
      if (loss.count == 0 || found->weight == 0) continue;
      const auto term = loss.sum * (found->weight / static_cast<double>(loss.count));
      total = total.defined() ? total + term : term;
    }
    if (matched != weights_.size()) refuse(losses);
    return total.defined() ? total : zero_like(losses);
  }

  /// None: every λ is fixed.
  std::vector<torch::Tensor> parameters() const { return {}; }

  const std::vector<HeadWeight>& weights() const { return weights_; }

 private:
  [[noreturn]] void refuse(std::span<const NamedLoss> losses) const {
    std::string heads, names;
    for (const auto& loss : losses) heads += fmt::format("{}'{}'", heads.empty() ? "" : ", ", loss.head);
    for (const auto& weight : weights_)
      names += fmt::format("{}'{}'", names.empty() ? "" : ", ", weight.head);
    throw Error(fmt::format("weighted sum: the heads are {}, but λ is given for {}; give one λ to each head",
                            heads.empty() ? "none" : heads, names.empty() ? "none" : names));
  }

  static torch::Tensor zero_like(std::span<const NamedLoss> losses) {
    for (const auto& [head, loss] : losses)
      if (loss.sum.defined()) return torch::zeros({}, loss.sum.options().requires_grad(false));
    return torch::zeros({}, torch::kFloat);
  }

  std::vector<HeadWeight> weights_;
};

/// λ of the head `Name`; see lambda().
template <fixed_string Name>
struct Lambda {
  double value;
};

/// λ of a head, by name: lambda<"main">(1.0).
template <fixed_string Name>
constexpr Lambda<Name> lambda(double value) {
  return {value};
}

/// The weighted sum of the named heads: weighted_sum(lambda<"main">(1.0), lambda<"pos">(0.5)).
template <fixed_string... Names>
WeightedSum weighted_sum(Lambda<Names>... weights) {
  static_assert(distinct_names(std::array<std::string_view, sizeof...(Names)>{Names...}),
                "weighted_sum: two λ are given for one head");
  return WeightedSum{{HeadWeight{std::string(std::string_view(Names)), weights.value}...}};
}

static_assert(LossCombiner<WeightedSum>);

}  // namespace mtl
