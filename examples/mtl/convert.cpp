// `mtl convert IN OUT.safetensors`: a checkpoint of any published form as one safetensors file.
#include <iostream>
#include <memory>
#include <string>

#include <mtl/store/convert_checkpoint.hpp>

#include "commands.hpp"
#include "sha256.hpp"

namespace mtl::program {
namespace {

struct ConvertSettings {
  std::string in, out;
};

void run(const ConvertSettings& settings) {
  require(settings.out.ends_with(".safetensors"), "{}: the file to write must be named *.safetensors",
          settings.out);
  const auto done = convert_checkpoint(settings.in, settings.out);
  write_sha256_manifest(settings.out);
  std::cerr << fmt::format("{}: {} tensors of {}\n", settings.out, done.tensors, done.input);
  for (const auto& name : done.left_out)
    std::cerr << fmt::format("{}: left out, since it is tied to another tensor that is there\n", name);
}

}  // namespace

void add_convert(CLI::App& app) {
  auto settings = std::make_shared<ConvertSettings>();
  CLI::App* command =
      app.add_subcommand("convert", "a PyTorch checkpoint, or one in shards, to one safetensors file");
  command
      ->add_option("IN", settings->in,
                   "pytorch_model.bin, model.safetensors, the .index.json of either, or a model folder")
      ->required();
  command->add_option("OUT", settings->out, "the safetensors file to write; its SHA-256 goes to OUT.sha256")
      ->required();
  command->footer(
      "Nothing in IN is run: of a pickle only the parts of a state dict are known, the rest is refused. "
      "Names, "
      "types and\n"
      "values stay as they are; heads' weights that transformers ties to the embeddings are written once.\n"
      "Example:\n"
      "  mtl convert models/bert/pytorch_model.bin models/bert/model.safetensors\n"
      "  (cd models/bert && sha256sum -c model.safetensors.sha256)");
  command->callback([settings] { run(*settings); });
}

}  // namespace mtl::program
