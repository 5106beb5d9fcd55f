// A vocab.txt.
#include <mtl/text/vocabulary.hpp>

#include "memory_file.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mtl;
  static const fuzz::MemoryFile file;
  return fuzz::answer([&] {
    file.write(fuzz::bytes_of(data, size));
    const auto vocabulary = Vocabulary::read(file.path());
    std::size_t bytes = 0;
    for (const auto& token : vocabulary.tokens()) {
      const auto id = vocabulary.find(token);
      fuzz::expect(id && vocabulary.tokens()[static_cast<std::size_t>(*id)] == token, "a token is found");
      fuzz::expect(token.size() <= vocabulary.longest(), "none is longer than the longest");
      bytes += token.size();
    }
    fuzz::expect(bytes <= size, "tokens are made of the file's bytes");
  });
}
