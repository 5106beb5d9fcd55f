#include <mtl/detail/torch.hpp>

#include <support/catch.hpp>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <torch/csrc/autograd/autograd.h>

#include <mtl/heads/iob2_token_head.hpp>
#include <mtl/heads/sequence_classifier.hpp>
#include <mtl/model/bert_backbone.hpp>
#include <mtl/model/multi_task_encoder.hpp>

namespace multi_task_encoder_tests {

using namespace mtl;
using Catch::Matchers::Contains;

using Multi = MultiTaskEncoder<BertBackbone, IOB2TokenHead<1>, SequenceClassifier<>>;
using Single = MultiTaskEncoder<BertBackbone, SequenceClassifier<>>;

const BertConfig config{
    .vocabulary = 30, .hidden = 12, .layers = 3, .heads = 2, .intermediate = 20, .max_positions = 16};

SequenceClassifier<> classifier(int layer) {
  return SequenceClassifier<>{{.hidden = 12, .labels = 4, .layer = layer, .seed = 5}};
}

Multi multi(int layer = 3) {
  return Multi{std::make_shared<BertBackbone>(config), IOB2TokenHead<1>{{.hidden = 12, .labels = 3}},
               classifier(layer)};
}

Batch batch() {
  Batch b{mtl::detail::to_tensor({2, 9, 9, 3, 2, 7, 3}), mtl::detail::to_tensor({0, 4, 7}), {}};
  b.targets.emplace("main", mtl::detail::to_tensor({3, ignored_label}));
  b.targets.emplace(
      "pos", mtl::detail::to_tensor({ignored_label, 0, 1, ignored_label, ignored_label, 2, ignored_label}));
  return b;
}

TEST_CASE("a composed model names its parameters after backbone and heads", "[model]") {
  auto model = multi();
  std::set<std::string> names;
  for (const auto& item : model.module().named_parameters()) names.insert(item.key());
  CHECK(names.contains("backbone.embeddings.LayerNorm.bias"));
  CHECK(names.contains("backbone.encoder.layer.2.attention.self.query.weight"));
  CHECK(names.contains("heads.main.linear.weight"));
  CHECK(names.contains("heads.pos.linear.bias"));
  CHECK(names.size() == 5 + 3 * 16 + 4);
  REQUIRE(model.heads().size() == 2);
  CHECK(model.heads()[0].name == "pos");
  CHECK(model.heads()[0].layer == 1);
  CHECK(model.layers() == 3);
}

TEST_CASE("losses and outputs agree, count the labelled rows and repeat with the same dropout", "[model]") {
  auto model = multi();
  const RandomStream bits(3);
  const auto losses = model.losses(batch(), bits);
  const auto outputs = model.outputs(batch(), bits);
  CHECK(losses[0].count == 3);
  CHECK(losses[1].count == 1);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(outputs[i].loss.sum.equal(losses[i].sum));
    CHECK(outputs[i].loss.count == losses[i].count);
  }
  CHECK(outputs[0].head == "pos");
  CHECK(outputs[0].logits.sizes() == torch::IntArrayRef({7, 3}));
  CHECK(outputs[1].logits.sizes() == torch::IntArrayRef({2, 4}));
  CHECK_FALSE(model.losses(batch(), bits.at(1))[1].sum.equal(losses[1].sum));
}

TEST_CASE("a missing target is an error in losses, and an undefined loss in outputs", "[model]") {
  auto model = multi();
  auto part = batch();
  part.targets.erase("pos");
  CHECK_THROWS_WITH(model.losses(part), Contains("no target for head 'pos'; it has 'main'"));
  const auto outputs = model.outputs(part);
  CHECK_FALSE(outputs[0].loss.sum.defined());
  CHECK(outputs[0].loss.count == 0);
  CHECK(outputs[1].loss.count == 1);
}

TEST_CASE("predictions are one a text, from the same logits, without a graph", "[model]") {
  auto model = multi();
  const auto [labels, classes] = model.predict(batch());
  const auto outputs = model.outputs(batch());
  REQUIRE(labels.size() == 2);
  CHECK(labels[0].size() == 4);
  CHECK(labels[1].size() == 3);
  CHECK(labels[1][1] == outputs[0].logits[5].argmax().item<std::int64_t>());
  REQUIRE(classes.size() == 2);
  const auto p = outputs[1].logits[1].softmax(0);
  CHECK(classes[1].label == p.argmax().item<std::int64_t>());
  CHECK(std::abs(classes[1].probabilities[2] - p[2].item<float>()) < 1e-6F);
}

TEST_CASE("a head is reached by its name; nothing above the highest tap is computed", "[model]") {
  auto model = multi(2);
  CHECK(model.head<"main">().layer() == 2);
  CHECK(model.head<"pos">().layer() == 1);
  const torch::NoGradGuard no_grad;
  for (auto& item : model.module().named_parameters())
    if (item.key().starts_with("backbone.encoder.layer.2.")) item.value().fill_(std::nanf(""));
  CHECK(model.outputs(batch())[1].logits.isfinite().all().item<bool>());
}

TEST_CASE("the main head begins with the same weights and logits whatever other heads there are", "[model]") {
  auto two = multi();
  Single one{std::make_shared<BertBackbone>(config), classifier(3)};
  const RandomStream bits(8);
  CHECK(two.outputs(batch(), bits)[1].logits.equal(one.outputs(batch(), bits)[0].logits));
}

TEST_CASE("a tap deeper than the backbone is refused with a sentence", "[model]") {
  CHECK_THROWS_WITH(multi(4),
                    "head 'main' taps layer 4, but the backbone has layers 1 to 3 (0 is the embedding)");
}

}  // namespace multi_task_encoder_tests
