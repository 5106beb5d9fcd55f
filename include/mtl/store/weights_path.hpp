// In: a model folder in Hugging Face layout. Out: the file in it that CheckpointFile opens for its weights.
#pragma once

#include <array>
#include <filesystem>
#include <string>

#include <mtl/detail/error.hpp>

namespace mtl {

/// The weights of a model folder: the first of model.safetensors, its index, pytorch_model.bin, its index.
/// Throws Error with the likely cause when the folder or all four are not there.
inline std::string weights_path(const std::string& model_dir) {
  constexpr std::array names{"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
                             "pytorch_model.bin.index.json"};
  const std::filesystem::path folder(model_dir);
  require(std::filesystem::is_directory(folder), "{}: there is no such model folder; is its path right?",
          model_dir);
  for (const char* name : names)
    if (std::filesystem::is_regular_file(folder / name)) return (folder / name).string();
  for (const char* other : {"tf_model.h5", "flax_model.msgpack"})
    require(!std::filesystem::exists(folder / other),
            "{}: has {}, of another framework, but neither model.safetensors nor pytorch_model.bin",
            model_dir, other);
  throw Error(fmt::format(
      "{}: has neither model.safetensors nor pytorch_model.bin, nor an index of either; was the download "
      "complete?",
      model_dir));
}

}  // namespace mtl
