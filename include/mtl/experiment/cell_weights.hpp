// In: best.safetensors of a cell. Out: what a sweep wrote into its metadata, and whether its tensors are all
// there.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <mtl/detail/error.hpp>
#include <mtl/model/trainable_model.hpp>
#include <mtl/store/safetensors.hpp>

namespace mtl {

/// One entry of the metadata: "preparation", "base", "labels", "heads", "tensors" (JSON). Throws Error where
/// there is none.
inline std::string cell_metadata(const SafetensorsFile& file, const std::string& path,
                                 const std::string& key) {
  const auto found = file.metadata().find(key);
  require(found != file.metadata().end(),
          "{}: has no '{}' in its metadata; is it best.safetensors of a cell of `mtl sweep`?", path, key);
  return found->second;
}

/// Throws Error unless the file holds what was trained, among it all heads of the model.
inline void require_trained_tensors(const SafetensorsFile& file, const std::string& path,
                                    TrainableModel& model) {
  const auto trained =
      nlohmann::json::parse(cell_metadata(file, path, "tensors")).get<std::vector<std::string>>();
  std::string missing;
  const auto want = [&](const std::string& name) {
    if (file.find(name) == nullptr) missing += (missing.empty() ? "" : ", ") + name;
  };
  for (const auto& name : trained) want(name);
  for (const auto& item : model.module().named_parameters())
    if (item.key().starts_with("heads.") && std::ranges::find(trained, item.key()) == trained.end())
      want(item.key());
  require(missing.empty(), "{}: these trained weights are missing: {}; was the file cut or edited?", path,
          missing);
}

}  // namespace mtl
