// In: a path. Out: the tensors of a safetensors file, by name, their bytes mapped and not copied.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/store/byte_reader.hpp>
#include <mtl/store/checkpoint_format.hpp>
#include <mtl/store/mapped_file.hpp>
#include <mtl/store/safetensors_format.hpp>
#include <mtl/store/safetensors_writer.hpp>

namespace mtl {

/// A safetensors file, checked whole when it is opened. Copies share the mapping.
class SafetensorsFile {
 public:
  /// Maps the file and reads its header. Throws Error, with the file's name and the likely cause, when any
  /// rule of the format is broken; nothing is allocated beyond a small multiple of the header.
  static SafetensorsFile open(const std::string& path) {
    const auto mapping = std::make_shared<const detail::MappedFile>(path);
    return read(mapping->bytes(), mapping, path);
  }

  /// The same of bytes that `owner` keeps. `path` is named in errors.
  static SafetensorsFile read(std::string_view bytes, std::shared_ptr<const void> owner,
                              const std::string& path) {
    SafetensorsFile file;
    file.owner_ = std::move(owner);
    const auto format = checkpoint_format(bytes, path);
    require(format == CheckpointFormat::Safetensors,
            "{}: is a PyTorch checkpoint, not a safetensors file; convert it first (mtl convert)", path);
    const std::uint64_t length = detail::ByteReader(bytes, path).number(8);
    file.data_ = bytes.substr(8 + length);
    file.header_ = parse_safetensors_header(bytes.substr(8, length), file.data_.size(), path);
    file.index_names();
    return file;
  }

  /// In the order of their bytes.
  const std::vector<TensorEntry>& tensors() const { return header_.tensors; }

  /// The tensor of that name, or nullptr.
  const TensorEntry* find(std::string_view name) const {
    const auto name_of = [&](std::size_t i) { return std::string_view(header_.tensors[i].name); };
    const auto found = std::ranges::lower_bound(by_name_, name, {}, name_of);
    return found == by_name_.end() || name_of(*found) != name ? nullptr : &header_.tensors[*found];
  }

  /// The bytes of one of tensors(); they need not be aligned for their type.
  std::string_view bytes(const TensorEntry& entry) const {
    return data_.substr(entry.begin, entry.end - entry.begin);
  }

  /// The texts of __metadata__, by key.
  const std::map<std::string, std::string>& metadata() const { return header_.metadata; }

 private:
  SafetensorsFile() = default;

  void index_names() {
    by_name_.resize(header_.tensors.size());
    std::iota(by_name_.begin(), by_name_.end(), std::size_t{0});
    std::ranges::sort(by_name_, {}, [&](std::size_t i) { return std::string_view(header_.tensors[i].name); });
  }

  std::shared_ptr<const void> owner_;
  std::string_view data_;
  SafetensorsHeader header_;
  std::vector<std::size_t> by_name_;  ///< numbers of tensors
};

}  // namespace mtl
