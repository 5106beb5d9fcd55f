// A file that exists in memory alone, for readers that take a path.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "target.hpp"

namespace mtl::fuzz {

/// Written anew for every input.
class MemoryFile {
 public:
  MemoryFile() : number_{::memfd_create("fuzz", MFD_CLOEXEC)} { expect(number_ >= 0, "memfd_create"); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(number_); }

  std::string path() const { return "/proc/self/fd/" + std::to_string(number_); }

  void write(std::string_view bytes) const {
    expect(::ftruncate(number_, 0) == 0, "ftruncate");
    expect(::pwrite(number_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()), "pwrite");
  }

 private:
  int number_;
};

}  // namespace mtl::fuzz
