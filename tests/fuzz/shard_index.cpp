// The index of a checkpoint in shards.
#include <mtl/store/shard_index.hpp>

#include "target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mtl;
  return fuzz::answer([&] {
    for (const auto& [name, file] : parse_shard_index(fuzz::bytes_of(data, size), "x")) {
      fuzz::expect(file.find('/') == std::string::npos && file != "..", "a shard lies beside its index");
      detail::require_tensor_name(name, "x");
    }
  });
}
