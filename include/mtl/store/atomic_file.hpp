// Files that are there whole or not at all: in, a path and its content; out, a file that a crash cannot cut.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include <mtl/detail/error.hpp>

namespace mtl {

namespace detail {

/// An open file, closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_{number} {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }
  bool ok() const { return number_ >= 0; }
  /// Closes now; false when the system reports a late write error.
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

/// Removes a file that was not renamed to its final name.
struct TemporaryFile {
  std::string path;
  explicit TemporaryFile(std::string name) : path{std::move(name)} {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!path.empty()) ::unlink(path.c_str());
  }
};

inline std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

inline bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Makes the names in a folder durable. A file system that cannot sync folders is not an error.
inline void sync_folder(const std::string& folder) {
  const Descriptor open_folder(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  require(open_folder.ok(), "{}: cannot be opened: {}", folder, std::strerror(errno));
  const bool synced = ::fsync(open_folder.get()) == 0 || errno == EINVAL || errno == ENOTSUP;
  require(synced, "{}: cannot be written to disk: {}", folder, std::strerror(errno));
}

}  // namespace detail

/// Writes a file whole or not at all: temporary file in the same folder, fsync, rename, fsync of the folder.
/// An earlier file of that name stays whole until the new one stands. Throws Error with the system's reason.
inline void write_file_atomically(const std::string& path, std::string_view contents) {
  std::string name = path + ".XXXXXX";
  detail::Descriptor file(::mkostemp(name.data(), O_CLOEXEC));
  require(file.ok(), "{}: cannot be written: {} (does its folder exist, and may you write there?)", path,
          std::strerror(errno));
  detail::TemporaryFile temporary(name);
  ::fchmod(file.get(), 0644);  // mkostemp makes it private to the user
  const bool written = detail::write_all(file.get(), contents) && ::fsync(file.get()) == 0 && file.close();
  require(written, "{}: cannot be written: {}", path, std::strerror(errno));
  const bool renamed = ::rename(name.c_str(), path.c_str()) == 0;  // first: arguments have no fixed order
  require(renamed, "{}: cannot be replaced: {}", path, std::strerror(errno));
  temporary.path.clear();
  detail::sync_folder(detail::folder_of(path));
}

/// The bytes of a file. Throws Error when there is none or it cannot be read.
inline std::string read_file(const std::string& path) {
  const detail::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  require(file.ok(), "{}: cannot be read: {}", path, std::strerror(errno));
  struct stat status {};
  const bool known = ::fstat(file.get(), &status) == 0;
  require(known, "{}: cannot be read: {}", path, std::strerror(errno));
  require(!S_ISDIR(status.st_mode), "{}: is a folder where a file is expected", path);
  std::string contents;
  if (S_ISREG(status.st_mode)) contents.reserve(static_cast<std::size_t>(status.st_size));
  char block[std::size_t{1} << 16];
  while (true) {
    const ssize_t got = ::read(file.get(), block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    require(got >= 0, "{}: cannot be read: {}", path, std::strerror(errno));
    if (got == 0) return contents;
    contents.append(block, static_cast<std::size_t>(got));
  }
}

}  // namespace mtl
