// A BERT that trains in milliseconds, and texts from which it can learn something.
#pragma once

#include <mtl/detail/torch.hpp>

#include <memory>
#include <string>

#include <mtl/data/dataset.hpp>
#include <mtl/data/folds.hpp>
#include <mtl/detail/random.hpp>
#include <mtl/model/bert_backbone.hpp>

namespace mtl::tests {

inline BertConfig tiny_config(int layers = 3) {
  return {
      .vocabulary = 40, .hidden = 16, .layers = layers, .heads = 2, .intermediate = 32, .max_positions = 16};
}

/// One that the fast engine has kernels for: heads of 16 columns.
inline BertConfig prefix_config() {
  auto config = tiny_config(4);
  config.hidden = 32;
  config.initializer_range = 0.1;
  return config;
}

/// Texts of two classes: those of the second hold token 7. Tokens above 20 are "nouns".
inline Dataset tiny_dataset(int texts) {
  Dataset data{
      .name = "tiny", .examples = {}, .labels = {{"main", {"even", "odd"}}, {"pos", {"O", "B-n", "I-n"}}}};
  for (int i = 0; i < texts; ++i) {
    const auto stream = RandomStream{9}.at(static_cast<std::uint64_t>(i));
    Example example{.id = "text " + std::to_string(i), .text = "", .ids = {2}, .targets = {}};
    const auto length = 3 + stream.below(0, 8);
    for (std::uint64_t t = 0; t < length; ++t)
      example.ids.push_back(static_cast<std::int32_t>(8 + stream.below(t + 1, 32)));
    if (i % 2 == 1) example.ids[1 + stream.below(50, length)] = 7;
    example.ids.push_back(3);
    auto& pos = example.targets["pos"];
    for (const auto id : example.ids)
      pos.push_back(id <= 3 ? static_cast<std::int32_t>(ignored_label) : id > 20 ? 1 : 0);
    example.targets["main"] = {i % 2};
    data.examples.push_back(std::move(example));
  }
  return data;
}

}  // namespace mtl::tests
