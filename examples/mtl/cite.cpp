// `mtl cite RUN`: a methods paragraph in English and Japanese, and BibTeX, with the run's digests.
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include <mtl/experiment/run_folder.hpp>
#include <mtl/report/cite.hpp>
#include <mtl/store/atomic_file.hpp>

#include "commands.hpp"

namespace mtl::program {

namespace {

void cite(const std::string& run_folder) {
  const auto report = make_report(load_run(run_folder));
  const auto english = methods_english(report), japanese = methods_japanese(report), entries = bibtex(report);
  const auto folder = std::filesystem::path(run_folder) / "report";
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  require(!failed, "{}: cannot be made: {}", folder.string(), failed.message());
  write_file_atomically((folder / "methods.en.txt").string(), english);
  write_file_atomically((folder / "methods.ja.txt").string(), japanese);
  write_file_atomically((folder / "cite.bib").string(), entries);
  std::cout << english << "\n" << japanese << "\n" << entries;
}

}  // namespace

void add_cite(CLI::App& app) {
  auto run_folder = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("cite", "methods paragraph (English, Japanese) and BibTeX of a run");
  command->add_option("RUN", *run_folder, "folder that `mtl sweep` wrote")->required();
  command->footer(
      "Prints them and writes RUN/report/{methods.en.txt,methods.ja.txt,cite.bib}. The digests in them "
      "change with every text,\n"
      "fold, weight and setting that can change a result.\n"
      "Example:\n"
      "  mtl cite runs/livedoor");
  command->callback([run_folder] { cite(*run_folder); });
}

}  // namespace mtl::program
