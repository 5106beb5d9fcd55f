// The pickle of a checkpoint, without a container: every storage that it describes is there.
#include <vector>

#include <mtl/store/torch_checkpoint.hpp>

#include "checkpoint_promises.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mtl;
  constexpr std::size_t file_bytes = std::size_t{1} << 16;
  return fuzz::answer([&] {
    const auto bytes = fuzz::bytes_of(data, size);
    detail::PickleHeap heap(bytes, "x", std::uint64_t{16} << 20);
    detail::TorchObjects objects(heap, file_bytes);
    detail::ByteReader reader(bytes, "x");
    detail::TorchSave save{.object = detail::Unpickler(reader, heap, objects).run()};
    std::vector<std::vector<char>> storages;
    for (const auto& storage : objects.storages()) {
      const auto width = dtype_bytes(storage.dtype);
      storages.emplace_back(static_cast<std::size_t>(storage.elements) * width);
      save.storages.emplace_back(storages.back().data(), storages.back().size());
    }
    fuzz::check_tensors(detail::TorchTensors(save, objects, heap, file_bytes).all().tensors);
  });
}
