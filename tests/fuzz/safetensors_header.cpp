// A whole safetensors file.
#include <mtl/store/checkpoint_file.hpp>

#include "checkpoint_promises.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mtl;
  return fuzz::answer([&] {
    const auto bytes = fuzz::bytes_of(data, size);
    if (checkpoint_format(bytes, "x") == CheckpointFormat::Safetensors)
      fuzz::check_tensors(CheckpointFile::read(bytes, nullptr, "x").tensors());
  });
}
