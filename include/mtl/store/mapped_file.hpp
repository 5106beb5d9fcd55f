// In: a path. Out: the bytes of that file, mapped and not copied.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include <mtl/detail/error.hpp>
#include <mtl/store/atomic_file.hpp>

namespace mtl::detail {

/// The bytes of a file, mapped for reading as long as this lives. Who cuts the file short meanwhile ends this
/// process by SIGBUS: files that others write to are copied first.
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

}  // namespace mtl::detail
