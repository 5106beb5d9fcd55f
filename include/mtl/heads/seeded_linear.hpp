// In: rows of a backbone's width. Out: logits. The linear layer that every head ends with.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include <mtl/detail/error.hpp>
#include <mtl/model/random_weights.hpp>

namespace mtl {

/// x W^T + b with W [labels, hidden] drawn from the normal distribution (0, 0.02) and b = 0, from the seed
/// and the name of the head alone: the same whatever other heads a model has.
class SeededLinear : public torch::nn::Module {
 public:
  /// Throws Error unless `hidden` and `labels` are 1 or more.
  SeededLinear(std::string_view head, std::int64_t hidden, std::int64_t labels, std::uint64_t seed)
      : head_{head} {
    require(hidden > 0 && labels > 0, "head '{}': {} inputs and {} labels; both must be at least 1", head,
            hidden, labels);
    weight = register_parameter("weight", torch::empty({labels, hidden}));
    bias = register_parameter("bias", torch::zeros({labels}));
    fill_normal(weight, 0.02, RandomStream(seed).named("head").named(head));
  }

  /// x: [rows, hidden]. Throws Error when the backbone has another width.
  torch::Tensor forward(const torch::Tensor& x) const {
    require(x.size(-1) == weight.size(1), "head '{}' reads {} columns, but the backbone has {}", head_,
            weight.size(1), x.size(-1));
    return at::linear(x, weight, bias);
  }

  torch::Tensor weight, bias;

 private:
  std::string head_;
};

}  // namespace mtl
