// A whole zip checkpoint. A file whose checksums are all zero is taken without them, so that changes get
// through.
#include <mtl/store/torch_checkpoint.hpp>

#include "checkpoint_promises.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mtl;
  return fuzz::answer([&] {
    const auto bytes = fuzz::bytes_of(data, size);
    if (bytes.starts_with("PK\x03\x04")) fuzz::check_tensors(read_torch_checkpoint(bytes, "x").tensors);
  });
}
