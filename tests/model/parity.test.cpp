#include <mtl/detail/torch.hpp>

// The same numbers as Hugging Face's transformers, for every supported kind of model. The fixtures are small
// random models with what transformers computes from them, by data/parity/make_parity.py.
#include <support/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <torch/csrc/autograd/autograd.h>

#include <mtl/heads/iob2_token_head.hpp>
#include <mtl/heads/sequence_classifier.hpp>
#include <mtl/loss/weighted_sum.hpp>
#include <mtl/model/checkpoint.hpp>
#include <mtl/model/multi_task_encoder.hpp>
#include <mtl/text/pretrained_tokenizer.hpp>
#include <mtl/train/adam.hpp>
#include <support/fidelity.hpp>

namespace parity_tests {

using namespace mtl;
using mtl::tests::FidelityRow;
using mtl::tests::record;

const std::filesystem::path data = std::filesystem::path(MTL_TEST_DATA) / "parity";

torch::Tensor read(const SafetensorsFile& file, const std::string& name) {
  const auto* const entry = file.find(name);
  INFO(name);
  REQUIRE(entry != nullptr);
  return read_tensor(file, *entry);
}

/// One folder of the fixtures.
struct Variant {
  std::string name, folder;
  SafetensorsFile expected;

  explicit Variant(const std::filesystem::path& path)
      : name{path.filename().string()},
        folder{path.string()},
        expected{SafetensorsFile::open(folder + "/expected.safetensors")} {}

  torch::Tensor operator[](const std::string& tensor) const { return read(expected, tensor); }

  Batch batch() const {
    return {(*this)["ids"],
            (*this)["starts"],
            {{"main", (*this)["target.main"]}, {"pos", (*this)["target.pos"]}}};
  }

  int tap() const { return std::stoi(expected.metadata().at("tap")); }
};

std::vector<Variant> variants() {
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(data))
    if (std::filesystem::exists(entry.path() / "config.json")) folders.push_back(entry.path());
  std::ranges::sort(folders);
  REQUIRE(folders.size() == 15);
  return {folders.begin(), folders.end()};
}

/// |a - b| at its largest, as a share of the largest |b|, but of no less than `least`.
double difference(const torch::Tensor& a, const torch::Tensor& b, double least = 0) {
  REQUIRE(a.sizes() == b.sizes());
  const auto largest = std::max(b.abs().max().item<double>(), least);
  return (a - b).abs().max().item<double>() / largest;
}

/// 1 - cosine of the rows that differ most in direction.
double turn(const torch::Tensor& a, const torch::Tensor& b) {
  const auto x = a.to(torch::kDouble), y = b.to(torch::kDouble);
  return 1 - ((x * y).sum(1) / (x.norm(2, 1) * y.norm(2, 1))).min().item<double>();
}

TEST_CASE("hidden states of every layer are transformers'", "[model][parity]") {
  const torch::NoGradGuard no_grad;
  for (const auto& variant : variants()) {
    INFO(variant.name);
    const auto backbone = load_bert(variant.folder);
    backbone->set_engine({.engine = Engine::Plain});
    const auto taps = backbone->forward(variant.batch(), {.highest = backbone->layers()});
    double largest = 0, turned = 0;
    for (std::size_t k = 0; k < taps.layer.size(); ++k) {
      const auto expected = variant["hidden." + std::to_string(k)];
      largest = std::max(largest, difference(taps.layer[k], expected));
      turned = std::max(turned, turn(taps.layer[k], expected));
    }
    CHECK(variant.expected.find("hidden." + std::to_string(taps.layer.size())) == nullptr);
    const FidelityRow values{variant.name, "hidden states", 2e-5, largest};
    const FidelityRow cosines{variant.name, "1 - cosine of a token", 1e-6, turned};
    record(values);
    record(cosines);
    CHECK(values.measured <= values.tolerance);
    CHECK(cosines.measured <= cosines.tolerance);
  }
}

TEST_CASE("attention probabilities of every layer are transformers'", "[model][parity]") {
  for (const auto& variant : variants()) {
    INFO(variant.name);
    const auto backbone = load_bert(variant.folder);
    double largest = 0;
    for (int layer = 1; layer <= backbone->layers(); ++layer) {
      std::vector<torch::Tensor> flat;
      for (const auto& text : backbone->attention(variant.batch(), layer)) flat.push_back(text.reshape(-1));
      const auto expected = variant["attention." + std::to_string(layer)];
      largest = std::max(largest, (torch::cat(flat) - expected).abs().max().item<double>());
    }
    const FidelityRow row{variant.name, "attention probabilities", 1e-5, largest};
    record(row);
    CHECK(row.measured <= row.tolerance);
  }
}

using Model = MultiTaskEncoder<BertBackbone, SequenceClassifier<>, IOB2TokenHead<>>;

/// The variant with both heads, dropping nothing, on the explicit attention that training takes.
Model model_of(const Variant& variant) {
  auto config = read_bert_config(variant.folder + "/config.json");
  config.hidden_dropout = 0;
  config.attention_dropout = 1e-9;  // rounds to no dropped element
  const auto backbone = std::make_shared<BertBackbone>(config);
  load_weights(*backbone, variant.folder + "/model.safetensors", config.family);
  backbone->set_engine({.engine = Engine::Plain});
  Model model(backbone, SequenceClassifier<>{{.hidden = config.hidden, .labels = 4, .layer = config.layers}},
              IOB2TokenHead<>{{.hidden = config.hidden, .labels = 3, .dropout = 0, .layer = variant.tap()}});
  const torch::NoGradGuard no_grad;
  for (auto& item : model.module().named_parameters())
    if (item.key().starts_with("heads.")) {
      auto name = "head." + item.key().substr(6);
      name.erase(name.find("linear."), 7);
      item.value().copy_(variant[name]);
    }
  return model;
}

