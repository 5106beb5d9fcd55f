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

inline std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// The file that a path means: through links, where they lead to something. Throws Error for what is there
/// and no ordinary file: a rename would put a file in the place of a device or a pipe.
inline std::string ordinary_target(const std::string& path) {
  std::error_code absent;
  const auto target = std::filesystem::canonical(path, absent);
  if (absent) return path;
  require(std::filesystem::is_regular_file(target),
          "{}: cannot be written: it is no ordinary file (a folder, a device or a pipe); name a file", path);
  return target.string();
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
  if (::fsync(open_folder.get()) != 0 && errno != EINVAL && errno != ENOTSUP)
    throw WorkFailed(fmt::format("{}: cannot be written to disk: {}", folder, std::strerror(errno)));
}

}  // namespace detail

/// A file that appears whole at commit() or not at all: temporary file in the same folder, fsync, rename,
/// fsync of the folder. An earlier file of that name stays whole until then.
class AtomicFile {
 public:
  /// A link is followed. Throws Error where no file can be made there, and for a device or a pipe.
  explicit AtomicFile(const std::string& path)
      : path_{detail::ordinary_target(path)},
        temporary_{path_ + ".XXXXXX"},
        file_{::mkostemp(temporary_.data(), O_CLOEXEC)} {
    require(file_.ok(), "{}: cannot be written: {} (does its folder exist, and may you write there?)", path_,
            std::strerror(errno));
    ::fchmod(file_.get(), 0644);  // mkostemp makes it private to the user
  }
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }

  /// Throws WorkFailed with the system's reason, such as a full disk.
  void write(std::string_view bytes) {
    if (!detail::write_all(file_.get(), bytes)) fail("cannot be written");
  }

  /// Throws WorkFailed with the system's reason.
  void commit() {
    if (::fsync(file_.get()) != 0 || !file_.close()) fail("cannot be written");
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot be replaced");
    temporary_.clear();
    detail::sync_folder(detail::folder_of(path_));
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw WorkFailed(fmt::format("{}: {}: {}", path_, what, std::strerror(errno)));
  }

  std::string path_;
  std::string temporary_;  ///< empty once it was renamed
  detail::Descriptor file_;
};

/// Writes a file whole or not at all. Throws as AtomicFile does.
inline void write_file_atomically(const std::string& path, std::string_view contents) {
  AtomicFile file(path);
  file.write(contents);
  file.commit();
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
