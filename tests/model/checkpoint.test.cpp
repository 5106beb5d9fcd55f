#include <mtl/detail/torch.hpp>

#include <support/catch.hpp>

#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <mtl/model/checkpoint.hpp>

namespace checkpoint_tests {

using namespace mtl;
using Catch::Matchers::Contains;
using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

const std::string plain = std::string(MTL_TEST_DATA) + "/model/bert-plain";
const std::string published = std::string(MTL_TEST_DATA) + "/checkpoints/";

/// A copy of the fixture's config.json with weights of one's own, gone after the test.
struct ModelFolder {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("mtl-checkpoint-" + std::to_string(::getpid()));
  explicit ModelFolder(const NamedTensors& weights) {
    std::filesystem::create_directories(folder);
    std::filesystem::copy_file(plain + "/config.json", folder / "config.json");
    write_tensors(weights_file(), weights);
  }
  ~ModelFolder() { std::filesystem::remove_all(folder); }
  std::string weights_file() const { return (folder / "model.safetensors").string(); }
};

NamedTensors fixture() {
  NamedTensors all;
  const auto file = SafetensorsFile::open(plain + "/model.safetensors");
  for (const auto& entry : file.tensors()) all.emplace_back(entry.name, read_tensor(file, entry));
  return all;
}

void check_equal(BertBackbone& a, BertBackbone& b, double tolerance) {
  const auto other = b.named_parameters();
  for (const auto& item : a.named_parameters()) {
    INFO(item.key());
    CHECK(item.value().allclose(other[item.key()], tolerance, tolerance));
  }
}

TEST_CASE("checkpoint: weights that are written are read back bit for bit", "[model]") {
  const auto backbone = load_bert(plain);
  NamedTensors weights;
  for (const auto& item : backbone->named_parameters()) weights.emplace_back(item.key(), item.value());
  const ModelFolder model(weights);
  const auto again = load_bert(model.folder.string());
  const auto parameters = again->named_parameters();
  REQUIRE(parameters.size() == weights.size());
  for (const auto& [name, value] : weights) CHECK(parameters[name].equal(value));
}

TEST_CASE("checkpoint: old names, prefixes, narrow types and parts without use are understood", "[model]") {
  NamedTensors weights;
  for (auto& [name, value] : fixture()) {
    std::string old = "bert." + name;
    if (old.ends_with("LayerNorm.weight")) old = old.substr(0, old.size() - 6) + "gamma";
    if (old.ends_with("LayerNorm.bias")) old = old.substr(0, old.size() - 4) + "beta";
    weights.emplace_back(old, value);
  }
  weights.emplace_back("cls.predictions.bias", torch::zeros({50}));
  weights.emplace_back("bert.embeddings.position_ids", torch::arange(16).unsqueeze(0));
  const auto expected = load_bert(plain);
  for (const auto& [type, tolerance] : {std::pair{torch::kFloat, 0.0}, std::pair{torch::kDouble, 0.0},
                                        std::pair{torch::kHalf, 2e-3}, std::pair{torch::kBFloat16, 1e-2}}) {
    auto converted = weights;
    for (auto& [name, value] : converted)
      if (value.is_floating_point()) value = value.to(type);
    const ModelFolder model(converted);
    check_equal(*load_bert(model.folder.string()), *expected, tolerance);
  }
}

TEST_CASE("checkpoint: a model folder may hold its weights in any published form", "[model]") {
  const auto expected = load_bert(published + "bert");
  const auto form = GENERATE(as<std::string>{}, "bert-zip", "bert-legacy", "bert-shards", "bert-bin-shards");
  INFO(form);
  const ModelFolder model({});
  std::filesystem::remove(model.weights_file());
  std::filesystem::copy(published + "bert/config.json", model.folder / "config.json",
                        std::filesystem::copy_options::overwrite_existing);
  for (const auto& file : std::filesystem::directory_iterator(published + form))
    std::filesystem::copy(file.path(), model.folder / file.path().filename());
  check_equal(*load_bert(model.folder.string()), *expected, 0);
}

TEST_CASE("checkpoint: gamma and beta are old names of a LayerNorm's, and of nothing else", "[model]") {
  CHECK(mtl::detail::parameter_name("bert.embeddings.LayerNorm.gamma") == "embeddings.LayerNorm.weight");
  CHECK(mtl::detail::parameter_name("LayerNorm.beta") == "LayerNorm.bias");
  CHECK(mtl::detail::parameter_name("bert.pooler.gamma") == "pooler.gamma");
  CHECK(mtl::detail::parameter_name("encoder.MyLayerNorm.gamma") == "encoder.MyLayerNorm.gamma");
  CHECK(mtl::detail::parameter_name("LayerNorm.gamma.weight") == "LayerNorm.gamma.weight");
  CHECK(mtl::detail::parameter_name("gamma") == "gamma");
}

TEST_CASE("checkpoint: stored position ids are not used, but must be the model's", "[model]") {
  const auto with_ids = [](const torch::Tensor& ids) {
    auto weights = fixture();
    weights.emplace_back("embeddings.position_ids", ids);
    return weights;
  };
  {
    const ModelFolder model(with_ids(torch::arange(16).unsqueeze(0)));
    check_equal(*load_bert(model.folder.string()), *load_bert(plain), 0);
  }
  for (const auto& ids : {torch::arange(17).unsqueeze(0), torch::arange(16), torch::zeros({1, 16})}) {
    const ModelFolder wrong(with_ids(ids));
    CHECK_THROWS_WITH(load_bert(wrong.folder.string()),
                      Contains("another shape") && Contains("embeddings.position_ids (the file has"));
  }
}

TEST_CASE("checkpoint: everything that does not fit is listed in one error, and nothing is changed",
          "[model]") {
  auto weights = fixture();
  std::erase_if(weights, [](const auto& item) {
    return item.first == "encoder.layer.2.output.dense.bias" || item.first == "embeddings.LayerNorm.weight";
  });
  weights.emplace_back("encoder.layer.3.output.dense.bias", torch::zeros({24}));
  for (auto& [name, value] : weights)
    if (name == "embeddings.word_embeddings.weight") value = torch::zeros({49, 24});
  const ModelFolder model(weights);
  const auto backbone = load_bert(plain), before = load_bert(plain);
  CHECK_THROWS_WITH(
      load_weights(*backbone, model.weights_file()),
      Contains(model.weights_file()) &&
          Contains("missing: embeddings.LayerNorm.weight, encoder.layer.2.output.dense.bias") &&
          Contains("unexpected: encoder.layer.3.output.dense.bias") &&
          Contains("config.json and weights disagree") &&
          Contains("embeddings.word_embeddings.weight (the model has [50 x 24], the file F32 [49 x 24])"));
  check_equal(*backbone, *before, 0);
}

TEST_CASE("checkpoint: a type that no weight has is told from a wrong shape", "[model]") {
  auto weights = fixture();
  for (auto& [name, value] : weights)
    if (name == "embeddings.LayerNorm.weight") value = value.to(torch::kLong);
  const ModelFolder model(weights);
  CHECK_THROWS_WITH(load_bert(model.folder.string()),
                    Contains("of a type that is no weight's (F16, BF16, F32 and F64 are read): "
                             "embeddings.LayerNorm.weight (I64)") &&
                        !Contains("of another shape"));
}

TEST_CASE("checkpoint: weights that are no finite numbers are refused, and nothing is changed", "[model]") {
  const auto type = GENERATE(torch::kFloat, torch::kHalf, torch::kDouble);
  const auto bad = GENERATE(NAN, -INFINITY);
  auto weights = fixture();
  for (auto& [name, value] : weights)
    if (value.is_floating_point()) value = value.to(type);
  for (auto& [name, value] : weights)
    if (name == "encoder.layer.1.output.dense.bias") value[3] = bad;
  const ModelFolder model(weights);
  const auto backbone = load_bert(plain), before = load_bert(plain);
  CHECK_THROWS_WITH(
      load_weights(*backbone, model.weights_file()),
      Contains(model.weights_file() + ": tensor 'encoder.layer.1.output.dense.bias' holds a NaN or an "
                                      "infinity (element 3 of 24)"));
  check_equal(*backbone, *before, 0);
}

TEST_CASE("checkpoint: weights of another family than the configuration's are refused", "[model]") {
  const auto backbone = load_bert(std::string(MTL_TEST_DATA) + "/parity/bert-gelu");
  CHECK_THROWS_WITH(load_weights(*backbone, std::string(MTL_TEST_DATA) + "/parity/roberta/model.safetensors"),
                    Contains("do not fit the model") && Contains("unexpected: ") &&
                        Contains("roberta.embeddings.word_embeddings.weight"));
}

TEST_CASE("checkpoint: sizes that no memory could hold are refused before they are allocated", "[model]") {
  const ModelFolder model(fixture());
  auto json = nlohmann::json::parse(read_file(plain + "/config.json"));
  json["vocab_size"] = 10'000'000;
  json["intermediate_size"] = 1'000'000;
  json["num_hidden_layers"] = 200;
  std::ofstream((model.folder / "config.json").string()) << json;
  CHECK_THROWS_WITH(load_bert(model.folder.string()), Contains("the model has [10000000 x 24]"));
}

TEST_CASE("checkpoint: what a folder lacks is named", "[model]") {
  const ModelFolder model({});
  const auto folder = model.folder.string();
  CHECK_THROWS_WITH(load_bert(folder + "/none"), Contains("none: there is no such model folder"));
  std::filesystem::remove(model.weights_file());
  CHECK_THROWS_WITH(load_bert(folder), Contains("has neither model.safetensors nor pytorch_model.bin"));
  std::ofstream(folder + "/pytorch_model.bin") << "x";
  CHECK_THROWS_WITH(load_bert(folder), Contains("pytorch_model.bin: is cut short"));
}

TEST_CASE("checkpoint: a model's digest follows its weights", "[model]") {
  auto weights = fixture();
  const auto digest = [&] {
    const ModelFolder model(weights);
    return weights_digest(model.folder.string());
  };
  const auto first = digest();
  CHECK(first == digest());
  weights.front().second.view(-1)[0] += 1;
  CHECK(first != digest());
}

TEST_CASE("checkpoint: the digest of weights in several files follows each of them", "[model]") {
  const ModelFolder model({});
  std::filesystem::remove(model.weights_file());
  for (const auto& file : std::filesystem::directory_iterator(published + "bert-shards"))
    std::filesystem::copy(file.path(), model.folder / file.path().filename());
  const auto first = weights_digest(model.folder.string());
  const auto shard = (model.folder / "model-00002-of-00002.safetensors").string();
  auto bytes = read_file(shard);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_file_atomically(shard, bytes);
  CHECK(weights_digest(model.folder.string()) != first);
}

}  // namespace checkpoint_tests
