#include <mtl/detail/torch.hpp>

// Golden values: Hugging Face transformers 4.57.6, by data/model/make_reference.py.
#include <support/catch.hpp>

#include <string>
#include <vector>

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include <mtl/model/checkpoint.hpp>
#include <support/gradients.hpp>

namespace bert_backbone_tests {

using namespace mtl;
using Catch::Matchers::Contains;

const std::string data = std::string(MTL_TEST_DATA) + "/model/";
constexpr double tolerance =
    2e-5;  // of the largest value: float32 through three layers, another order of sums

double difference(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a - b).abs().max() / b.abs().max()).item<double>();
}

torch::Tensor read(const SafetensorsFile& file, const std::string& name) {
  const auto* const entry = file.find(name);
  REQUIRE(entry != nullptr);
  return read_tensor(file, *entry);
}

Batch batch_of(const std::vector<std::int64_t>& lengths, std::int64_t vocabulary) {
  std::vector<std::int64_t> ids, starts{0};
  for (const auto length : lengths) {
    for (std::int64_t i = 0; i < length; ++i)
      ids.push_back(static_cast<std::int64_t>(
          RandomStream(3).below(ids.size(), static_cast<std::uint64_t>(vocabulary))));
    starts.push_back(static_cast<std::int64_t>(ids.size()));
  }
  return {mtl::detail::to_tensor(ids), mtl::detail::to_tensor(starts), {}};
}

BertConfig small() {
  return {.vocabulary = 30,
          .hidden = 12,
          .layers = 3,
          .heads = 2,
          .intermediate = 20,
          .max_positions = 16,
          .initializer_range = 0.3};
}

TEST_CASE("every layer equals Hugging Face's on a ragged batch, with and without the prefix", "[model]") {
  for (const char* const folder : {"bert-plain", "bert-pretraining"}) {
    INFO(folder);
    const auto backbone = load_bert(data + folder);
    const auto expected = SafetensorsFile::open(data + folder + "/expected.safetensors");
    const Batch batch{read(expected, "ids"), read(expected, "starts"), {}};
    const torch::NoGradGuard no_grad;
    const auto taps = backbone->forward(batch, {.highest = 3});
    REQUIRE(taps.layer.size() == 4);
    for (std::size_t k = 0; k < 4; ++k)
      CHECK(difference(taps.layer[k], read(expected, "hidden." + std::to_string(k))) < tolerance);
  }
}

TEST_CASE("gradients equal Hugging Face's on a ragged batch", "[model]") {
  const auto backbone = load_bert(data + "bert-plain");
  const auto expected = SafetensorsFile::open(data + "bert-plain/expected.safetensors");
  const Batch batch{read(expected, "ids"), read(expected, "starts"), {}};
  (backbone->forward(batch, {.highest = 3}).layer[3] * read(expected, "weights")).sum().backward();
  const auto parameters = backbone->named_parameters();
  int compared = 0;
  for (const auto& entry : expected.tensors()) {
    if (!entry.name.starts_with("grad.")) continue;
    INFO(entry.name);
    CHECK(difference(parameters[entry.name.substr(5)].grad(), read_tensor(expected, entry)) < 10 * tolerance);
    ++compared;
  }
  CHECK(compared == 3);
}

TEST_CASE("the explicit attention of training equals the fused one of evaluation", "[model]") {
  auto config = small();
  config.hidden_dropout = 0;
  config.attention_dropout = 1e-9;  // rounds to no dropped element, but takes the way of training
  BertBackbone backbone(config);
  const auto batch = batch_of({3, 16, 1, 7, 7}, config.vocabulary);
  const auto trained = backbone.forward(batch, {.highest = 3, .dropout = RandomStream(1)});
  const auto evaluated = backbone.forward(batch, {.highest = 3});
  CHECK(difference(trained.layer[3], evaluated.layer[3]) < tolerance);
}

TEST_CASE("nothing above the highest layer that is asked for is computed", "[model]") {
  BertBackbone backbone(small());
  const torch::NoGradGuard no_grad;
  for (auto& item : backbone.named_parameters())
    if (item.key().starts_with("encoder.layer.2.")) item.value().fill_(std::nanf(""));
  const auto batch = batch_of({4, 2}, 30);
  const auto taps = backbone.forward(batch, {.highest = 2});
  CHECK(taps.layer.size() == 3);
  CHECK(taps.layer[2].isfinite().all().item<bool>());
  CHECK(backbone.forward(batch, {.highest = 0}).layer.size() == 1);
  CHECK_THROWS_WITH(backbone.forward(batch, {.highest = 4}), Contains("layer 4 is asked for"));
}

