// In: a model and the encoder layers that may learn. Out: every other backbone parameter frozen, and a table
// that says so.
#pragma once

#include <mtl/detail/torch.hpp>

#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <mtl/model/trainable_model.hpp>

namespace mtl {

/// The encoder layer (1 .. N) a parameter belongs to; none for embeddings and heads.
inline std::optional<int> encoder_layer(std::string_view parameter) {
  constexpr std::string_view prefix = "backbone.encoder.layer.";
  if (!parameter.starts_with(prefix)) return std::nullopt;
  int index = 0;
  const char* begin = parameter.data() + prefix.size();
  const auto parsed = std::from_chars(begin, parameter.data() + parameter.size(), index);
  return parsed.ec == std::errc{} ? std::optional{index + 1} : std::nullopt;
}

/// Lets the heads and the given encoder layers learn and freezes the rest of the backbone, embeddings
/// included (paper, section 3.4: layers l and 12). Throws Error for a layer that the model lacks.
inline void train_only(TrainableModel& model, const std::set<int>& layers) {
  for (const int layer : layers)
    require(layer >= 1 && layer <= model.layers(),
            "layer {} cannot be trained: the backbone has layers 1 to {}", layer, model.layers());
  for (auto& item : model.module().named_parameters()) {
    const auto layer = encoder_layer(item.key());
    item.value().set_requires_grad(!item.key().starts_with("backbone.") ||
                                   (layer && layers.contains(*layer)));
  }
}

/// The lowest encoder layer with a parameter that learns; layers() + 1 when only heads learn.
inline int lowest_trainable_layer(TrainableModel& model) {
  int lowest = model.layers() + 1;
  for (const auto& item : model.module().named_parameters())
    if (item.value().requires_grad()) lowest = std::min(lowest, encoder_layer(item.key()).value_or(lowest));
  return lowest;
}

/// A table of what trains, one line a part: embeddings, each layer, each head.
inline std::string trainable_table(TrainableModel& model) {
  struct Part {
    std::string name;
    std::int64_t trained = 0, frozen = 0;
  };
  std::map<int, Part> parts;  // 0: embeddings, k: layer k, then the heads
  std::map<std::string, int, std::less<>> head_row;
  for (const auto& head : model.heads()) {
    const int row = model.layers() + 1 + static_cast<int>(head_row.size());
    parts[row].name = fmt::format("head {} (layer {})", head.name, head.layer);
    head_row[head.name] = row;
  }
  for (const auto& item : model.module().named_parameters()) {
    int row = encoder_layer(item.key()).value_or(0);
    for (const auto& [head, number] : head_row)
      if (item.key().starts_with("heads." + head + ".")) row = number;
    Part& part = parts[row];
    if (part.name.empty()) part.name = row == 0 ? "embeddings" : fmt::format("layer {}", row);
    (item.value().requires_grad() ? part.trained : part.frozen) += item.value().numel();
  }
  std::string table = fmt::format("{:<20} {:>12} {:>14}\n", "part", "trained", "frozen");
  Part all{.name = "all"};
  for (const auto& [row, part] : parts) {
    table += fmt::format("{:<20} {:>12} {:>14}\n", part.name, part.trained, part.frozen);
    all.trained += part.trained;
    all.frozen += part.frozen;
  }
  return table + fmt::format("{:<20} {:>12} {:>14}\n", all.name, all.trained, all.frozen);
}

}  // namespace mtl
