// In: a checkpoint of any form. Out: one safetensors file with the same tensors.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/store/checkpoint_file.hpp>
#include <mtl/store/safetensors_writer.hpp>
#include <mtl/store/weights_path.hpp>

namespace mtl {

/// What convert_checkpoint did.
struct ConvertedCheckpoint {
  std::string input;                  ///< the file it read, of a model folder
  std::size_t tensors = 0;            ///< written
  std::vector<std::string> left_out;  ///< tied to another one that was written
};

namespace detail {

/// A head's weight that transformers ties to another one by itself when a file lacks it, and that other one's
/// last components. Of all else that shares bytes, every name is written.
struct TiedName {
  std::string_view tied, source;
};
inline constexpr std::array<TiedName, 6> tied_names{
    {{"cls.predictions.decoder.weight", "word_embeddings.weight"},
     {"cls.predictions.decoder.bias", "cls.predictions.bias"},
     {"lm_head.decoder.weight", "word_embeddings.weight"},
     {"lm_head.decoder.bias", "lm_head.bias"},
     {"generator_lm_head.weight", "word_embeddings.weight"},
     {"vocab_projector.weight", "word_embeddings.weight"}}};

inline bool is_tied(const TensorView& tensor, const std::vector<TensorView>& all) {
  for (const auto& [tied, source] : tied_names) {
    if (tensor.name != tied) continue;
    for (const auto& other : all)
      if (other.name.ends_with(source) && other.dtype == tensor.dtype && other.shape == tensor.shape &&
          other.bytes.data() == tensor.bytes.data())
        return true;
  }
  return false;
}

}  // namespace detail

/// Writes the checkpoint `in`, a file, an index of shards or a model folder, as the safetensors file `out`,
/// whole or not at all. Names, types and values stay as they are.
///
/// Throws Error as CheckpointFile::open() and write_safetensors() do.
inline ConvertedCheckpoint convert_checkpoint(const std::string& in, const std::string& out) {
  ConvertedCheckpoint done;
  done.input = std::filesystem::is_directory(in) ? weights_path(in) : in;
  const auto file = CheckpointFile::open(done.input);
  std::vector<TensorView> kept;
  for (const auto& tensor : file.tensors()) {
    if (detail::is_tied(tensor, file.tensors()))
      done.left_out.push_back(tensor.name);
    else
      kept.push_back(tensor);
  }
  require(!kept.empty(), "{}: has no tensors", done.input);
  write_safetensors(out, kept);
  done.tensors = kept.size();
  return done;
}

}  // namespace mtl