torch::Tensor loss_of(Model& model, const Batch& batch) {
  std::vector<NamedLoss> losses;
  for (const auto& output : model.outputs(batch, RandomStream(1)))
    losses.push_back({output.head, output.loss});
  return weighted_sum(lambda<"main">(1.0), lambda<"pos">(0.5))(losses);
}

/// The name in Model of a gradient of the fixtures.
std::string parameter_of(std::string gradient, BertFamily family) {
  gradient.erase(0, std::string("grad.").size());
  if (!gradient.starts_with("head.")) return "backbone." + mtl::detail::parameter_name(gradient, family);
  return "heads." + gradient.substr(5).insert(gradient.rfind('.') - 5, ".linear");
}

/// What a difference of this parameter's gradient is measured by, where its own largest is less. A softmax
/// does not feel the bias of the keys: its gradient is the rounding of terms that cancel, and those are of
/// the size of the weight's gradient.
double least_scale(const torch::OrderedDict<std::string, torch::Tensor>& parameters, std::string name) {
  if (!name.ends_with("self.key.bias")) return 0;
  return parameters[name.replace(name.size() - 4, 4, "weight")].grad().abs().max().item<double>();
}

TEST_CASE("gradients of the multi-task loss are transformers', for every parameter", "[model][parity]") {
  for (const auto& variant : variants()) {
    auto model = model_of(variant);
    loss_of(model, variant.batch()).backward();
    const auto parameters = model.module().named_parameters();
    double largest = 0;
    std::size_t compared = 0;
    for (const auto& entry : variant.expected.tensors()) {
      if (!entry.name.starts_with("grad.")) continue;
      INFO(variant.name << " " << entry.name);
      const auto name = parameter_of(entry.name, model.backbone().config().family);
      const auto* const parameter = parameters.find(name);
      REQUIRE(parameter != nullptr);
      largest = std::max(largest, difference(parameter->grad(), read_tensor(variant.expected, entry),
                                             least_scale(parameters, name)));
      ++compared;
    }
    INFO(variant.name);
    CHECK(compared == parameters.size());
    const FidelityRow row{variant.name, "gradients", 1e-4, largest};
    record(row);
    CHECK(row.measured <= row.tolerance);
  }
}

TEST_CASE("the losses of ten steps of Adam are transformers'", "[model][parity]") {
  for (const auto& variant : variants()) {
    INFO(variant.name);
    auto model = model_of(variant);
    Adam adam(parameter_groups(model, {.backbone = 1e-3, .heads = 1e-2}));
    const auto batch = variant.batch();
    const auto expected = variant["losses"];
    REQUIRE(expected.size(0) == 11);
    double largest = 0;
    for (std::int64_t step = 0; step < 11; ++step) {
      adam.zero_grad();
      const auto loss = loss_of(model, batch);
      largest = std::max(largest, std::abs(loss.item<double>() / expected[step].item<double>() - 1));
      loss.backward();
      adam.step();
    }
    CHECK(expected[10].item<double>() < 0.8 * expected[0].item<double>());  // it learns
    const FidelityRow row{variant.name, "losses of ten Adam steps", 1e-5, largest};
    record(row);
    CHECK(row.measured <= row.tolerance);
  }
}

TEST_CASE("e5-small, tokenised here, embeds sentences as transformers does", "[model][.e5-small]") {
  const char* const folder = std::getenv("MTL_E5_SMALL");
  REQUIRE(folder != nullptr);
  auto tokenizer = PretrainedTokenizer::load(folder);
  const auto backbone = load_bert(folder);
  backbone->set_engine({Engine::Plain, NumberType::Float32});
  const auto expected =
      read(SafetensorsFile::open((data / "e5-small/embeddings.safetensors").string()), "embeddings");
  std::istringstream sentences(read_file((data / "e5-small/sentences.txt").string()));
  std::vector<std::int64_t> ids, starts{0};
  for (std::string line; std::getline(sentences, line);) {
    for (const auto& piece : tokenizer.encode(line)) ids.push_back(piece.id);
    starts.push_back(static_cast<std::int64_t>(ids.size()));
  }
  REQUIRE(starts.size() == 51);
  const torch::NoGradGuard no_grad;
  const Batch batch{mtl::detail::to_tensor(ids), mtl::detail::to_tensor(starts), {}};
  const auto last = backbone->forward(batch, {.highest = backbone->layers()}).layer.back();
  std::vector<torch::Tensor> means;
  for (std::size_t i = 0; i < 50; ++i) means.push_back(last.slice(0, starts[i], starts[i + 1]).mean(0));
  const FidelityRow row{"e5-small, 50 sentences", "1 - cosine of a sentence", 1e-5,
                        turn(torch::stack(means), expected)};
  record(row);
  CHECK(row.measured <= row.tolerance);
}

}  // namespace parity_tests
