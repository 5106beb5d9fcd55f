#include <mtl/detail/torch.hpp>

// The fast engine beside transformers: in float32 the same numbers, in bfloat16 no further from the truth
// than autocast. The fixture is a small random model, by data/engine/make_autocast.py.
#include <support/catch.hpp>

#include <cmath>
#include <string>

#include <mtl/heads/iob2_token_head.hpp>
#include <mtl/heads/sequence_classifier.hpp>
#include <mtl/loss/weighted_sum.hpp>
#include <mtl/model/checkpoint.hpp>
#include <mtl/model/multi_task_encoder.hpp>
#include <support/fidelity.hpp>

namespace autocast_tests {

using namespace mtl;
using mtl::tests::FidelityRow;
using mtl::tests::record;

const std::string folder = std::string(MTL_TEST_DATA) + "/engine";

torch::Tensor read(const SafetensorsFile& file, const std::string& name) {
  const auto* const entry = file.find(name);
  INFO(name);
  REQUIRE(entry != nullptr);
  return read_tensor(file, *entry);
}

/// Outputs and gradients of the fixture's model, in double.
struct Result {
  std::vector<torch::Tensor> hidden;
  double loss = 0;
  std::map<std::string, torch::Tensor> gradient;
};

using Model = MultiTaskEncoder<BertBackbone, SequenceClassifier<>, IOB2TokenHead<>>;

/// By one of our engines, in the number type `type`.
Result computed(const SafetensorsFile& file, const EngineOptions& engine, torch::ScalarType type) {
  const auto backbone = load_bert(folder);
  backbone->set_engine(engine);
  const int tap = std::stoi(file.metadata().at("tap"));
  Model model(backbone, SequenceClassifier<>{{.hidden = 32, .labels = 4, .layer = backbone->layers()}},
              IOB2TokenHead<>{{.hidden = 32, .labels = 3, .dropout = 0, .layer = tap}});
  auto parameters = model.module().named_parameters();
  {
    const torch::NoGradGuard no_grad;
    for (const std::string part : {"main.weight", "main.bias", "pos.weight", "pos.bias"})
      parameters["heads." + part.substr(0, part.find('.')) + ".linear" + part.substr(part.find('.'))].copy_(
          read(file, "head." + part));
  }
  model.module().to(type);
  CHECK(backbone->engine().engine == (type == torch::kDouble ? Engine::Plain : engine.engine));
  const Batch batch{read(file, "ids"),
                    read(file, "starts"),
                    {{"main", read(file, "target.main")}, {"pos", read(file, "target.pos")}}};
  std::vector<NamedLoss> losses;
  for (const auto& output : model.outputs(batch)) losses.push_back({output.head, output.loss});
  const auto loss = weighted_sum(lambda<"main">(1.0), lambda<"pos">(0.5))(losses);
  loss.backward();
  Result result{.hidden = {}, .loss = loss.item<double>(), .gradient = {}};
  for (const auto& item : model.module().named_parameters())
    result.gradient[item.key()] = item.value().grad().to(torch::kDouble);
  const torch::NoGradGuard no_grad;
  for (const auto& layer : backbone->forward(batch, {.highest = backbone->layers()}).layer)
    result.hidden.push_back(layer.to(torch::kDouble));
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

/// Sets of kernels that this processor runs.
std::vector<std::string> runnable() {
  std::vector<std::string> names;
  for (const std::string name : {"avx512", "avx2", "portable"})
    if (has_kernels(name)) names.push_back(name);
  return names;
}

/// Chooses kernels; the fastest again at its end.
struct ChosenKernels {
  explicit ChosenKernels(const std::string& name) { use_kernels(name); }
  ChosenKernels(const ChosenKernels&) = delete;
  ChosenKernels& operator=(const ChosenKernels&) = delete;
  ~ChosenKernels() { use_kernels(""); }
};

TEST_CASE("in float32 the fast engine has transformers' numbers", "[engine][parity]") {
  const auto file = SafetensorsFile::open(folder + "/expected.safetensors");
  const auto theirs = stored(file, "fp32");
  for (const auto& name : runnable()) {
    const ChosenKernels chosen(name);
    const auto ours = computed(file, {Engine::Fast, NumberType::Float32}, torch::kFloat);
    const auto variant = "fast engine, fp32, " + name;
    const FidelityRow rows[] = {{variant, "hidden states, 2-norm", 2e-6, hidden_distance(ours, theirs)},
                                {variant, "gradients, 2-norm", 1e-5, gradient_distance(ours, theirs)},
                                {variant, "loss", 1e-6, std::abs(ours.loss - theirs.loss) / theirs.loss}};
    for (const auto& row : rows) {
      INFO(name << " " << row.measure);
      record(row);
      CHECK(row.measured <= row.tolerance);
    }
  }
}

TEST_CASE("in bfloat16 the fast engine is no further from the truth than autocast", "[engine][parity]") {
  const auto file = SafetensorsFile::open(folder + "/expected.safetensors");
  const auto truth = computed(file, {Engine::Plain, NumberType::Float32}, torch::kDouble);
  const auto theirs = stored(file, "bf16");
  for (const auto& name : runnable()) {
    const ChosenKernels chosen(name);
    const auto ours = computed(file, {Engine::Fast, NumberType::Bfloat16}, torch::kFloat);
    CHECK(std::abs(ours.loss - truth.loss) < 0.005 * truth.loss);
    const auto variant = "fast engine, bf16, " + name + "; the limit is autocast's distance from the truth";
    const FidelityRow rows[] = {
        {variant, "hidden states, 2-norm", hidden_distance(theirs, truth), hidden_distance(ours, truth)},
        {variant, "gradients, 2-norm", gradient_distance(theirs, truth), gradient_distance(ours, truth)}};
    for (const auto& row : rows) {
      INFO(name << " " << row.measure);
      record(row);
      CHECK(row.measured <= row.tolerance);
    }
  }
}

}  // namespace autocast_tests
