// In: a model whose frozen parameters do not require gradients. Out: what the optimiser may change, by rate.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <mtl/model/trainable_model.hpp>

namespace mtl {

/// A learning rate of one head's own.
struct HeadRate {
  std::string head;
  double rate = 0;
};

/// Learning rates of the paper (section 3.4).
struct LearningRates {
  double backbone = 5e-5;           ///< of the trainable encoder layers
  double heads = 1e-4;              ///< of every head without a rate of its own
  std::vector<HeadRate> head = {};  ///< own rates
};

struct NamedParameter {
  std::string name;     ///< "backbone.<Hugging Face name>" or "heads.<head>.<name>"
  torch::Tensor value;  ///< a leaf; the model's own storage
};

/// Parameters that share a learning rate.
struct ParameterGroup {
  std::string name;  ///< "backbone" or "heads.<head>"
  double rate = 0;
  std::vector<NamedParameter> parameters;
};

/// Every parameter that requires a gradient, in the model's order.
inline std::vector<NamedParameter> trainable_parameters(TrainableModel& model) {
  std::vector<NamedParameter> trainable;
  for (const auto& item : model.module().named_parameters())
    if (item.value().requires_grad()) trainable.push_back({item.key(), item.value()});
  return trainable;
}

/// The trainable parameters: the backbone's in one group, each head's in one of its own. Throws Error when
/// nothing is trainable, when a rate is not positive, or when `rates.head` names a head the model lacks.
inline std::vector<ParameterGroup> parameter_groups(TrainableModel& model, const LearningRates& rates) {
  std::vector<ParameterGroup> groups{{"backbone", rates.backbone, {}}};
  for (const auto& head : model.heads()) {
    const auto own = std::ranges::find(rates.head, head.name, &HeadRate::head);
    groups.push_back({"heads." + head.name, own == rates.head.end() ? rates.heads : own->rate, {}});
  }
  for (const auto& [name, rate] : rates.head) {
    const auto is_named = [&head = name](const ParameterGroup& group) {
      return group.name == "heads." + head;
    };
    require(std::ranges::any_of(groups, is_named),
            "a learning rate is given for head '{}', which the model lacks", name);
  }
  for (auto& parameter : trainable_parameters(model))
    for (auto& group : groups)
      if (parameter.name.starts_with(group.name + ".")) group.parameters.push_back(parameter);
  std::erase_if(groups, [](const ParameterGroup& group) { return group.parameters.empty(); });
  require(!groups.empty(), "nothing to train: every parameter of the model is frozen");
  for (const auto& group : groups)
    require(group.rate > 0 && group.rate < 1, "the learning rate of '{}' is {}; it must lie between 0 and 1",
            group.name, group.rate);
  return groups;
}

}  // namespace mtl
