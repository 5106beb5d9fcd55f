// `mtl predict`: a checkpoint of a sweep and text on standard input, JSON lines on standard output.
#include <mtl/detail/torch.hpp>

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include <mtl/experiment/predictor.hpp>

#include "commands.hpp"

namespace mtl::program {

namespace {

struct PredictSettings {
  std::string checkpoint, model;
  int batch = 32;
  std::string engine = "auto", precision = "auto";
};

nlohmann::ordered_json to_json(const TextPrediction& prediction, const std::vector<std::string>& classes,
                               const std::string& text) {
  nlohmann::ordered_json json{{"class", nullptr},
                              {"probabilities", nlohmann::ordered_json::object()},
                              {"spans", nlohmann::json::array()}};
  if (prediction.label) json["class"] = classes.at(*prediction.label);
  for (std::size_t c = 0; c < prediction.probabilities.size(); ++c)
    json["probabilities"][classes[c]] = prediction.probabilities[c];
  for (const auto& [begin, end, label] : prediction.spans)
    json["spans"].push_back(
        {{"begin", begin}, {"end", end}, {"label", label}, {"text", text.substr(begin, end - begin)}});
  return json;
}

void predict(const PredictSettings& settings) {
  require(settings.batch > 0, "--batch {}: it takes at least one text", settings.batch);
  auto predictor = Predictor::load(settings.checkpoint, settings.model,
                                   {engine_named(settings.engine), precision_named(settings.precision)});
  std::vector<std::string> lines;
  std::size_t number = 0;
  const auto flush = [&] {
    const auto predictions = predictor.predict(lines);
    for (std::size_t i = 0; i < lines.size(); ++i)
      std::cout << to_json(predictions[i], predictor.classes(), lines[i]).dump() << "\n";
    lines.clear();
  };
  for (std::string line; std::getline(std::cin, line);) {
    require_utf8_lines(line, "standard input", ++number);
    lines.push_back(line);
    if (lines.size() == static_cast<std::size_t>(settings.batch)) flush();
  }
  flush();
}

}  // namespace

void add_predict(CLI::App& app) {
  auto settings = std::make_shared<PredictSettings>();
  auto* const command =
      app.add_subcommand("predict", "text on standard input, one a line, to class, probabilities and spans");
  command->add_option("--checkpoint", settings->checkpoint, "best.safetensors of a cell")->required();
  command->add_option("--model", settings->model, "the base model, where it is no longer where it was");
  command->add_option("--batch", settings->batch, "texts at a time")->capture_default_str();
  command
      ->add_option("--engine", settings->engine,
                   "fast: our own kernels; plain: libtorch's, the reference; auto: fast "
                   "where the processor has AVX2")
      ->check(CLI::IsMember({"auto", "fast", "plain"}))
      ->capture_default_str();
  command
      ->add_option("--precision", settings->precision,
                   "of the fast engine: bf16, fp32, or auto: bf16 where the processor multiplies it")
      ->check(CLI::IsMember({"auto", "bf16", "fp32"}))
      ->capture_default_str();
  command->footer(
      "Output: one JSON object a line; the bytes of a span count in the line as it was given, and what the "
      "normalisation\n"
      "removed behind its last piece belongs to it.\n"
      "Example:\n"
      "  echo 新しい映画が公開された | mtl predict --checkpoint "
      "runs/quick/cells/multi-l2-f0-s1-0a1b2c3d/best.safetensors");
  command->callback([settings] { predict(*settings); });
}

}  // namespace mtl::program
