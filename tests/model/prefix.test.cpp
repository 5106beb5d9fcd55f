#include <mtl/detail/torch.hpp>

// A pass that goes on from hidden states is the pass from the tokens.
#include <support/catch.hpp>

#include <memory>
#include <set>
#include <vector>

#include <mtl/heads/iob2_token_head.hpp>
#include <mtl/heads/sequence_classifier.hpp>
#include <mtl/loss/weighted_sum.hpp>
#include <mtl/model/bert_backbone.hpp>
#include <mtl/model/multi_task_encoder.hpp>
#include <mtl/train/freezing.hpp>
#include <support/tiny_bert.hpp>

namespace prefix_tests {

using namespace mtl;
using Catch::Matchers::Contains;

const EngineOptions engines[]{{Engine::Plain, NumberType::Float32},
                              {Engine::Fast, NumberType::Float32},
                              {Engine::Fast, NumberType::Bfloat16}};

/// Token head at layer 3, classifier at layer 4; layers 3 and 4 learn.
struct Trainee {
  std::shared_ptr<BertBackbone> backbone;
  MultiTaskEncoder<BertBackbone, IOB2TokenHead<3>, SequenceClassifier<4>> model;

  explicit Trainee(const EngineOptions& engine)
      : backbone{std::make_shared<BertBackbone>(tests::prefix_config())},
        model{backbone, IOB2TokenHead<3>{{.hidden = 32, .labels = 3}},
              SequenceClassifier<4>{{.hidden = 32, .labels = 2}}} {
    backbone->set_engine(engine);
    backbone->set_dropout_from(3);
    train_only(model, {3, 4});
  }
};

Batch a_batch() {
  const std::vector<std::size_t> which{3, 0, 7, 8, 1};
  return make_batch(tests::tiny_dataset(9), which);
}

Batch behind(BertBackbone& backbone, int layer) {
  const torch::NoGradGuard no_grad;
  auto batch = a_batch();
  batch.prefix = Prefix{layer, backbone.forward(batch, {.highest = layer}).layer.back().clone()};
  return batch;
}

TEST_CASE("from a prefix a model has the same losses and gradients, bit for bit, with dropout above it",
          "[model]") {
  for (const auto& engine : engines)
    for (const int layer : {0, 1, 2}) {
      INFO(describe(engine) << ", behind layer " << layer);
      Trainee whole(engine), rest(engine);
      REQUIRE(describe(rest.backbone->engine()) == describe(engine));
      std::vector<torch::Tensor> losses;
      for (const auto& [trainee, batch] :
           {std::pair{&whole, a_batch()}, {&rest, behind(*rest.backbone, layer)}}) {
        std::vector<NamedLoss> each;
        for (const auto& output : trainee->model.outputs(batch, RandomStream(7)))
          each.push_back({output.head, output.loss});
        losses.push_back(weighted_sum(lambda<"main">(1.0), lambda<"pos">(0.5))(each));
        losses.back().backward();
      }
      const bool same_loss = torch::equal(losses[0], losses[1]);
      CHECK(same_loss);
      int compared = 0;
      const auto expected = whole.model.module().named_parameters();
      for (const auto& item : rest.model.module().named_parameters()) {
        INFO(item.key());
        const auto& gradient = expected[item.key()].grad();
        REQUIRE(gradient.defined() == item.value().grad().defined());
        if (!gradient.defined()) continue;
        const bool same = torch::equal(gradient, item.value().grad());
        CHECK(same);
        ++compared;
      }
      CHECK(compared == 2 * 16 + 4);
    }
}

TEST_CASE("behind a prefix nothing below is computed: the tokens do not matter", "[model]") {
  Trainee trainee(engines[0]);
  const torch::NoGradGuard no_grad;
  auto batch = behind(*trainee.backbone, 2);
  const Pass pass{.highest = 4, .read = {2, 4}};
  const auto taps = trainee.backbone->forward(batch, pass);
  REQUIRE(taps.layer.size() == 5);
  CHECK_FALSE(taps.layer[0].defined());
  CHECK_FALSE(taps.layer[1].defined());
  const bool kept = torch::equal(taps.layer[2], batch.prefix->rows);
  CHECK(kept);
  batch.ids.fill_(5);
  const auto others = trainee.backbone->forward(batch, pass);
  const bool same = torch::equal(others.layer[4], taps.layer[4]);
  CHECK(same);
}

TEST_CASE("a prefix that cannot stand for what it replaces is refused", "[model]") {
  for (const auto& engine : engines) {
    Trainee trainee(engine);
    auto& backbone = *trainee.backbone;
    CHECK(backbone.fixed_layers() == 2);
    const auto batch = behind(backbone, 2);
    const Pass above{.highest = 4, .read = {3, 4}};
    CHECK_NOTHROW(backbone.forward(batch, above));
    CHECK_THROWS_WITH(backbone.forward(batch, {.highest = 4, .read = {1, 4}}), Contains("layer 1 is read"));
    CHECK_THROWS_WITH(backbone.forward(batch, {.highest = 4}), Contains("layer 0 is read"));
    CHECK_THROWS_WITH(backbone.forward(batch, {.highest = 1}), Contains("layers 0 to 1 are asked for"));
    auto cut = batch;
    cut.prefix->rows = cut.prefix->rows.narrow(0, 1, cut.tokens() - 1);
    CHECK_THROWS_WITH(backbone.forward(cut, above), Contains("does not hold 32 numbers"));
    backbone.set_dropout_from(2);
    CHECK_NOTHROW(backbone.forward(batch, above));
    CHECK_THROWS_WITH(backbone.forward(batch, {.highest = 4, .dropout = RandomStream(1), .read = {3, 4}}),
                      Contains("dropout is asked for"));
    CHECK(backbone.fixed_layers() == 1);
    train_only(trainee.model, {2, 4});
    CHECK_THROWS_WITH(backbone.forward(batch, above), Contains("learns"));
  }
}

TEST_CASE("a subset of a subset knows its documents", "[data]") {
  const auto whole = tests::tiny_dataset(9);
  CHECK(whole.document(4) == 4);
  const auto part =
      subset(subset(whole, std::vector<std::size_t>{8, 6, 4, 2}), std::vector<std::size_t>{1, 3});
  REQUIRE(part.examples.size() == 2);
  CHECK(part.document(0) == 6);
  CHECK(part.document(1) == 2);
  CHECK(part.examples[1].id == whole.examples[2].id);
  std::vector<std::size_t> asked;
  const PrefixReader reader = [&](std::span<const std::size_t> documents) {
    asked.assign(documents.begin(), documents.end());
    return Prefix{3, torch::zeros({1, 1})};
  };
  const std::vector<std::size_t> both{1, 0};
  const auto batch = make_batch(part, both, reader);
  const bool right = asked == std::vector<std::size_t>{2, 6};
  CHECK(right);
  CHECK(batch.prefix.value().layer == 3);
  CHECK_FALSE(make_batch(part, both).prefix.has_value());
}

}  // namespace prefix_tests
