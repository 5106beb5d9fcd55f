// `mtl folds`: the folds of a prepared data set, printed, exported or made anew.
#include <iostream>

#include <mtl/data/dataset_file.hpp>

#include "commands.hpp"
#include "number_check.hpp"
#include "same_file.hpp"

namespace mtl::program {
namespace {

struct FoldsSettings {
  std::string data, out;
  int folds = 0;
  std::uint64_t seed = 1;
};

void run(const FoldsSettings& settings) {
  auto [dataset, folds, about] = load_dataset(settings.data);
  const bool anew = settings.folds != 0;
  if (anew)
    folds = stratified_folds(main_labels(dataset), settings.folds, settings.seed, dataset.labels.at("main"));
  for (const char* name : {"dataset.json", "examples.jsonl"})
    require(!same_file(settings.out, settings.data + "/" + name), "--out {}: that is part of the data set",
            settings.out);
  if (!settings.out.empty()) save_folds(settings.out, folds, dataset);
  if (anew) save_folds(settings.data + "/folds.tsv", folds, dataset);
  if (settings.out.empty()) std::cout << format_folds(folds, dataset);
}

}  // namespace

void add_folds(CLI::App& app) {
  auto settings = std::make_shared<FoldsSettings>();
  CLI::App* command =
      app.add_subcommand("folds", "print or export the folds of a data set, or make them anew");
  command->add_option("--data", settings->data, "folder that `mtl prepare` wrote")->required();
  command->add_option("--out", settings->out, "file to export to; default: standard output");
  auto* folds =
      command->add_option("--folds", settings->folds, "make so many folds anew and save them with the data")
          ->check(CLI::Range(3, 1'000'000));
  command->add_option("--seed", settings->seed, "seed of the new folds")
      ->check(any_seed())
      ->capture_default_str()
      ->needs(folds);
  command->footer(
      "Output: one line '# K folds, seed S', then 'id<TAB>fold' for each text. A run on test fold f "
      "validates on\n"
      "fold (f + 1) mod K.\n"
      "Examples:\n"
      "  mtl folds --data data/livedoor > folds.tsv\n"
      "  mtl folds --data data/livedoor --folds 5 --seed 2");
  command->callback([settings] { run(*settings); });
}

}  // namespace mtl::program
