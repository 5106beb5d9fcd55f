// The memory that this process may still take, and has: by the system, and by the control group in which a
// scheduler such as Slurm has put it. Linux; elsewhere unknown.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <mtl/experiment/peak_memory.hpp>

namespace mtl {

namespace detail {

/// The first number of a file; -1 where there is none, as in "max".
inline std::int64_t number_in(const std::filesystem::path& file) {
  std::int64_t number = -1;
  return std::ifstream(file) >> number ? number : -1;
}

/// Bytes that a version 2 control group uses and cannot give back; -1 where it does not say. What the system
/// keeps of files that were read (such as a data set or a model) counts as used, but makes room on demand.
inline std::int64_t used_in_group(const std::filesystem::path& folder) {
  const auto used = number_in(folder / "memory.current");
  const auto stat = (folder / "memory.stat").string();
  const auto files = number_behind(stat, "inactive_file") + number_behind(stat, "active_file");
  return used < 0 ? used : std::max<std::int64_t>(used - files, 0);
}

/// What is free in a version 2 control group and in all above it; -1 where none has a limit.
inline std::int64_t free_in_group(const std::filesystem::path& root, std::filesystem::path group) {
  std::int64_t free = -1;
  for (; !group.empty(); group = group == group.parent_path() ? "" : group.parent_path()) {
    const auto folder = root / group.relative_path();
    const auto limit = number_in(folder / "memory.max"), used = used_in_group(folder);
    if (limit < 0 || used < 0) continue;
    const auto left = std::max<std::int64_t>(limit - used, 0);
    free = free < 0 ? left : std::min(free, left);
  }
  return free;
}

}  // namespace detail

/// Bytes: what this process has, and what is free besides. 0 where the system does not say. The process's
/// pages of files are among what is free, and count once.
inline std::int64_t available_memory() {
  auto free = detail::kilobytes_of("/proc/meminfo", "MemAvailable:");
  if (free == 0) return 0;
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);)
    if (line.starts_with("0::"))
      if (const auto left = detail::free_in_group("/sys/fs/cgroup", line.substr(3)); left >= 0)
        free = std::min(free, left);
  const auto own = [](const char* key) { return detail::kilobytes_of("/proc/self/status", key); };
  return free + own("VmRSS:") - own("RssFile:");
}

}  // namespace mtl
