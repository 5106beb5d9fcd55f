// In: a model. Out: copies of its trainable parameters, to be put back later, written to disk or read from
// it.
#pragma once

#include <mtl/detail/torch.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <mtl/model/tensor_file.hpp>
#include <mtl/train/parameter_groups.hpp>

namespace mtl {

/// Copies of the parameters that learn, in the model's order.
using TrainedWeights = std::vector<NamedParameter>;

/// A copy of every parameter that learns. It is all that training can have changed.
inline TrainedWeights copy_trained(TrainableModel& model) {
  TrainedWeights copies = trainable_parameters(model);
  for (auto& copy : copies) copy.value = copy.value.detach().clone();
  return copies;
}

/// Puts copies back into the parameters of the same names. Throws Error for a name or shape that the model
/// lacks.
inline void restore(TrainableModel& model, const TrainedWeights& weights) {
  const torch::NoGradGuard no_grad;
  auto parameters = model.module().named_parameters();
  for (const auto& [name, value] : weights) {
    auto* const parameter = parameters.find(name);
    require(parameter != nullptr, "the model has no parameter '{}' to restore", name);
    require(parameter->sizes() == value.sizes(),
            "parameter '{}' has another shape than the weights to restore", name);
    parameter->copy_(value);
  }
}

/// Writes the weights as a safetensors file. Throws Error when it cannot be written.
inline void save_weights(const std::string& path, const TrainedWeights& weights,
                         const std::map<std::string, std::string>& metadata) {
  std::vector<std::pair<std::string, torch::Tensor>> tensors;
  for (const auto& [name, value] : weights) tensors.emplace_back(name, value);
  write_tensors(path, tensors, metadata);
}

/// The weights in a file that save_weights wrote.
inline TrainedWeights read_weights(const SafetensorsFile& file) {
  TrainedWeights weights;
  for (const auto& entry : file.tensors()) weights.push_back({entry.name, read_tensor(file, entry)});
  return weights;
}

}  // namespace mtl
