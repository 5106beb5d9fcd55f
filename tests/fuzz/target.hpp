// What the fuzz targets share: bytes come in, mtl::Error is the one way that bad ones may be refused.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <mtl/detail/error.hpp>

/// The entry of every target, as libFuzzer calls it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace mtl::fuzz {

/// The bytes as text. libFuzzer's buffer has exactly `size` of them, so that a look behind is seen.
inline std::string_view bytes_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the process, a finding, unless `ok`.
inline void expect(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "fuzz target: broken promise: %s\n", what);
  std::abort();
}

/// Runs `read`. An mtl::Error is an answer; everything else that is thrown is a finding.
template <class Read>
int answer(Read read) {
  try {
    read();
  } catch (const Error& error) {
    expect(!std::string_view(error.what()).empty(), "an error says something");
  }
  return 0;
}

}  // namespace mtl::fuzz
