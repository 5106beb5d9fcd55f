#include <mtl/detail/torch.hpp>

// The fast engine beside transformers: in float32 the same numbers, in bfloat16 no further from the truth
// than autocast, also from stored hidden states. The fixture is a small random model, by
// data/engine/make_autocast.py.
#include <support/catch.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

#include <mtl/engine/prefix_cache.hpp>
#include <mtl/heads/iob2_token_head.hpp>
#include <mtl/heads/sequence_classifier.hpp>
#include <mtl/loss/weighted_sum.hpp>
#include <mtl/model/checkpoint.hpp>
#include <mtl/model/multi_task_encoder.hpp>
#include <mtl/train/freezing.hpp>
#include <support/chosen_kernels.hpp>
#include <support/fidelity.hpp>

namespace autocast_tests {

using namespace mtl;
using mtl::tests::FidelityRow;
using mtl::tests::record;
using mtl::tests::with_every_kernel_set;

const std::string folder = std::string(MTL_TEST_DATA) + "/engine";

torch::Tensor read(const SafetensorsFile& file, const std::string& name) {
  const auto* const entry = file.find(name);
  INFO(name);
  REQUIRE(entry != nullptr);
  return read_tensor(file, *entry);
}

/// Outputs and gradients of the fixture's model, in double.
struct Result {
  std::vector<torch::Tensor> hidden;  ///< by layer
  double loss = 0;
  std::map<std::string, torch::Tensor> gradient;  ///< of what learns
};

using BothHeads = MultiTaskEncoder<BertBackbone, SequenceClassifier<>, IOB2TokenHead<>>;
using Classifier = MultiTaskEncoder<BertBackbone, SequenceClassifier<>>;

/// The fixture's heads on its backbone: a classifier at the highest layer and a token head at layer "tap",
/// the latter only where layers as low as that are read.
std::unique_ptr<TrainableModel> model_on(const std::shared_ptr<BertBackbone>& backbone,
                                         const SafetensorsFile& file, int lowest_read) {
  const int tap = std::stoi(file.metadata().at("tap"));
  const SequenceClassifier<> classifier({.hidden = 32, .labels = 4, .layer = backbone->layers()});
  const IOB2TokenHead<> tokens({.hidden = 32, .labels = 3, .dropout = 0, .layer = tap});
  std::unique_ptr<TrainableModel> model;
  if (tap >= lowest_read)
    model = std::make_unique<BothHeads>(backbone, classifier, tokens);
  else
    model = std::make_unique<Classifier>(backbone, classifier);
  const torch::NoGradGuard no_grad;
  auto parameters = model->module().named_parameters();
  for (const std::string part : {"main.weight", "main.bias", "pos.weight", "pos.bias"}) {
    const auto name = "heads." + part.substr(0, part.find('.')) + ".linear" + part.substr(part.find('.'));
    if (auto* const parameter = parameters.find(name)) parameter->copy_(read(file, "head." + part));
  }
  return model;
}

Batch batch_of(const SafetensorsFile& file) {
  return {read(file, "ids"),
          read(file, "starts"),
          {{"main", read(file, "target.main")}, {"pos", read(file, "target.pos")}}};
}

torch::Tensor total_loss(TrainableModel& model, const Batch& batch) {
  std::vector<NamedLoss> losses;
  std::vector<HeadWeight> weights;
  for (const auto& output : model.outputs(batch)) {
    losses.push_back({output.head, output.loss});
    weights.push_back({std::string(output.head), output.head == "main" ? 1.0 : 0.5});
  }
  return WeightedSum(weights)(losses);
}

/// A pass of `model` there and back. Of a batch with a prefix, nothing below it is in the result.
Result computed(TrainableModel& model, BertBackbone& backbone, const Batch& batch) {
  const auto loss = total_loss(model, batch);
  loss.backward();
  Result result{.hidden = {}, .loss = loss.item<double>(), .gradient = {}};
  for (const auto& item : model.module().named_parameters())
    if (item.value().grad().defined()) result.gradient[item.key()] = item.value().grad().to(torch::kDouble);
  const torch::NoGradGuard no_grad;
  std::vector<int> layers;
  for (int k = batch.prefix ? batch.prefix->layer : 0; k <= backbone.layers(); ++k) layers.push_back(k);
  for (const auto& states : backbone.forward(batch, {.highest = layers.back(), .read = layers}).layer)
    result.hidden.push_back(states.defined() ? states.to(torch::kDouble) : states);
  return result;
}

/// By one of our engines, in the number type `type`.
Result computed(const SafetensorsFile& file, const EngineOptions& engine, torch::ScalarType type) {
  const auto backbone = load_bert(folder);
  backbone->set_engine(engine);
  const auto model = model_on(backbone, file, 0);
  model->module().to(type);
  CHECK(backbone->engine().engine == (type == torch::kDouble ? Engine::Plain : engine.engine));
  return computed(*model, *backbone, batch_of(file));
}

/// A batch's texts as a data set, without targets.
Dataset texts_of(const Batch& batch) {
  Dataset texts{.name = "fixture", .examples = {}, .labels = {}};
  for (std::int64_t i = 0; i < batch.texts(); ++i) {
    const auto ids =
        batch.ids.slice(0, batch.starts[i].item<std::int64_t>(), batch.starts[i + 1].item<std::int64_t>());
    auto& example = texts.examples.emplace_back();
    for (std::int64_t t = 0; t < ids.size(0); ++t) example.ids.push_back(ids[t].item<std::int32_t>());
  }
  return texts;
}

/// The fixture's backbone under the fast engine in bfloat16; nothing up to layer `frozen` changes.
std::shared_ptr<BertBackbone> narrow_backbone(int frozen) {
  const auto backbone = load_bert(folder);
  backbone->set_engine({Engine::Fast, NumberType::Bfloat16});
  backbone->set_dropout_from(frozen + 1);
  for (const auto& item : backbone->named_parameters())
    if (encoder_layer(item.key()).value_or(0) <= frozen) item.value().set_requires_grad(false);
  return backbone;
}

/// What a sweep that walks upward stores of the fixture's texts, as `type`: [k - 1] of layer k, read again.
/// All layers but the highest.
std::vector<Prefix> walk(const SafetensorsFile& file, NumberType type) {
  struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("mtl-autocast-" + std::to_string(::getpid()));
    ~Folder() { std::filesystem::remove_all(path); }
  } place;
  const auto texts = texts_of(batch_of(file));
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < texts.examples.size(); ++i) all.push_back(i);
  PrefixCache cache(texts, {.folder = place.path, .type = type});
  std::vector<Prefix> stored;
  const auto backbone = narrow_backbone(load_bert(folder)->layers());
  for (int k = 1; k < backbone->layers(); ++k) {
    const auto reader = cache.at(*backbone, k);
    REQUIRE(reader);
    stored.push_back(reader(all));
    CHECK(stored.back().layer == k);
    CHECK((stored.back().rows.scalar_type() == torch::kBFloat16) == (type == NumberType::Bfloat16));
  }
  return stored;
}