TEST_CASE("no graph is recorded below the lowest layer that learns", "[model]") {
  BertBackbone backbone(small());
  const auto batch = batch_of({4, 2}, 30);
  CHECK(backbone.forward(batch, {.highest = 3}).layer[0].requires_grad());
  for (auto& item : backbone.named_parameters())
    item.value().set_requires_grad(item.key() == "encoder.layer.1.output.LayerNorm.bias");
  const auto taps = backbone.forward(batch, {.highest = 3, .dropout = RandomStream(1)});
  CHECK_FALSE(taps.layer[0].requires_grad());
  CHECK(taps.layer[1].grad_fn() == nullptr);
  CHECK(taps.layer[2].grad_fn() != nullptr);
  taps.layer[3].sum().backward();
  for (const auto& item : backbone.named_parameters())
    CHECK(item.value().grad().defined() == (item.key() == "encoder.layer.1.output.LayerNorm.bias"));
}

TEST_CASE("with dropout, values and gradients are the same for one thread and for two", "[model]") {
  BertBackbone backbone(small());
  const auto batch = batch_of(std::vector<std::int64_t>(40, 16), 30);
  const int threads = at::get_num_threads();
  std::vector<torch::Tensor> last, gradient;
  for (const int n : {1, 2}) {
    at::set_num_threads(n);
    last.push_back(backbone.forward(batch, {.highest = 3, .dropout = RandomStream(5)}).layer[3]);
    backbone.zero_grad();
    last.back().square().sum().backward();
    gradient.push_back(backbone.named_parameters()["encoder.layer.0.output.dense.weight"].grad().clone());
  }
  at::set_num_threads(threads);
  CHECK(last[0].equal(last[1]));
  CHECK(difference(gradient[0], gradient[1]) < tolerance);  // products may cut their sums by thread
}

TEST_CASE("dropout begins at the layer it is told to begin at", "[model]") {
  BertBackbone backbone(small());
  const torch::NoGradGuard no_grad;
  const auto batch = batch_of({9, 4}, 30);
  const auto plain = backbone.forward(batch, {.highest = 3});
  backbone.set_dropout_from(2);
  const auto dropped = backbone.forward(batch, {.highest = 3, .dropout = RandomStream(5)});
  CHECK(dropped.layer[1].equal(plain.layer[1]));
  CHECK_FALSE(dropped.layer[2].equal(plain.layer[2]));
  backbone.set_dropout_from(0);
  CHECK_FALSE(
      backbone.forward(batch, {.highest = 0, .dropout = RandomStream(5)}).layer[0].equal(plain.layer[0]));
}

TEST_CASE("a text's dropout depends on its rows, not on how the batch is padded", "[model]") {
  auto config = small();
  config.hidden_dropout = 0;  // leaves attention dropout
  BertBackbone backbone(config);
  const torch::NoGradGuard no_grad;
  const auto one = batch_of({5}, 30), both = batch_of({5, 16}, 30);  // the second pads the first, behind it
  const Pass pass{.highest = 3, .dropout = RandomStream(5)};
  const auto alone = backbone.forward(one, pass).layer[3], beside = backbone.forward(both, pass).layer[3];
  CHECK(difference(beside.slice(0, 0, 5), alone) < tolerance);
}

TEST_CASE("a batch that the model cannot read is refused with the text and the numbers", "[model]") {
  BertBackbone backbone(small());
  CHECK_THROWS_WITH(backbone.forward(batch_of({3, 17}, 30), {.highest = 1}),
                    Contains("text 1 of the batch has 17 tokens; the model has positions for 16"));
  CHECK_THROWS_WITH(backbone.forward(batch_of({3, 0, 2}, 30), {.highest = 1}),
                    Contains("text 1 of the batch has no"));
  auto batch = batch_of({3}, 30);
  batch.ids[1] = 30;
  CHECK_THROWS_WITH(backbone.forward(batch, {.highest = 1}), Contains("token id 30 is outside"));
  batch.ids[1] = -1;
  CHECK_THROWS_WITH(backbone.forward(batch, {.highest = 1}), Contains("token id -1 is outside"));
  batch.starts[1] = 2;
  CHECK_THROWS_WITH(backbone.forward(batch, {.highest = 1}),
                    Contains("cover rows 0 .. 2, but it has 3 tokens"));
}

