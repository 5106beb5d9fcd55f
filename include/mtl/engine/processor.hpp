// What this processor can do, as far as the kernels ask, and what it is. Torch-free.
#pragma once

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <string_view>

namespace mtl {

/// Whether this processor has the instructions of the avx2 kernels, and the system saves their registers.
inline bool has_avx2() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

/// The same of the avx512 kernels, which multiply bfloat16.
inline bool has_avx512_bf16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

/// What the system says of the first processor; empty where it says nothing. Its name alone would not do:
/// several generations are called "AMD EPYC".
inline std::string processor_facts(const std::string& cpuinfo = "/proc/cpuinfo") {
  static constexpr std::array<std::string_view, 10> facts{
      "model name",      "cpu family",       "model",       "stepping", "flags",      // x86
      "CPU implementer", "CPU architecture", "CPU variant", "CPU part", "Features"};  // ARM
  std::ifstream lines(cpuinfo);
  std::string line, found;
  while (std::getline(lines, line) && !line.empty()) {  // an empty line is between two processors
    const auto fact = std::string_view(line).substr(0, line.find('\t'));
    if (std::ranges::find(facts, fact) != facts.end()) found += line + "\n";
  }
  return found;
}

}  // namespace mtl
