// Runs a fuzz target once over every file of the given folders: what libFuzzer's own main does with a corpus,
// for compilers without libFuzzer.
#include <cstdio>
#include <filesystem>
#include <memory>

#include <mtl/store/atomic_file.hpp>

#include "target.hpp"

int main(int count, char** words) {
  int inputs = 0;
  for (int i = 1; i < count; ++i) {
    for (const auto& file : std::filesystem::recursive_directory_iterator(words[i])) {
      if (!file.is_regular_file()) continue;
      const auto bytes = mtl::read_file(file.path().string());
      std::printf("%s\n", file.path().c_str());
      std::fflush(stdout);  // the last line names the input that broke it
      const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[bytes.size()]);
      std::copy(bytes.begin(), bytes.end(), exact.get());
      LLVMFuzzerTestOneInput(exact.get(), bytes.size());
      ++inputs;
    }
  }
  std::printf("%d inputs\n", inputs);
  return inputs > 0 ? 0 : 1;
}
