// `mtl verify RUN`: recomputes every number of a report, from the predictions alone where they give it.
#include <iostream>
#include <memory>
#include <string>

#include <fmt/format.h>

#include <mtl/experiment/run_folder.hpp>
#include <mtl/report/verify_report.hpp>

#include "commands.hpp"

namespace mtl::program {

namespace {

void print_file(const VerifiedFile& file) {
  const auto& [numbers, differences] = file.compared;
  fmt::print("{} {}: {} numbers recomputed from {}{}\n", differences.empty() ? "ok   " : "WRONG", file.name,
             numbers,
             file.from_predictions ? "the predictions" : "the predictions and the records of training",
             differences.empty() ? "" : fmt::format(", {} lines differ", differences.size()));
  for (const auto& line : differences)
    fmt::print("      line {}\n        found      {}\n        recomputed {}\n", line.line,
               line.found.substr(0, 300), line.recomputed.substr(0, 300));
}

int verify(const std::string& run_folder) {
  const auto run = load_run(run_folder);
  const auto result = verify_report(run, run_folder);
  std::size_t numbers = 0, alone = 0;
  for (const auto& file : result.files) {
    print_file(file);
    numbers += file.compared.numbers;
    if (file.from_predictions) alone += file.compared.numbers;
  }
  for (const auto& fault : result.faults) fmt::print("WRONG {}\n", fault);
  fmt::print("{}: {} numbers, {} of them from the predictions alone; scores of {} cells\n",
             result.holds() ? "verified" : "NOT verified", numbers, alone, result.cells);
  return result.holds() ? 0 : 1;
}

}  // namespace

void add_verify(CLI::App& app) {
  auto run_folder = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("verify", "recomputes every number of a run's report");
  command->add_option("RUN", *run_folder, "folder of a run that `mtl report` has reported")->required();
  command->footer(
      "First from predictions.tsv of the cells alone: tables, figures, statistics and the part of "
      "report.json that follows from\n"
      "them. Then every file, with the times, learning curves and auxiliary scores that were recorded while "
      "training. Exit\n"
      "status 1 when a number differs, with the line of the file.\n"
      "Example:\n"
      "  mtl verify runs/livedoor");
  command->callback([run_folder] { finish(verify(*run_folder)); });
}

}  // namespace mtl::program
