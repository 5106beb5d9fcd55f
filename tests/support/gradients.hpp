// In: a scalar function of a tensor of doubles. Out: its gradient by central differences.
#pragma once

#include <mtl/detail/torch.hpp>

#include <functional>

namespace mtl::tests {

/// [f(x + h e) - f(x - h e)] / 2h in every element; the error is of the order of h^2 = 1e-10.
inline torch::Tensor numeric_gradient(const std::function<torch::Tensor(const torch::Tensor&)>& f,
                                      const torch::Tensor& x) {
  const torch::NoGradGuard no_grad;
  constexpr double h = 1e-5;
  auto point = x.detach().clone();
  auto gradient = torch::empty_like(point);
  auto flat = point.view(-1), out = gradient.view(-1);
  for (std::int64_t i = 0; i < flat.size(0); ++i) {
    const double middle = flat[i].item<double>();
    flat[i] = middle + h;
    const double above = f(point).item<double>();
    flat[i] = middle - h;
    const double below = f(point).item<double>();
    flat[i] = middle;
    out[i] = (above - below) / (2 * h);
  }
  return gradient;
}

}  // namespace mtl::tests
