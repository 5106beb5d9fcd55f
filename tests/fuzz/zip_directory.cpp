// A zip file's directory, and every entry by name.
#include <mtl/store/zip_directory.hpp>

#include "target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mtl;
  return fuzz::answer([&] {
    const auto bytes = fuzz::bytes_of(data, size);
    const auto directory = detail::ZipDirectory::read(bytes, "x");
    std::size_t total = 0;
    for (const auto& entry : directory.entries()) {
      fuzz::expect(directory.find(entry.name) == &entry, "an entry is found by its name");
      total += entry.bytes.size();
    }
    fuzz::expect(total <= bytes.size(), "entries do not overlap");
    for (const auto& entry : directory.entries()) directory.bytes(entry);
  });
}
