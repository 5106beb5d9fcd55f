// In: the name of a tensor in a published checkpoint. Out: the parameter it fills, or that it fills none.
#pragma once

#include <string>
#include <string_view>

namespace mtl::detail {

/// The name that a module gives to a tensor of a checkpoint: no prefix "bert.", and LayerNorm.gamma and
/// .beta, as files of 2018 have them, under their later names.
inline std::string parameter_name(std::string_view stored) {
  if (stored.starts_with("bert.")) stored.remove_prefix(5);
  const auto dot = stored.rfind('.');
  if (dot == std::string_view::npos) return std::string(stored);
  const auto owner = stored.substr(0, dot), last = stored.substr(dot + 1);
  if (owner == "LayerNorm" || owner.ends_with(".LayerNorm")) {  // elsewhere gamma may be a name of its own
    if (last == "gamma") return std::string(owner) + ".weight";
    if (last == "beta") return std::string(owner) + ".bias";
  }
  return std::string(stored);
}

/// Heads of published checkpoints, by parameter_name(), that an encoder has no use for. They may be absent,
/// as the decoder's weight is where it is tied to the word embeddings.
inline bool is_ignored(std::string_view name) {
  return name.starts_with("pooler.") || name.starts_with("cls.");
}

/// The positions 0, 1, 2, ... that some versions of transformers stored as if they were weights.
inline bool is_position_ids(std::string_view name) { return name == "embeddings.position_ids"; }

}  // namespace mtl::detail
