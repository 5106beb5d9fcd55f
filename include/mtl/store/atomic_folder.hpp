// Folders that are there whole or not at all: in, a path and the files it shall hold; out, that folder.
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <mtl/store/atomic_file.hpp>

namespace mtl {

namespace detail {

/// A folder under a temporary name, removed unless it was renamed.
struct TemporaryFolder {
  std::string path;
  explicit TemporaryFolder(std::string name) : path{std::move(name)} {}
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

/// Puts `fresh` in the place of the folder `path`; what stood there ends under the name `fresh`.
inline void exchange_folders(const std::string& fresh, const std::string& path) {
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, path.c_str(), RENAME_EXCHANGE) == 0) return;
  const std::string old = fresh + ".old";  // a file system without exchange: two renames
  const bool moved = ::rename(path.c_str(), old.c_str()) == 0;
  require(moved, "{}: cannot be replaced: {}", path, std::strerror(errno));
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    const std::string reason = std::strerror(errno);
    ::rename(old.c_str(), path.c_str());
    throw Error(fmt::format("{}: cannot be replaced: {}", path, reason));
  }
  ::rename(old.c_str(), fresh.c_str());
}

}  // namespace detail

/// Throws Error unless `path` is free for write_folder_atomically: absent, empty, or a folder with no other
/// files than those named (an earlier result of the same kind). Programs ask before they begin to work.
inline void require_replaceable_folder(const std::string& path, const std::vector<std::string>& names) {
  namespace fs = std::filesystem;
  std::error_code error;
  const auto status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return;
  require(status.type() == fs::file_type::directory, "{}: is not a folder", path);
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const std::string name = entry.path().filename();
    require(std::ranges::find(names, name) != names.end(),
            "{}: holds '{}', which was not written by this command; give a new or empty folder", path, name);
  }
  require(!error, "{}: cannot be read: {}", path, error.message());
}

/// The files of a folder by name, each as the parts of its content.
using FileParts = std::map<std::string, std::vector<std::string>>;

/// Writes a folder of the given files whole or not at all. A folder that holds only files
/// of these names is replaced in one step and stays whole until then; any other content is an Error.
inline void write_folder_atomically(const std::string& path, const FileParts& files) {
  std::vector<std::string> names;
  names.reserve(files.size());
  for (const auto& [name, parts] : files) names.push_back(name);
  require_replaceable_folder(path, names);
  const std::string target = std::filesystem::path(path + "/").parent_path().string();  // no slash at the end
  std::error_code error;
  std::filesystem::create_directories(detail::folder_of(target), error);
  std::string name = target + ".XXXXXX";
  const bool made = !error && ::mkdtemp(name.data()) != nullptr;
  require(made, "{}: cannot be made: {}", path, error ? error.message() : std::strerror(errno));
  const detail::TemporaryFolder temporary(name);
  std::filesystem::permissions(name, std::filesystem::perms{0755});  // mkdtemp makes it private to the user
  for (const auto& [file_name, parts] : files) {
    AtomicFile file(name + "/" + file_name);
    for (const std::string& part : parts) file.write(part);
    file.commit();
  }
  const bool renamed = ::rename(name.c_str(), target.c_str()) == 0;  // also over an empty folder
  if (!renamed) detail::exchange_folders(name, target);
  detail::sync_folder(detail::folder_of(target));
}

}  // namespace mtl
