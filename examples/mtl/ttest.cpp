// `mtl ttest FILE.csv`: the paired t-test of two columns, as one JSON object.
#include <iostream>
#include <memory>
#include <sstream>
#include <string>

#include <mtl/report/ttest_json.hpp>
#include <mtl/stats.hpp>
#include <mtl/store/atomic_file.hpp>

#include "commands.hpp"

namespace mtl::program {

void add_ttest(CLI::App& app) {
  auto file = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("ttest", "paired t-test of two columns of numbers");
  command->add_option("FILE", *file, "CSV file of two columns, a pair a line; a header is allowed")
      ->required();
  command->footer(
      "Output: one JSON object; the differences are first column minus second. Where the data has no "
      "t-test,\n"
      "`status` says why and the numbers are null.\n"
      "Example:\n"
      "  mtl ttest accuracies.csv");
  command->callback([file] {
    std::istringstream input(read_file(*file));
    const auto pairs = stats::read_paired_csv(input, *file);
    std::cout << ttest_json(stats::paired_t_test(pairs.a, pairs.b)).dump(2) << "\n";
  });
}

}  // namespace mtl::program
