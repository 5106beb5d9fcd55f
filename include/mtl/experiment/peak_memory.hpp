// The most memory that this process has held since a moment of one's choice. Linux: by /proc; elsewhere
// unknown.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>

namespace mtl {

/// Starts the measurement anew. Where the system does not allow it, the next peak_memory() counts from the
/// start of the process.
inline void reset_peak_memory() { std::ofstream("/proc/self/clear_refs") << "5"; }

/// Bytes of the largest resident set since then; 0 where the system does not say. Memory of a GPU is not in
/// it.
inline std::int64_t peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::int64_t kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

}  // namespace mtl
