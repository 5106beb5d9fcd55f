#include <mtl/detail/torch.hpp>

#include <support/catch.hpp>

#include <mtl/model/bert_backbone.hpp>
#include <mtl/model/hidden_states.hpp>
#include <support/tiny_bert.hpp>

namespace hidden_states_tests {

using namespace mtl;
using Catch::Matchers::Contains;

const TokenIds texts{{2, 9, 9, 3}, {5}, {2, 7, 7, 7, 8, 3}};

TEST_CASE("hidden states are each text's own, zeros behind its end", "[model]") {
  BertBackbone backbone(mtl::tests::tiny_config());
  const auto states = hidden_states(backbone, texts);
  REQUIRE(states.size() == 4);
  for (const auto& layer : states) REQUIRE(layer.sizes() == torch::IntArrayRef({3, 6, 16}));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto text = static_cast<std::int64_t>(i), length = static_cast<std::int64_t>(texts[i].size());
    const Batch alone{mtl::detail::to_tensor(texts[i]), mtl::detail::to_tensor({0, length}), {}};
    const auto taps = backbone.forward(alone, {.highest = 3});
    for (std::size_t k = 0; k < 4; ++k) {
      CHECK(states[k][text].narrow(0, 0, length).allclose(taps.layer[k], 1e-5, 1e-6));
      CHECK(states[k][text].slice(0, length).count_nonzero().item<std::int64_t>() == 0);
    }
  }
  CHECK_FALSE(states[3].requires_grad());
}

TEST_CASE("hidden states do not depend on how many texts are encoded at a time", "[model]") {
  BertBackbone backbone(mtl::tests::tiny_config());
  const auto together = hidden_states(backbone, texts), apart = hidden_states(backbone, texts, 2);
  for (std::size_t k = 0; k < 4; ++k) CHECK(apart[k].allclose(together[k], 1e-5, 1e-6));
}

TEST_CASE("hidden states: how much memory they take is known before, and no texts are refused", "[model]") {
  BertBackbone backbone(mtl::tests::tiny_config());
  CHECK(bytes_of_hidden_states(backbone.config(), texts) == 4 * 3 * 6 * 16 * 4);
  CHECK_THROWS_WITH(hidden_states(backbone, {}), Contains("no texts"));
  CHECK_THROWS_WITH(hidden_states(backbone, texts, 0), Contains("a batch of 0 texts"));
}

}  // namespace hidden_states_tests
