// In: a scalar function of a tensor of doubles. Out: its gradient by central differences.
#pragma once

#include <mtl/detail/torch.hpp>

#include <functional>
#include <string>
#include <vector>

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

/// Names of what has another gradient than central differences give: "x", or a parameter of the module.
/// `f` is a scalar function of x by the module; everything is in doubles.
inline std::vector<std::string> wrong_gradients(torch::nn::Module& module, const torch::Tensor& x,
                                                const std::function<torch::Tensor(const torch::Tensor&)>& f) {
  std::vector<std::string> wrong;
  const auto agrees = [](const torch::Tensor& a, const torch::Tensor& b) {
    return a.defined() && a.allclose(b, 1e-6, 1e-8);
  };
  f(x).backward();
  if (!agrees(x.grad(), numeric_gradient(f, x))) wrong.push_back("x");
  for (auto& item : module.named_parameters()) {
    auto parameter = item.value();
    const auto gradient = parameter.grad().clone(), values = parameter.detach().clone();
    const auto of_parameter = [&](const torch::Tensor& at) {
      parameter.set_data(at);
      return f(x);
    };
    if (!agrees(gradient, numeric_gradient(of_parameter, values))) wrong.push_back(item.key());
    parameter.set_data(values);
  }
  return wrong;
}

}  // namespace mtl::tests
