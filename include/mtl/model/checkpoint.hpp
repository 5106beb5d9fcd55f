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
#include <mtl/store/digest.hpp>
#include <mtl/store/safetensors.hpp>

namespace mtl {

namespace detail {

inline bool is_number(Dtype dtype) {
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

/// What of a file goes into which parameter. Throws one Error that lists everything that does not fit.
inline std::map<std::string, const TensorEntry*> match_weights(const torch::nn::Module& module,
                                                               const SafetensorsFile& file,
                                                               const std::string& path, BertFamily family) {
  std::map<std::string, const TensorEntry*> found;
  std::vector<std::string> missing, unexpected, shapes;
  const auto parameters = module.named_parameters();
  for (const auto& entry : file.tensors()) {
    const auto name = parameter_name(entry.name, family);
    const auto* const parameter = parameters.find(name);
    if (parameter == nullptr && is_ignored(name)) continue;
    if (parameter == nullptr || !found.emplace(name, &entry).second)
      unexpected.push_back(entry.name);
    else if (!is_number(entry.dtype) || parameter->sizes() != torch::IntArrayRef(entry.shape))
      shapes.push_back(fmt::format("{} (the model has {}, the file {} {})", entry.name,
                                   shape_text(parameter->sizes()), dtype_name(entry.dtype),
                                   shape_text(entry.shape)));
  }
  for (const auto& item : parameters)
    if (!found.contains(item.key())) missing.push_back(item.key());
  std::string problems;
  if (!missing.empty()) problems += fmt::format("\n  missing: {}", joined(missing));
  if (!unexpected.empty()) problems += fmt::format("\n  unexpected: {}", joined(unexpected));
  if (!shapes.empty())
    problems += fmt::format("\n  of another shape, config.json and weights disagree: {}", joined(shapes));
  require(problems.empty(),
          "{}: these weights do not fit the model; are config.json and weights of one model?{}", path,
          problems);
  return found;
}

inline void copy_weights(const SafetensorsFile& file, const TensorEntry& entry, torch::Tensor& parameter) {
  const auto bytes = file.bytes(entry);
  if (entry.dtype == Dtype::F32 && parameter.is_cpu() && parameter.scalar_type() == torch::kFloat)
    std::memcpy(parameter.mutable_data_ptr(), bytes.data(), bytes.size());  // one copy, from the mapping
  else
    parameter.copy_(read_tensor(file, entry));
}

}  // namespace detail

/// Fills every parameter of the module from a safetensors file, converting F16, BF16 and F64.
///
/// Names are those of Hugging Face's models of that family, with or without its prefix ("bert."); the pooler
/// and known heads are ignored. Throws Error, before anything is changed, that lists all missing, unexpected
/// and wrongly shaped names.
inline void load_weights(torch::nn::Module& module, const std::string& path,
                         BertFamily family = BertFamily::Bert) {
  const torch::NoGradGuard no_grad;
  const auto file = SafetensorsFile::open(path);
  auto parameters = module.named_parameters();
  for (const auto& [name, entry] : detail::match_weights(module, file, path, family))
    detail::copy_weights(file, *entry, parameters[name]);
}

/// The file of a model folder's weights. Throws Error with the likely cause when folder or file is not there.
inline std::string weights_path(const std::string& model_dir) {
  const std::filesystem::path folder(model_dir);
  require(std::filesystem::is_directory(folder), "{}: there is no such model folder; is its path right?",
          model_dir);
  const auto weights = folder / "model.safetensors";
  if (std::filesystem::is_regular_file(weights)) return weights.string();
  require(!std::filesystem::exists(folder / "model.safetensors.index.json"),
          "{}: its weights are split over several files, which is not supported", model_dir);
  require(!std::filesystem::exists(folder / "pytorch_model.bin"),
          "{}: has pytorch_model.bin but no model.safetensors; convert it first (mtl convert)", model_dir);
  throw Error(fmt::format("{}: has no model.safetensors; was the download complete?", model_dir));
}

/// The BERT, or the model of its shape, of a folder with config.json and model.safetensors. Throws Error as
/// read_bert_config() and load_weights() do; nothing is allocated before the sizes of both agree.
inline std::shared_ptr<BertBackbone> load_bert(const std::string& model_dir) {
  const auto path = weights_path(model_dir);
  const auto config = read_bert_config((std::filesystem::path(model_dir) / "config.json").string());
  const BertBackbone shapes(config, {.seed = std::nullopt, .device = torch::kMeta});
  detail::match_weights(shapes, SafetensorsFile::open(path), path, config.family);
  auto backbone = std::make_shared<BertBackbone>(config, InitialWeights{.seed = std::nullopt});
  load_weights(*backbone, path, config.family);
  return backbone;
}

/// Identifies a model: the digest of its config.json and its weights.
inline std::string weights_digest(const std::string& model_dir) {
  const auto weights = digest_file(weights_path(model_dir));
  return Digest()
      .add(digest_file((std::filesystem::path(model_dir) / "config.json").string()))
      .add(weights)
      .hex();
}

}  // namespace mtl
