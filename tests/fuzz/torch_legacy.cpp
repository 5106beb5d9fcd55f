// A whole legacy checkpoint.
#include <mtl/store/torch_checkpoint.hpp>

#include "checkpoint_promises.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mtl;
  return fuzz::answer([&] {
    const auto bytes = fuzz::bytes_of(data, size);
    if (bytes.starts_with(detail::legacy_magic))
      fuzz::check_tensors(read_torch_checkpoint(bytes, "x").tensors);
  });
}
