// `mtl report RUN`: the paper's table and figure for a run, and everything a reader needs to judge them.
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include <mtl/experiment/run_folder.hpp>
#include <mtl/report/write_report.hpp>

#include "commands.hpp"

namespace mtl::program {

void add_report(CLI::App& app) {
  auto run_folder = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("report", "tables, figure and page of a run, finished or not");
  command->add_option("RUN", *run_folder, "folder that `mtl sweep` wrote")->required();
  command->footer(
      "Writes RUN/report/{report.html,table.md,table.csv,table.tex,accuracy.svg,folds.csv} and prints "
      "table.md;\n"
      "the last line of the output is the path of report.html.\n"
      "Example:\n"
      "  mtl report runs/livedoor");
  command->callback([run_folder] {
    const auto page = write_report(load_run(*run_folder), *run_folder);
    const auto table = std::filesystem::path(page).replace_filename("table.md");
    std::cout << read_file(table.string()) << "\n" << page << "\n";
  });
}

}  // namespace mtl::program
