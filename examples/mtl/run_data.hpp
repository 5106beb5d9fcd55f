// In: a run folder. Out: the folder of the data that it was made from, as its sweep.toml names it.
#pragma once

#include <string>

namespace mtl::program {

/// Empty where there is no sweep.toml, or none that says so. Throws mtl::Error for one that is not TOML.
std::string run_data_folder(const std::string& run_folder);

}  // namespace mtl::program