TEST_CASE("positions behind padding are counted within each text, padding left out", "[model]") {
  const auto ids = mtl::detail::to_tensor({5, 1, 7, 1, 9, 9, 1, 1, 4});
  const auto place = mtl::detail::to_tensor({0, 1, 2, 3, 0, 1, 2, 0, 1});
  const auto expected = mtl::detail::to_tensor({2, 1, 3, 1, 2, 3, 1, 1, 2});
  CHECK(positions_behind_padding(ids, place, 1).equal(expected));
  CHECK(positions_behind_padding(ids, place, 8).equal(place + 9));  // no padding among them
}

TEST_CASE("where positions begin behind padding, a text may be that much shorter", "[model]") {
  auto config = small();
  config.positions = Positions::BehindPadding;
  config.pad_id = 3;
  BertBackbone backbone(config);
  CHECK(backbone.forward(batch_of({12}, 30), {.highest = 1}).layer.size() == 2);
  CHECK_THROWS_WITH(backbone.forward(batch_of({13}, 30), {.highest = 1}),
                    Contains("has 13 tokens; the model has positions for 12"));
}

TEST_CASE("narrow embeddings are widened; without token types there is no table of them", "[model]") {
  auto config = small();
  config.embedding = 5;
  config.type_vocabulary = 0;
  BertBackbone backbone(config);
  const auto parameters = backbone.named_parameters();
  CHECK(parameters["embeddings.word_embeddings.weight"].sizes() == torch::IntArrayRef({30, 5}));
  CHECK(parameters["embeddings_project.weight"].sizes() == torch::IntArrayRef({12, 5}));
  CHECK_FALSE(parameters.contains("embeddings.token_type_embeddings.weight"));
  CHECK(backbone.forward(batch_of({4}, 30), {.highest = 0}).layer[0].sizes() == torch::IntArrayRef({4, 12}));
}

TEST_CASE("the embedding of the padding token does not learn", "[model]") {
  BertBackbone backbone(small());
  const Batch batch{mtl::detail::to_tensor({0, 4, 0}), mtl::detail::to_tensor({0, 3}), {}};
  backbone.forward(batch, {.highest = 3}).layer[3].square().sum().backward();
  const auto gradient = backbone.named_parameters()["embeddings.word_embeddings.weight"].grad();
  CHECK(gradient[0].count_nonzero().item<std::int64_t>() == 0);
  CHECK(gradient[4].count_nonzero().item<std::int64_t>() > 0);
}

TEST_CASE("random weights come from seed and name alone, and a fixed depth is checked", "[model]") {
  auto deeper = small();
  deeper.layers = 4;
  BertBackbone a(small()), b(deeper), c(small(), {.seed = 2});
  const std::string name = "encoder.layer.1.intermediate.dense.weight";
  const auto weight = a.named_parameters()[name];
  CHECK(weight.equal(b.named_parameters()[name]));
  CHECK_FALSE(weight.equal(c.named_parameters()[name]));
  CHECK(std::abs(weight.std().item<double>() - 0.3) < 0.05);
  CHECK(a.named_parameters().size() == 5 + 16 * 3);
  CHECK_THROWS_WITH(BertBaseBackbone(small()),
                    Contains("the type asks for 12 encoder layers, the model has 3"));
}

TEST_CASE("gradients of every parameter are those of finite differences in double, with dropout", "[model]") {
  BertBackbone backbone({.vocabulary = 5,
                         .hidden = 4,
                         .layers = 2,
                         .heads = 2,
                         .intermediate = 5,
                         .max_positions = 4,
                         .initializer_range = 0.7,
                         .pad_id = -1});
  backbone.to(torch::kDouble);
  const auto batch = batch_of({3, 1, 4}, 5);
  const auto x = torch::ones({1}, torch::dtype(torch::kDouble).requires_grad(true));
  const auto loss = [&](const torch::Tensor& factor) {
    const auto top = backbone.forward(batch, {.highest = 2, .dropout = RandomStream(8)}).layer.back();
    const auto weights = torch::arange(top.numel(), torch::kDouble).sin().view(top.sizes());
    return (top * weights).sum() * factor.sum();
  };
  CHECK(tests::wrong_gradients(backbone, x, loss).empty());
}

}  // namespace bert_backbone_tests
