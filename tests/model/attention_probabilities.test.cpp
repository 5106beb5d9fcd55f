#include <mtl/detail/torch.hpp>

#include <support/catch.hpp>

#include <cmath>
#include <vector>

#include <mtl/model/attention_probabilities.hpp>
#include <mtl/model/bert_backbone.hpp>
#include <mtl/model/ragged_attention.hpp>

namespace attention_probabilities_tests {

using namespace mtl;
using Catch::Matchers::Contains;

TEST_CASE("attention probabilities of two tokens, by hand", "[model]") {
  // One head of one column: the scores are the products of query and key.
  const auto qkv = torch::tensor({{1.0, 2.0, 0.0}, {-1.0, 3.0, 0.0}, {5.0, 5.0, 0.0}}, torch::kDouble);
  const auto texts = attention_probabilities(qkv, 1, mtl::detail::to_tensor({0, 2, 3}));
  REQUIRE(texts.size() == 2);
  REQUIRE(texts[0].sizes() == torch::IntArrayRef({1, 2, 2}));
  CHECK(std::abs(texts[0][0][0][0].item<double>() - 1 / (1 + std::exp(1.0))) < 1e-12);  // scores 2 and 3
  CHECK(std::abs(texts[0][0][1][1].item<double>() - 1 / (1 + std::exp(1.0))) < 1e-12);  // scores -2 and -3
  CHECK(texts[1][0][0][0].item<double>() == 1);
}

TEST_CASE("attention probabilities gather what attention gathers", "[model]") {
  const std::vector<std::int64_t> begins{0, 7, 8, 20};
  const auto starts = mtl::detail::to_tensor(begins);
  const std::int64_t heads = 3, hidden = 12;
  const auto qkv = torch::randn({20, 3 * hidden});
  const auto gathered =
      ragged_attention(qkv, heads, make_ragged_layout(starts, 20, heads, torch::kCPU), 0, std::nullopt);
  const auto texts = attention_probabilities(qkv, heads, starts);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto value = qkv.slice(0, begins[i], begins[i + 1]).slice(1, 2 * hidden).view({-1, heads, 4});
    const auto expected =
        torch::matmul(texts[i], value.transpose(0, 1)).transpose(0, 1).reshape({-1, hidden});
    CHECK(gathered.slice(0, begins[i], begins[i + 1]).allclose(expected, 1e-5, 1e-6));
    CHECK(texts[i].sum(2).allclose(torch::ones({heads, begins[i + 1] - begins[i]})));
  }
}

TEST_CASE("a backbone gives the attention of each of its layers, and says which it has", "[model]") {
  BertBackbone backbone({.vocabulary = 30,
                         .hidden = 12,
                         .layers = 2,
                         .heads = 3,
                         .intermediate = 20,
                         .max_positions = 16,
                         .initializer_range = 0.3});
  const Batch batch{mtl::detail::to_tensor({1, 2, 3, 4, 5}), mtl::detail::to_tensor({0, 3, 5}), {}};
  const auto first = backbone.attention(batch, 1), second = backbone.attention(batch, 2);
  REQUIRE(first.size() == 2);
  CHECK(first[1].sizes() == torch::IntArrayRef({3, 2, 2}));
  CHECK_FALSE(first[0].allclose(second[0]));
  CHECK_FALSE(first[0].requires_grad());
  CHECK_THROWS_WITH(backbone.attention(batch, 0), Contains("attention of layer 0 is asked for"));
  CHECK_THROWS_WITH(backbone.attention(batch, 3), Contains("the backbone has layers 1 to 2"));
}

}  // namespace attention_probabilities_tests
