// In: the bytes of a zip file that torch.save wrote (version 1.6 and later). Out: the object and its
// storages.
#pragma once

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/store/byte_reader.hpp>
#include <mtl/store/torch_save.hpp>
#include <mtl/store/unpickler.hpp>
#include <mtl/store/zip_directory.hpp>

namespace mtl::detail {

/// The folder of all entries, with its slash: that of the one entry data.pkl.
inline std::string_view torch_zip_stem(const ZipDirectory& directory, const std::string& path) {
  std::string_view stem;
  int found = 0;
  for (const auto& entry : directory.entries()) {
    if (!entry.name.ends_with("/data.pkl")) continue;
    stem = entry.name.substr(0, entry.name.size() - std::string_view("data.pkl").size());
    ++found;
  }
  require(found > 0, "{}: is a zip file without data.pkl: no checkpoint of torch.save", path);
  require(found == 1, "{}: has {} entries data.pkl; the file is forged", path, found);
  return stem;
}

inline void refuse_torchscript(const ZipDirectory& directory, std::string_view stem,
                               const std::string& path) {
  const bool script = std::ranges::any_of(directory.entries(), [&](const ZipEntry& entry) {
    if (!entry.name.starts_with(stem)) return false;
    const auto rest = entry.name.substr(stem.size());
    return rest == "constants.pkl" || rest.starts_with("code/");
  });
  require(!script,
          "{}: is a TorchScript program, which is code; save model.state_dict() by torch.save instead", path);
}

/// The bytes of every storage, of the size that the pickle says.
inline std::vector<std::string_view> torch_zip_storages(const ZipDirectory& directory,
                                                        const std::string& stem, const TorchObjects& objects,
                                                        const std::string& path) {
  std::vector<std::string_view> storages;
  for (const auto& storage : objects.storages()) {
    const auto* const entry = directory.find(stem + "data/" + std::string(storage.key));
    require(entry != nullptr, "{}: has no entry data/{} for one of its storages; it is damaged or forged",
            path, storage.key);
    const auto wanted = static_cast<std::uint64_t>(storage.elements) * dtype_bytes(storage.dtype);
    require(entry->bytes.size() == wanted,
            "{}: its entry data/{} has {} bytes, its pickle says {}; it is damaged or forged", path,
            storage.key, entry->bytes.size(), wanted);
    storages.push_back(directory.bytes(*entry));
  }
  return storages;
}

/// The version of the archive's form, which torch reads from 1 to 10 (its caffe2/serialize/versions.h, up to
/// torch 2.13; torch.save writes 3). Older writers left it out.
inline void check_torch_zip_version(const ZipDirectory& directory, const std::string& stem,
                                    const std::string& path) {
  for (const auto* const name : {"version", ".data/version"}) {
    const auto* const entry = directory.find(stem + name);
    if (entry == nullptr) continue;
    const auto text = directory.bytes(*entry);
    int version = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), version).ptr;
    const auto rest = text.substr(static_cast<std::size_t>(end - text.data()));
    require(version >= 1 && version <= 10 && (rest.empty() || rest == "\n"),
            "{}: its version is '{}', and 1 to 10 are known; it is damaged, or of a newer torch", path,
            printable(text));
  }
}

/// Reads the object. Checksums are checked of every entry that is used. Throws Error, naming heap.path(),
/// where a rule of the zip file, of the pickle or of their agreement is broken.
inline TorchSave read_torch_zip(std::string_view file, PickleHeap& heap, TorchObjects& objects) {
  const auto& path = heap.path();
  const auto directory = ZipDirectory::read(file, path);
  const std::string stem(torch_zip_stem(directory, path));
  refuse_torchscript(directory, stem, path);
  check_torch_zip_version(directory, stem, path);
  if (const auto* const order = directory.find(stem + "byteorder"))
    require(directory.bytes(*order) == "little",
            "{}: was written on a big-endian machine, which is not supported", path);
  ByteReader reader(directory.bytes(*directory.find(stem + "data.pkl")), path + ": its data.pkl");
  TorchSave save{.object = Unpickler(reader, heap, objects).run()};
  require(reader.done(), "{}: {} bytes stand behind the end of its data.pkl; it is forged", path,
          reader.left());
  save.storages = torch_zip_storages(directory, stem, objects, path);
  return save;
}

}  // namespace mtl::detail
