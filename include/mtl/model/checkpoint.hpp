// In: a model folder in Hugging Face layout. Out: a BertBackbone with its weights.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/model/bert_backbone.hpp>
#include <mtl/model/bert_config.hpp>
#include <mtl/model/checkpoint_names.hpp>
#include <mtl/model/tensor_file.hpp>
#include <mtl/store/checkpoint_file.hpp>
#include <mtl/store/digest.hpp>
#include <mtl/store/non_finite.hpp>
#include <mtl/store/weights_path.hpp>

namespace mtl {

namespace detail {

inline bool is_weight(Dtype dtype) {
  return dtype == Dtype::F32 || dtype == Dtype::F16 || dtype == Dtype::BF16 || dtype == Dtype::F64;
}

inline std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

inline std::string shape_text(torch::IntArrayRef sizes) {
  std::string text;
  for (const auto size : sizes) text += fmt::format("{}{}", text.empty() ? "" : " x ", size);
  return "[" + text + "]";
}

/// Whether stored position ids are those of the model: [1, positions], or any number of them where the model
/// has no table of positions.
inline bool are_position_ids(const TensorView& stored,
                             const torch::OrderedDict<std::string, torch::Tensor>& has) {
  const auto* const table = has.find("embeddings.position_embeddings.weight");
  return stored.dtype == Dtype::I64 && stored.shape.size() == 2 && stored.shape[0] == 1 &&
         (table == nullptr || stored.shape[1] == table->size(0));
}

/// What of a file goes into which parameter. Throws one Error that lists everything that does not fit.
inline std::map<std::string, const TensorView*> match_weights(const torch::nn::Module& module,
                                                              const CheckpointFile& file,
                                                              const std::string& path, BertFamily family) {
  std::map<std::string, const TensorView*> found;
  std::vector<std::string> missing, unexpected, shapes, types;
  const auto parameters = module.named_parameters();
  for (const auto& entry : file.tensors()) {
    const auto name = parameter_name(entry.name, family);
    const auto* const parameter = parameters.find(name);
    if (parameter == nullptr && is_ignored(name)) continue;
    if (is_position_ids(name)) {
      if (!are_position_ids(entry, parameters))
        shapes.push_back(fmt::format("{} (the file has {} {})", entry.name, dtype_name(entry.dtype),
                                     shape_text(entry.shape)));
      continue;
    }
    if (parameter == nullptr || !found.emplace(name, &entry).second)
      unexpected.push_back(entry.name);
    else if (!is_weight(entry.dtype))
      types.push_back(fmt::format("{} ({})", entry.name, dtype_name(entry.dtype)));
    else if (parameter->sizes() != torch::IntArrayRef(entry.shape))
      shapes.push_back(fmt::format("{} (the model has {}, the file {} {})", entry.name,
                                   shape_text(parameter->sizes()), dtype_name(entry.dtype),
                                   shape_text(entry.shape)));
  }
  for (const auto& item : parameters)
    if (!found.contains(item.key())) missing.push_back(item.key());
  std::string problems;
  const auto list = [&](std::string_view what, const std::vector<std::string>& names) {
    if (!names.empty()) problems += fmt::format("\n  {}: {}", what, joined(names));
  };
  list("missing", missing);
  list("unexpected", unexpected);
  list("of another shape, config.json and weights disagree", shapes);
  list("of a type that is no weight's (F16, BF16, F32 and F64 are read)", types);
  require(problems.empty(),
          "{}: these weights do not fit the model; are config.json and weights of one model?{}", path,
          problems);
  return found;
}

/// Throws Error for the first weight that is no finite number.
inline void require_finite(const std::map<std::string, const TensorView*>& weights, const std::string& path) {
  for (const auto& [name, stored] : weights) {
    const auto place = find_non_finite(*stored);
    require(!place,
            "{}: tensor '{}' holds a NaN or an infinity (element {} of {}); likely cause: a training that "
            "diverged, or "
            "a damaged file",
            path, stored->name, place.value_or(0), stored->bytes.size() / dtype_bytes(stored->dtype));
  }
}

inline void copy_weights(const TensorView& stored, torch::Tensor& parameter) {
  if (stored.dtype != Dtype::F32 || !parameter.is_cpu() || parameter.scalar_type() != torch::kFloat) {
    parameter.copy_(read_tensor(stored));
    return;
  }
  std::memcpy(parameter.mutable_data_ptr(), stored.bytes.data(), stored.bytes.size());  // from the mapping
  parameter.unsafeGetTensorImpl()->bump_version();  // the fast engine's copies of weights go by that
}

}  // namespace detail

/// Fills every parameter of the module from a checkpoint of any form (see CheckpointFile), converting F16,
/// BF16 and F64.
///
/// Names are those of Hugging Face's models of that family, with or without its prefix ("bert."); the pooler,
/// known heads and position_ids are ignored, the last after a look at their shape. Throws Error, before
/// anything is changed, that lists all missing, unexpected and wrongly shaped names, or names the tensor that
/// holds a NaN or an infinity.
inline void load_weights(torch::nn::Module& module, const CheckpointFile& file,
                         BertFamily family = BertFamily::Bert) {
  const torch::NoGradGuard no_grad;
  auto parameters = module.named_parameters();
  const auto weights = detail::match_weights(module, file, file.path(), family);
  detail::require_finite(weights, file.path());
  for (const auto& [name, stored] : weights) detail::copy_weights(*stored, parameters[name]);
}

/// The same from the checkpoint at `path`: a file, or the index of several.
inline void load_weights(torch::nn::Module& module, const std::string& path,
                         BertFamily family = BertFamily::Bert) {
  load_weights(module, CheckpointFile::open(path), family);
}

/// The BERT, or the model of its shape, of a folder with config.json and weights (see weights_path). Throws
/// Error as read_bert_config() and load_weights() do; nothing is allocated before the sizes of both agree.
inline std::shared_ptr<BertBackbone> load_bert(const std::string& model_dir) {
  const auto path = weights_path(model_dir);
  const auto config = read_bert_config((std::filesystem::path(model_dir) / "config.json").string());
  const BertBackbone shapes(config, {.seed = std::nullopt, .device = torch::kMeta});
  const auto file = CheckpointFile::open(path);
  detail::match_weights(shapes, file, path, config.family);
  auto backbone = std::make_shared<BertBackbone>(config, InitialWeights{.seed = std::nullopt});
  load_weights(*backbone, file, config.family);
  return backbone;
}

/// Identifies a model: the digest of its config.json and of all files of its weights.
inline std::string weights_digest(const std::string& model_dir) {
  Digest digest;
  digest.add(digest_file((std::filesystem::path(model_dir) / "config.json").string()));
  for (const auto& file : checkpoint_files(weights_path(model_dir))) digest.add(digest_file(file));
  return digest.hex();
}

}  // namespace mtl
