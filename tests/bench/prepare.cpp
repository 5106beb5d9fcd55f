// `mtl prepare` alone: what scripts/bench times from the raw archive to the data set.
#include <iostream>

#include <mtl/detail/error.hpp>

#include "commands.hpp"

int main(int count, char** words) try {
  CLI::App app("mtl prepare");
  app.require_subcommand(1);
  mtl::program::add_prepare(app);
  app.parse(count, words);
} catch (const std::exception& error) {
  std::cerr << "bench_prepare: " << error.what() << "\n";
  return 1;
}
