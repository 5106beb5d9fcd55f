// In: a path. Out: the tensors of a safetensors file, by name, their bytes mapped and not copied.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/store/atomic_file.hpp>
#include <mtl/store/safetensors_format.hpp>
#include <mtl/store/safetensors_writer.hpp>

namespace mtl {

namespace detail {

/// The bytes of a file, mapped for reading as long as this lives.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    require(file.ok(), "{}: cannot be read: {}", path, std::strerror(errno));
    struct stat status {};
    const bool known = ::fstat(file.get(), &status) == 0;
    require(known && S_ISREG(status.st_mode), "{}: is not a file that could be read", path);
    size_ = static_cast<std::size_t>(status.st_size);
    if (size_ == 0) return;
    address_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
    require(address_ != MAP_FAILED, "{}: cannot be mapped: {}", path, std::strerror(errno));
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile() {
    if (address_ != nullptr && address_ != MAP_FAILED) ::munmap(address_, size_);
  }

  std::string_view bytes() const { return {static_cast<const char*>(address_), size_}; }

 private:
  void* address_ = nullptr;
  std::size_t size_ = 0;
};

inline std::uint64_t little_endian(std::string_view eight) {
  std::uint64_t value = 0;
  for (std::size_t i = 8; i-- > 0;) value = value << 8 | static_cast<unsigned char>(eight[i]);
  return value;
}

/// Throws Error when the first bytes are those of another well-known thing. A header that begins where it
/// should makes its length, whatever it looks like as text, a length.
inline void refuse_other_formats(std::string_view bytes, const std::string& path) {
  if (bytes.size() > 8 && bytes[8] == '{') return;
  const bool legacy = bytes.starts_with("\x80\x02\x8a\x0a"), zip = bytes.starts_with("PK\x03\x04");
  require(!legacy && !zip, "{}: is a PyTorch checkpoint, not a safetensors file; convert it first", path);
  require(!bytes.starts_with("version https://git-lfs"),
          "{}: is a Git LFS pointer, not the file itself; fetch it with git lfs pull", path);
  require(!bytes.starts_with("<"),
          "{}: is not a safetensors file but looks like a web page; was the download refused?", path);
}

}  // namespace detail

/// A safetensors file, checked whole when it is opened. Copies share the mapping.
class SafetensorsFile {
 public:
  /// Maps the file and reads its header. Throws Error, with the file's name and the likely cause, when any
  /// rule of the format is broken; nothing is allocated beyond a small multiple of the header.
  static SafetensorsFile open(const std::string& path) {
    SafetensorsFile file;
    file.mapping_ = std::make_shared<const detail::MappedFile>(path);
    const auto bytes = file.mapping_->bytes();
    detail::refuse_other_formats(bytes, path);
    require(bytes.size() >= 8, "{}: is cut short: {} bytes cannot hold a safetensors header", path,
            bytes.size());
    const std::uint64_t length = detail::little_endian(bytes.substr(0, 8));
    require(
        length <= longest_header,
        "{}: is not a safetensors file, or its first bytes are damaged: a header of {} bytes (at most {})",
        path, length, longest_header);
    require(length <= bytes.size() - 8,
            "{}: is cut short: its header has {} bytes, the file {}; was the download interrupted?", path,
            length, bytes.size());
    file.data_ = bytes.substr(8 + length);
    file.header_ = parse_safetensors_header(bytes.substr(8, length), file.data_.size(), path);
    for (std::size_t i = 0; i < file.header_.tensors.size(); ++i)
      file.index_.emplace(file.header_.tensors[i].name, i);
    return file;
  }

  /// In the order of their bytes.
  const std::vector<TensorEntry>& tensors() const { return header_.tensors; }

  /// The tensor of that name, or nullptr.
  const TensorEntry* find(std::string_view name) const {
    const auto found = index_.find(name);
    return found == index_.end() ? nullptr : &header_.tensors[found->second];
  }

  /// The bytes of one of tensors(); they need not be aligned for their type.
  std::string_view bytes(const TensorEntry& entry) const {
    return data_.substr(entry.begin, entry.end - entry.begin);
  }

  const std::map<std::string, std::string>& metadata() const { return header_.metadata; }

 private:
  static constexpr std::uint64_t longest_header = 100'000'000;

  SafetensorsFile() = default;

  std::shared_ptr<const detail::MappedFile> mapping_;
  std::string_view data_;
  SafetensorsHeader header_;
  std::map<std::string, std::size_t, std::less<>> index_;
};

}  // namespace mtl
