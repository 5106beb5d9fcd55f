#include <mtl/detail/torch.hpp>

#include <support/catch.hpp>

#include <limits>
#include <vector>

#include <torch/csrc/autograd/autograd.h>

#include <mtl/loss/weighted_sum.hpp>
#include <support/gradients.hpp>

namespace weighted_sum_tests {

using namespace mtl;
using Catch::Matchers::Contains;

std::vector<NamedLoss> two_heads(const torch::Tensor& x, std::int64_t pos_count = 4) {
  return {{"pos", {x[1].square(), pos_count}}, {"main", {x[0].exp(), 2}}};
}

TEST_CASE("weighted sum: λ by name times the mean of each head", "[loss]") {
  const auto loss = weighted_sum(lambda<"main">(1.0), lambda<"pos">(0.5));
  const auto x = torch::tensor({0.0, 3.0}, torch::kDouble);
  CHECK(loss(two_heads(x)).item<double>() == 1.0 / 2 + 0.5 * 9 / 4);
  CHECK(loss.parameters().empty());
}

TEST_CASE("weighted sum: gradients equal finite differences", "[loss]") {
  const AnyLossCombiner loss = weighted_sum(lambda<"main">(0.7), lambda<"pos">(-0.2));
  auto x = torch::tensor({0.3, -1.2}, torch::kDouble).set_requires_grad(true);
  const auto of_x = [&](const torch::Tensor& at) { return loss(two_heads(at)); };
  of_x(x).backward();
  CHECK(x.grad().allclose(tests::numeric_gradient(of_x, x), 1e-6, 1e-8));
}

TEST_CASE("weighted sum: a head without labels, or with λ = 0, adds nothing and passes no gradient",
          "[loss]") {
  auto x =
      torch::tensor({0.3, std::numeric_limits<double>::infinity()}, torch::kDouble).set_requires_grad(true);
  const double main = std::exp(0.3) / 2;
  CHECK(weighted_sum(lambda<"main">(1), lambda<"pos">(1))(two_heads(x, 0)).item<double>() == main);
  weighted_sum(lambda<"main">(1), lambda<"pos">(0))(two_heads(x)).backward();
  CHECK(x.grad()[0].item<double>() == main);
  CHECK(x.grad()[1].item<double>() == 0);
  const std::vector<NamedLoss> none{{"main", {{}, 0}}};
  const auto zero = weighted_sum(lambda<"main">(1))(none);
  CHECK(zero.item<float>() == 0);
  CHECK_FALSE(zero.requires_grad());
}

TEST_CASE("weighted sum: heads and λ that do not match are named, both lists", "[loss]") {
  const auto x = torch::ones({2});
  const WeightedSum few{{{"main", 1}}}, many{{{"main", 1}, {"pos", 1}, {"ner", 1}}};
  CHECK_THROWS_WITH(few(two_heads(x)), Contains("the heads are 'pos', 'main', but λ is given for 'main'"));
  CHECK_THROWS_WITH(many(two_heads(x)), Contains("but λ is given for 'main', 'pos', 'ner'"));
  CHECK_THROWS_WITH((WeightedSum{{{"a", 1}, {"b", 1}, {"a", 2}}}), "head 'a' has two λ");
  CHECK_THROWS_WITH((WeightedSum{{{"a", std::nan("")}}}), Contains("must be a finite number"));
}

}  // namespace weighted_sum_tests
