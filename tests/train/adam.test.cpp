#include <mtl/detail/torch.hpp>

#include <support/catch.hpp>

#include <torch/optim/adam.h>

#include <mtl/train/adam.hpp>

TEST_CASE("Adam takes the steps of libtorch's own, each group at its rate", "[train]") {
  torch::manual_seed(3);
  const auto first = torch::randn({3, 5}), second = torch::randn({7});
  auto a1 = first.clone().requires_grad_(), b1 = second.clone().requires_grad_();
  auto a2 = first.clone().requires_grad_(), b2 = second.clone().requires_grad_();
  mtl::Adam ours({{"a", 1e-2, {{"a", a1}}}, {"b", 1e-1, {{"b", b1}}}});
  torch::optim::Adam slow({a2}, torch::optim::AdamOptions(1e-2)), fast({b2}, torch::optim::AdamOptions(1e-1));
  const auto loss = [](const torch::Tensor& a, const torch::Tensor& b) {
    return (a * a * a).sum() + (b.sin() * 2).sum();
  };
  for (int step = 0; step < 10; ++step) {
    ours.zero_grad();
    loss(a1, b1).backward();
    ours.step();
    slow.zero_grad();
    fast.zero_grad();
    loss(a2, b2).backward();
    slow.step();
    fast.step();
  }
  CHECK(torch::allclose(a1, a2, 1e-6, 1e-7));
  CHECK(torch::allclose(b1, b2, 1e-6, 1e-7));
  CHECK_FALSE(torch::allclose(a1, first, 1e-3, 1e-3));
}

TEST_CASE("a parameter that the loss does not reach stays as it is", "[train]") {
  auto reached = torch::ones({2}).requires_grad_(), other = torch::ones({2}).requires_grad_();
  mtl::Adam adam({{"all", 0.1, {{"reached", reached}, {"other", other}}}});
  adam.zero_grad();
  reached.sum().backward();
  adam.step();
  CHECK(torch::equal(other, torch::ones({2})));
  CHECK_FALSE(torch::equal(reached, torch::ones({2})));
}
