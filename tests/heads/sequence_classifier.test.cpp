#include <mtl/detail/torch.hpp>

#include <support/catch.hpp>

#include <torch/csrc/autograd/autograd.h>

#include <mtl/heads/sequence_classifier.hpp>
#include <support/gradients.hpp>

namespace sequence_classifier_tests {

using namespace mtl;

const auto target = mtl::detail::to_tensor({2, ignored_label, 0});

Taps taps(const torch::Tensor& layer, const std::optional<RandomStream>& dropout = {}) {
  return {{layer}, mtl::detail::to_tensor({0, 2, 3, 6}), dropout};
}

TEST_CASE("classifier: gradients equal finite differences, with dropout", "[heads]") {
  SequenceClassifier<0> head{{.hidden = 4, .labels = 3, .dropout = 0.3}};
  head.to(torch::kDouble);
  auto x = torch::rand({6, 4}, torch::kDouble).set_requires_grad(true);
  const auto loss = [&](const torch::Tensor& at) {
    return head.loss(head.forward(taps(at, RandomStream(4))), target).sum;
  };
  CHECK(tests::wrong_gradients(head, x, loss).empty());
}

TEST_CASE("classifier: logits come from the first row of each text alone", "[heads]") {
  SequenceClassifier<0> head{{.hidden = 4, .labels = 3}};
  auto x = torch::rand({6, 4});
  const auto before = head.forward(taps(x));
  CHECK(before.sizes() == torch::IntArrayRef({3, 3}));
  for (const int row : {1, 4, 5}) x[row].zero_();
  CHECK(head.forward(taps(x)).equal(before));
  x[3].zero_();
  CHECK(head.forward(taps(x))[2].equal(torch::zeros({3})));  // the bias is zero at first
}

TEST_CASE("classifier: the paper's head has no dropout", "[heads]") {
  SequenceClassifier<0> head{{.hidden = 4}};
  const auto x = torch::rand({6, 4});
  CHECK(head.forward(taps(x, RandomStream(1))).equal(head.forward(taps(x))));
}

TEST_CASE("classifier: a prediction holds the class and every probability", "[heads]") {
  SequenceClassifier<0> head{{.hidden = 4, .labels = 2}};
  const auto logits = torch::tensor({0.F, 0.F, -1.F, 1.F, 800.F, -800.F}).view({3, 2});
  const auto texts = head.decode(logits, taps({}));
  REQUIRE(texts.size() == 3);
  CHECK(texts[0].probabilities == std::vector<float>{0.5F, 0.5F});
  CHECK(texts[1].label == 1);
  CHECK(std::abs(texts[1].probabilities[1] - 0.880797F) < 1e-6F);  // 1 / (1 + e^-2)
  CHECK(texts[2].probabilities == std::vector<float>{1, 0});
}

}  // namespace sequence_classifier_tests
