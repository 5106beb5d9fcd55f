// In: parameter groups with gradients. Out: the same parameters, one step of Adam further.
#pragma once

#include <mtl/detail/torch.hpp>

#include <vector>

#include <ATen/ops/_fused_adam.h>

#include <mtl/train/parameter_groups.hpp>

namespace mtl {

/// The constants of Adam; the paper names none, so they are the usual ones of its source.
struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
};

/// Adam without weight decay, warm-up or schedule, on libtorch's fused kernel: one pass over each tensor.
/// Source: Kingma and Ba, "Adam: a method for stochastic optimization" (ICLR 2015), algorithm 1.
class Adam {
 public:
  /// Moments begin at zero, [the parameter's shape] and on its device; takes as much memory again, twice.
  explicit Adam(const std::vector<ParameterGroup>& groups, const AdamOptions& options = {})
      : options_{options} {
    for (const auto& group : groups) {
      State state{.rate = group.rate};
      for (const auto& parameter : group.parameters) {
        state.parameters.push_back(parameter.value);
        state.mean.push_back(torch::zeros_like(parameter.value));
        state.square.push_back(torch::zeros_like(parameter.value));
        state.steps.push_back(torch::zeros({}, parameter.value.options().dtype(torch::kFloat)));
      }
      states_.push_back(std::move(state));
    }
  }

  /// Forgets the gradients of the last step.
  void zero_grad() {
    for (auto& state : states_)
      for (auto& parameter : state.parameters) parameter.mutable_grad().reset();
  }

  /// Applies the gradients. A parameter that the loss did not reach keeps its value and its moments.
  void step() {
    const torch::NoGradGuard no_grad;
    for (auto& state : states_) {
      State reached{.rate = state.rate};
      std::vector<torch::Tensor> gradients;
      for (std::size_t i = 0; i < state.parameters.size(); ++i) {
        if (!state.parameters[i].grad().defined()) continue;
        reached.parameters.push_back(state.parameters[i]);
        reached.mean.push_back(state.mean[i]);
        reached.square.push_back(state.square[i]);
        reached.steps.push_back(state.steps[i].add_(1));
        gradients.push_back(state.parameters[i].grad().contiguous());
      }
      if (gradients.empty()) continue;
      at::_fused_adam_(reached.parameters, gradients, reached.mean, reached.square, /*max_exp_avg_sqs=*/{},
                       reached.steps, state.rate, options_.beta1, options_.beta2, /*weight_decay=*/0,
                       options_.epsilon, /*amsgrad=*/false, /*maximize=*/false);
      // The fused kernel does not count as a write, and the fast engine's copies of the weights go by that.
      for (const auto& parameter : reached.parameters) parameter.unsafeGetTensorImpl()->bump_version();
    }
  }

 private:
  struct State {
    double rate = 0;
    std::vector<torch::Tensor> parameters{}, mean{}, square{}, steps{};
  };

  AdamOptions options_;
  std::vector<State> states_;
};

}  // namespace mtl