/// By the fast engine in bfloat16, frozen up to layer `layer` and going on from its stored states. The hidden
/// states below are the stored ones.
Result computed_from(const SafetensorsFile& file, const std::vector<Prefix>& stored, int layer) {
  const auto backbone = narrow_backbone(layer);
  const auto model = model_on(backbone, file, layer);
  auto batch = batch_of(file);
  batch.prefix = stored.at(static_cast<std::size_t>(layer - 1));
  auto result = computed(*model, *backbone, batch);
  for (int k = 1; k < layer; ++k)
    result.hidden[static_cast<std::size_t>(k)] =
        stored[static_cast<std::size_t>(k - 1)].rows.to(torch::kDouble);
  return result;
}

/// By transformers: "fp32" or "bf16".
Result stored(const SafetensorsFile& file, const std::string& kind) {
  Result result{.hidden = {}, .loss = read(file, kind + ".loss").item<double>(), .gradient = {}};
  for (int k = 0; file.find(kind + ".hidden." + std::to_string(k)) != nullptr; ++k)
    result.hidden.push_back(read(file, kind + ".hidden." + std::to_string(k)).to(torch::kDouble));
  const auto prefix = kind + ".grad.";
  for (const auto& entry : file.tensors()) {
    if (!entry.name.starts_with(prefix)) continue;
    auto name = entry.name.substr(prefix.size());
    name = name.starts_with("head.") ? "heads." + name.substr(5).insert(name.rfind('.') - 5, ".linear")
                                     : "backbone." + name;
    result.gradient[name] = read_tensor(file, entry).to(torch::kDouble);
  }
  return result;
}

double distance(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a - b).norm() / b.norm()).item<double>();
}

/// The root of the mean square of the layers' distances from the truth, the embeddings left out.
double hidden_distance(const Result& a, const Result& truth) {
  REQUIRE(a.hidden.size() == truth.hidden.size());
  double sum = 0;
  for (std::size_t k = 1; k < truth.hidden.size(); ++k)
    sum += std::pow(distance(a.hidden[k], truth.hidden[k]), 2);
  return std::sqrt(sum / static_cast<double>(truth.hidden.size() - 1));
}

/// The same of the parameters' gradients. The bias of the keys is left out: its true gradient is zero.
double gradient_distance(const Result& a, const Result& truth) {
  REQUIRE(a.gradient.size() == truth.gradient.size());
  double sum = 0, count = 0;
  for (const auto& [name, gradient] : truth.gradient) {
    if (name.ends_with("key.bias")) continue;
    sum += std::pow(distance(a.gradient.at(name), gradient), 2);
    ++count;
  }
  return std::sqrt(sum / count);
}

