#include "run_data.hpp"

#include <filesystem>

#include <toml++/toml.h>

#include <mtl/store/atomic_file.hpp>

namespace mtl::program {

std::string run_data_folder(const std::string& run_folder) {
  const auto file = run_folder + "/sweep.toml";
  if (!std::filesystem::exists(file)) return {};
  try {
    return toml::parse(read_file(file))["data"].value_or(std::string{});
  } catch (const toml::parse_error& problem) {
    throw Error(fmt::format("{}: {}; likely cause: the file was edited", file, problem.description()));
  }
}

}  // namespace mtl::program
