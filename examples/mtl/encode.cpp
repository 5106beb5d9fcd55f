// `mtl encode`: token ids, one text a line, to the hidden states of every layer.
#include <mtl/detail/torch.hpp>

#include <unistd.h>

#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>

#include <mtl/data/token_ids_file.hpp>
#include <mtl/model/checkpoint.hpp>
#include <mtl/model/hidden_states.hpp>
#include <mtl/model/tensor_file.hpp>

#include "commands.hpp"
#include "same_file.hpp"

namespace mtl::program {

namespace {

struct EncodeSettings {
  std::string model, ids, out;
  int batch = 32;
};

/// Refuses what this machine cannot hold, before the weights are read.
void check_memory(double bytes) {
  const double memory =
      static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGE_SIZE));
  require(bytes < memory,
          "the hidden states of these texts need {:.1f} GB, this machine has {:.1f}; encode fewer at a time, "
          "and long texts apart from short ones (each is padded to the longest)",
          bytes / 1e9, memory / 1e9);
}

/// Throws Error where the output would take the place of what is read, or be read as the model's weights the
/// next time.
void require_spares_input(const EncodeSettings& settings) {
  const std::filesystem::path out(settings.out), folder(settings.model);
  require(!same_file(settings.out, settings.ids), "--out {}: that is the file of the token ids",
          settings.out);
  auto files = checkpoint_files(weights_path(settings.model));
  files.push_back((folder / "config.json").string());
  for (const auto& file : files)
    require(!same_file(settings.out, file), "--out {}: that is a file of the model", settings.out);
  const bool beside = same_file(detail::folder_of(settings.out), settings.model);
  require(!beside || out.filename() != "model.safetensors",
          "--out {}: in the model's folder a file of this name would be taken for its weights", settings.out);
}

void encode(const EncodeSettings& settings) {
  require(settings.batch > 0, "--batch {}: it takes at least one text", settings.batch);
  const auto config = read_bert_config((std::filesystem::path(settings.model) / "config.json").string());
  require_spares_input(settings);
  const auto texts = read_token_ids(settings.ids, {config.vocabulary, config.longest_text()});
  check_memory(bytes_of_hidden_states(config, texts));
  const auto backbone = load_bert(settings.model);
  backbone->set_engine({.engine = Engine::Plain});
  std::vector<std::pair<std::string, torch::Tensor>> tensors;
  for (const auto& layer : hidden_states(*backbone, texts, settings.batch))
    tensors.emplace_back(fmt::format("hidden.{}", tensors.size()), layer);
  write_tensors(settings.out, tensors);
}

}  // namespace

void add_encode(CLI::App& app) {
  auto settings = std::make_shared<EncodeSettings>();
  auto* const command = app.add_subcommand("encode", "token ids to the hidden states of every layer");
  command->add_option("--model", settings->model, "BERT in Hugging Face layout")->required();
  command->add_option("--ids", settings->ids, "file of token ids separated by spaces, one text a line")
      ->required();
  command->add_option("--out", settings->out, "safetensors file to write")->required();
  command->add_option("--batch", settings->batch, "texts at a time")->capture_default_str();
  command->footer(
      "The ids are fed as they are: no special token is added, nothing is cut.\n"
      "Output: tensors hidden.0 (the embeddings) to hidden.N, each [texts, longest text, hidden] float32, "
      "zeros behind\n"
      "each text's end.\n"
      "Example:\n"
      "  echo 0 6 104397 154 171391 342 237785 1453 30 2 > ids.txt\n"
      "  mtl encode --model models/e5-small --ids ids.txt --out hidden.safetensors");
  command->callback([settings] { encode(*settings); });
}

}  // namespace mtl::program
