// In: the bytes of a file that torch.save wrote before version 1.6. Out: the object and its storages.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/store/byte_reader.hpp>
#include <mtl/store/checkpoint_format.hpp>
#include <mtl/store/torch_save.hpp>
#include <mtl/store/unpickler.hpp>

namespace mtl::detail {

/// The second and third pickle: the version, and the machine that wrote the file.
inline void check_torch_legacy_start(const PickleValue& version, const PickleValue& machine,
                                     const PickleHeap& heap) {
  using Kind = PickleValue::Kind;
  require(version.kind == Kind::Whole && version.number == 1001,
          "{}: its version is not 1001, the only one of PyTorch's legacy files", heap.path());
  require(machine.is_dict(), "{}: does not say which machine wrote it; it is damaged or forged", heap.path());
  const auto& items = heap.items(machine);
  bool little = false;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2)
    if (heap.is_text(items[i], "little_endian"))
      little = items[i + 1].kind == Kind::Bool && items[i + 1].number == 1;
  require(little, "{}: was written on a big-endian machine, which is not supported", heap.path());
}

/// Behind the pickles: for each key in turn the number of elements and their bytes, up to the file's end.
inline std::vector<std::string_view> torch_legacy_storages(ByteReader& reader, const PickleValue& keys,
                                                           const PickleHeap& heap,
                                                           const TorchObjects& objects) {
  const auto& path = heap.path();
  require(keys.kind == PickleValue::Kind::List, "{}: has no list of its storages; it is damaged or forged",
          path);
  std::vector<std::string_view> storages(objects.storages().size());
  std::vector<bool> found(storages.size(), false);
  for (const auto& key : heap.items(keys)) {
    require(key.kind == PickleValue::Kind::Text, "{}: the key of a storage is no text; it is forged", path);
    const auto which = objects.find_storage(heap.text(key));
    require(which && !found[*which],
            "{}: lists a storage that no tensor is part of, or one twice; it is forged", path);
    const auto& storage = objects.storages()[*which];
    require(reader.number(8) == static_cast<std::uint64_t>(storage.elements),
            "{}: storage {} has another number of elements than its pickle says; it is damaged or forged",
            path, storage.key);
    storages[*which] = reader.take(static_cast<std::uint64_t>(storage.elements) * dtype_bytes(storage.dtype));
    found[*which] = true;
  }
  require(std::ranges::find(found, false) == found.end(),
          "{}: does not list all storages that its tensors are parts of; it is damaged or forged", path);
  return storages;
}

/// Reads the object of a file that begins with legacy_magic. Throws Error, naming heap.path(), where a rule
/// of the pickles or of their agreement with what follows is broken.
inline TorchSave read_torch_legacy(std::string_view file, PickleHeap& heap, TorchObjects& objects) {
  ByteReader reader(file, heap.path());
  reader.take(legacy_magic.size());
  const auto next = [&] { return Unpickler(reader, heap, objects).run(); };
  const auto version = next(), machine = next();
  check_torch_legacy_start(version, machine, heap);
  TorchSave save{.object = next()};
  save.storages = torch_legacy_storages(reader, next(), heap, objects);
  require(reader.done(),
          "{}: {} bytes behind the last storage belong to no tensor; the file is damaged or forged",
          heap.path(), reader.left());
  return save;
}

}  // namespace mtl::detail
