// In: two paths. Out: whether they lead to one file, so that no output falls on an input.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

namespace mtl::program {

/// Whether both paths are there and mean the same file or folder, through links too.
inline bool same_file(const std::string& a, const std::string& b) {
  std::error_code absent;
  return std::filesystem::equivalent(a, b, absent) && !absent;
}

}  // namespace mtl::program
