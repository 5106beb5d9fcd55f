// In: best.safetensors of a cell. Out: its encoder and its main head, without the other heads.
#pragma once

#include <mtl/detail/torch.hpp>

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <mtl/experiment/cell_weights.hpp>
#include <mtl/experiment/paper_arms.hpp>
#include <mtl/model/checkpoint.hpp>

namespace mtl {

/// The part of a trained cell that says the class of a text, whatever its arm.
struct TrainedClassifier {
  std::unique_ptr<PaperSingleTask> model;
  std::vector<std::string> classes;
  std::string model_dir;       ///< of the base model
  nlohmann::json preparation;  ///< what dataset.json said of the training data
};

namespace detail {

inline TrainedClassifier build_classifier(const SafetensorsFile& file, const std::string& path,
                                          std::string model_dir) {
  const auto json = [&](const char* key) { return nlohmann::json::parse(cell_metadata(file, path, key)); };
  TrainedClassifier trained{.model = nullptr,
                            .classes = json("labels").at("main").get<std::vector<std::string>>(),
                            .model_dir = std::move(model_dir),
                            .preparation = json("preparation")};
  const auto base = json("base");
  if (trained.model_dir.empty()) trained.model_dir = base.at("base_model").get<std::string>();
  require(weights_digest(trained.model_dir) == base.at("base_digest"),
          "{}: its weights are not those that {} was trained from", trained.model_dir, path);
  const auto backbone = load_bert(trained.model_dir);
  int layer = backbone->layers();
  for (const auto& head : json("heads"))
    if (head.at("name") == "main") layer = head.at("layer").get<int>();
  trained.model = std::make_unique<PaperSingleTask>(
      backbone,
      SequenceClassifier<dynamic_layer>{{.hidden = static_cast<std::int64_t>(backbone->config().hidden),
                                         .labels = static_cast<std::int64_t>(trained.classes.size()),
                                         .layer = layer}});
  require_trained_tensors(file, path, *trained.model);
  auto weights = read_weights(file);
  std::erase_if(weights, [](const NamedParameter& one) {
    return one.name.starts_with("heads.") && !one.name.starts_with("heads.main.");
  });
  restore(*trained.model, weights);
  return trained;
}

}  // namespace detail

/// Loads it. `model_dir`: the base model; empty: where it was when the cell was trained. Throws Error when
/// the file is no checkpoint of a sweep, is incomplete, or the base model is another one.
inline TrainedClassifier load_trained_classifier(const std::string& checkpoint, std::string model_dir = {}) {
  const auto file = SafetensorsFile::open(checkpoint);
  try {
    return detail::build_classifier(file, checkpoint, std::move(model_dir));
  } catch (const nlohmann::json::exception& problem) {
    throw Error(fmt::format("{}: its metadata is not that of a checkpoint of `mtl sweep`: {}", checkpoint,
                            problem.what()));
  }
}

}  // namespace mtl
