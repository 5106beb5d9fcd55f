#include <mtl/detail/torch.hpp>

#include <support/catch.hpp>

#include <vector>

#include <torch/csrc/autograd/autograd.h>

#include <mtl/heads/iob2_token_head.hpp>
#include <support/gradients.hpp>

namespace iob2_token_head_tests {

using namespace mtl;
using Catch::Matchers::Contains;

const auto target = mtl::detail::to_tensor({ignored_label, 1, 0, 2, ignored_label});

Taps taps(const torch::Tensor& layer1, const std::optional<RandomStream>& dropout = {}) {
  return {{torch::Tensor(), layer1}, mtl::detail::to_tensor({0, 2, 5}), dropout};
}

TEST_CASE("token head: gradients equal finite differences, with its dropout", "[heads]") {
  IOB2TokenHead<1> head{{.hidden = 4, .labels = 3, .dropout = 0.5}};
  head.to(torch::kDouble);
  auto x = torch::rand({5, 4}, torch::kDouble).set_requires_grad(true);
  const auto loss = [&](const torch::Tensor& at) {
    return head.loss(head.forward(taps(at, RandomStream(2))), target).sum;
  };
  CHECK(tests::wrong_gradients(head, x, loss).empty());
}

TEST_CASE("token head: the loss sums over labelled rows and counts them", "[heads]") {
  const IOB2TokenHead<1> head{{.hidden = 4, .labels = 3}};
  const auto logits = torch::randn({5, 3});
  const auto loss = head.loss(logits, target);
  const auto p = logits.log_softmax(1);
  CHECK(loss.count == 3);
  CHECK(std::abs((loss.sum + p[1][1] + p[2][0] + p[3][2]).item<float>()) < 1e-5F);
  const auto none = head.loss(logits, torch::full({5}, ignored_label));
  CHECK(none.count == 0);
  CHECK(none.sum.item<float>() == 0);
}

TEST_CASE("token head: targets that do not fit are refused", "[heads]") {
  const IOB2TokenHead<1> head{{.hidden = 4, .labels = 3}};
  CHECK_THROWS_WITH(head.loss(torch::zeros({4, 3}), target),
                    Contains("head 'pos': targets of 5 elements for 4 rows"));
  CHECK_THROWS_WITH(head.loss(torch::zeros({1, 3}), mtl::detail::to_tensor({3})),
                    Contains("a target is 3, but there are 3"));
  CHECK_THROWS_WITH(head.loss(torch::zeros({1, 3}), mtl::detail::to_tensor({-1})),
                    Contains("a target is -1"));
}

TEST_CASE("token head: decoding gives the best label of every token, text by text", "[heads]") {
  const IOB2TokenHead<1> head{{.hidden = 4, .labels = 3}};
  const auto logits = torch::one_hot(mtl::detail::to_tensor({0, 1, 2, 0, 1}), 3).to(torch::kFloat);
  const std::vector<std::vector<std::int64_t>> expected{{0, 1}, {2, 0, 1}};
  CHECK(head.decode(logits, taps({})) == expected);
}

TEST_CASE("token head: initial weights are normal 0.02 from seed and name; the bias is zero", "[heads]") {
  const IOB2TokenHead<1> a{{.hidden = 500, .labels = 7}}, b{{.hidden = 500, .labels = 7}};
  const IOB2TokenHead<1> other_seed{{.hidden = 500, .labels = 7, .seed = 2}};
  const IOB2TokenHead<1, "chunk"> other_name{{.hidden = 500, .labels = 7}};
  const auto weight = [](const auto& head) { return head.named_parameters()["linear.weight"]; };
  CHECK(weight(a).equal(weight(b)));
  CHECK_FALSE(weight(a).equal(weight(other_seed)));
  CHECK_FALSE(weight(a).equal(weight(other_name)));
  CHECK(std::abs(weight(a).std().template item<double>() - 0.02) < 0.001);
  CHECK(a.named_parameters()["linear.bias"].eq(0).all().item<bool>());
}

TEST_CASE("token head: options that make no sense are refused", "[heads]") {
  CHECK_THROWS_WITH(IOB2TokenHead<1>({.labels = 6}), Contains("6 labels cannot be IOB2"));
  CHECK_THROWS_WITH(IOB2TokenHead<1>({.dropout = 1}), Contains("a dropout of 1 is outside"));
  CHECK_THROWS_WITH(IOB2TokenHead<>(), Contains("no layer to tap"));
  CHECK_THROWS_WITH(IOB2TokenHead<1>({.layer = 2}), Contains("its type taps layer 1, its options say 2"));
  CHECK(IOB2TokenHead<>({.layer = 2}).layer() == 2);
  const IOB2TokenHead<1> narrow{{.hidden = 4, .labels = 3}};
  CHECK_THROWS_WITH(narrow.forward(taps(torch::zeros({5, 6}))),
                    Contains("reads 4 columns, but the backbone has 6"));
}

}  // namespace iob2_token_head_tests
