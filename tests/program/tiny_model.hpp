// A BERT in Hugging Face layout that is small enough for tests: random weights beside the tokenizer of
// tests/data/corpora/tiny-bert.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <mtl/detail/random.hpp>
#include <mtl/store/safetensors_writer.hpp>

namespace mtl::tests {

/// The sizes in tiny-bert's config.json.
struct TinySizes {
  std::int64_t vocabulary = 61, positions = 512, hidden = 8, intermediate = 16, layers = 2;
};

/// Names and shapes of Hugging Face's BertModel, with its prefix and its pooler.
inline std::vector<std::pair<std::string, std::vector<std::int64_t>>> tiny_shapes(const TinySizes& size) {
  const auto h = size.hidden, wide = size.intermediate;
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> shapes{
      {"embeddings.word_embeddings.weight", {size.vocabulary, h}},
      {"embeddings.position_embeddings.weight", {size.positions, h}},
      {"embeddings.token_type_embeddings.weight", {2, h}},
      {"embeddings.LayerNorm.weight", {h}},
      {"embeddings.LayerNorm.bias", {h}},
      {"pooler.dense.weight", {h, h}},
      {"pooler.dense.bias", {h}}};
  for (std::int64_t i = 0; i < size.layers; ++i) {
    const auto add = [&](const std::string& name, std::int64_t out, std::int64_t in) {
      shapes.push_back({fmt::format("encoder.layer.{}.{}.weight", i, name), {out, in}});
      shapes.push_back({fmt::format("encoder.layer.{}.{}.bias", i, name), {out}});
    };
    for (const char* part :
         {"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"})
      add(part, h, h);
    add("intermediate.dense", wide, h);
    add("output.dense", h, wide);
    for (const char* norm : {"attention.output.LayerNorm", "output.LayerNorm"}) {
      shapes.push_back({fmt::format("encoder.layer.{}.{}.weight", i, norm), {h}});
      shapes.push_back({fmt::format("encoder.layer.{}.{}.bias", i, norm), {h}});
    }
  }
  return shapes;
}

/// Writes a whole model folder.
inline void write_tiny_model(const std::filesystem::path& folder, const TinySizes& size = {}) {
  std::filesystem::copy(MTL_TEST_DATA "/corpora/tiny-bert", folder);
  const auto shapes = tiny_shapes(size);
  std::vector<std::vector<float>> values;
  std::vector<TensorView> tensors;
  for (const auto& [name, shape] : shapes) {
    std::int64_t count = 1;
    for (const auto rows : shape) count *= rows;
    const auto stream = RandomStream{3}.named(name);
    const bool scale = name.ends_with("LayerNorm.weight"), matrix = shape.size() == 2;
    auto& list = values.emplace_back(static_cast<std::size_t>(count), scale ? 1.0F : 0.0F);
    for (std::size_t k = 0; matrix && k < list.size(); ++k)
      list[k] = 0.3F * static_cast<float>(stream.normal(k));
    tensors.push_back(
        {"bert." + name, Dtype::F32, shape,
         std::string_view(reinterpret_cast<const char*>(list.data()), list.size() * sizeof(float))});
  }
  write_safetensors((folder / "model.safetensors").string(), tensors);
}

}  // namespace mtl::tests