/// The largest share that a layer's distance from the truth has of autocast's.
double largest_hidden_share(const Result& ours, const Result& theirs, const Result& truth) {
  double largest = 0;
  for (std::size_t k = 1; k < truth.hidden.size(); ++k)
    largest = std::max(
        largest, distance(ours.hidden[k], truth.hidden[k]) / distance(theirs.hidden[k], truth.hidden[k]));
  return largest;
}

/// The same of a parameter's gradient.
double largest_gradient_share(const Result& ours, const Result& theirs, const Result& truth) {
  double largest = 0;
  for (const auto& [name, gradient] : truth.gradient)
    if (!name.ends_with("key.bias"))
      largest = std::max(
          largest, distance(ours.gradient.at(name), gradient) / distance(theirs.gradient.at(name), gradient));
  return largest;
}

/// `all` without the gradients that `some` does not have.
Result with_gradients_of(const Result& some, Result all) {
  REQUIRE_FALSE(some.gradient.empty());
  std::erase_if(all.gradient, [&](const auto& item) { return !some.gradient.contains(item.first); });
  return all;
}

TEST_CASE("in float32 the fast engine has transformers' numbers", "[engine][parity]") {
  const auto file = SafetensorsFile::open(folder + "/expected.safetensors");
  const auto theirs = stored(file, "fp32");
  with_every_kernel_set([&] {
    const std::string name(active_kernels());
    const auto ours = computed(file, {Engine::Fast, NumberType::Float32}, torch::kFloat);
    const auto variant = "fast engine, fp32, " + name;
    const FidelityRow rows[] = {{variant, "hidden states, 2-norm", 2e-6, hidden_distance(ours, theirs)},
                                {variant, "gradients, 2-norm", 1e-5, gradient_distance(ours, theirs)},
                                {variant, "loss", 1e-6, std::abs(ours.loss - theirs.loss) / theirs.loss}};
    for (const auto& row : rows) {
      INFO(row.measure);
      record(row);
      CHECK(row.measured <= row.tolerance);
    }
  });
}

TEST_CASE("in bfloat16 the fast engine is no further from the truth than autocast", "[engine][parity]") {
  const auto file = SafetensorsFile::open(folder + "/expected.safetensors");
  const auto truth = computed(file, {Engine::Plain, NumberType::Float32}, torch::kDouble);
  const auto theirs = stored(file, "bf16");
  with_every_kernel_set([&] {
    const std::string name(active_kernels());
    const auto ours = computed(file, {Engine::Fast, NumberType::Bfloat16}, torch::kFloat);
    CHECK(std::abs(ours.loss - truth.loss) < 0.005 * truth.loss);
    // No layer is further but for the luck of roundings (0.98 to 1.01), and no parameter twice as far (1.34
    // to 1.52 for one of them).
    CHECK(largest_hidden_share(ours, theirs, truth) < 1.05);
    CHECK(largest_gradient_share(ours, theirs, truth) < 2);
    const auto variant = "fast engine, bf16, " + name + "; the limit is autocast's distance from the truth";
    const FidelityRow rows[] = {
        {variant, "hidden states, 2-norm", hidden_distance(theirs, truth), hidden_distance(ours, truth)},
        {variant, "gradients, 2-norm", gradient_distance(theirs, truth), gradient_distance(ours, truth)}};
    for (const auto& row : rows) {
      INFO(row.measure);
      record(row);
      CHECK(row.measured <= row.tolerance);
    }
  });
}

TEST_CASE("in bfloat16 that holds from every layer's stored hidden states; stored as bfloat16, nearly",
          "[engine]") {
  const auto file = SafetensorsFile::open(folder + "/expected.safetensors");
  const auto truth = computed(file, {Engine::Plain, NumberType::Float32}, torch::kDouble);
  const auto theirs = stored(file, "bf16");
  const auto limit = hidden_distance(theirs, truth);
  const auto check = [&](NumberType type, double share) {
    const auto states = walk(file, type);
    for (const auto& [layer, rows] : states) {
      INFO("from layer " << layer << ", stored as " << name_of(type));
      const auto ours = computed_from(file, states, layer);
      CHECK(hidden_distance(ours, truth) <= share * limit);
      const auto right = with_gradients_of(ours, truth);
      CHECK(gradient_distance(ours, right) <= gradient_distance(with_gradients_of(ours, theirs), right));
    }
  };
  with_every_kernel_set([&] {
    check(NumberType::Float32, 1);
    // The rounding at every layer takes the hidden states' error to 1.10 of the limit at most, and leaves
    // the gradients' within theirs.
    check(NumberType::Bfloat16, 1.15);
  });
}

}  // namespace autocast_tests
