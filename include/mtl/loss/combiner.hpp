// In: the losses of the heads, by name. Out: the one scalar that training minimises (LossCombiner).
#pragma once

#include <mtl/detail/torch.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/heads/head.hpp>

namespace mtl {

/// What one head lost on a batch.
struct NamedLoss {
  std::string_view head;
  Loss loss;
};

/// Combines the losses of all heads of a model.
///
/// Beyond the syntax: the result is a scalar, with a gradient where any head was labelled; heads are told
/// apart by name, never by position; parameters() are the combiner's own, to be trained with the heads (none
/// for a fixed weighting), and stay the same tensors for its whole life.
template <class C>
concept LossCombiner = std::copy_constructible<C> &&
    requires(const C& combine, std::span<const NamedLoss> losses) {
  { combine(losses) } -> std::same_as<torch::Tensor>;
  { combine.parameters() } -> std::same_as<std::vector<torch::Tensor>>;
};

/// Any LossCombiner, its type forgotten: what training options hold. Copies share the combiner.
class AnyLossCombiner {
 public:
  /// Not explicit: a combiner is given where options ask for one. The order of the constraints keeps a copy
  /// from asking whether this type is a combiner.
  template <class C>
  requires(!std::same_as<C, AnyLossCombiner> && LossCombiner<C>) AnyLossCombiner(C combiner) {
    const auto shared = std::make_shared<const C>(std::move(combiner));
    combine_ = [shared](std::span<const NamedLoss> losses) { return (*shared)(losses); };
    parameters_ = [shared] { return shared->parameters(); };
  }

  /// One scalar; throws what the combiner throws.
  torch::Tensor operator()(std::span<const NamedLoss> losses) const { return combine_(losses); }
  /// What the combiner itself learns.
  std::vector<torch::Tensor> parameters() const { return parameters_(); }

 private:
  std::function<torch::Tensor(std::span<const NamedLoss>)> combine_;
  std::function<std::vector<torch::Tensor>()> parameters_;
};

static_assert(LossCombiner<AnyLossCombiner>);

}  // namespace mtl
