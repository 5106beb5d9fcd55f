#include "archive.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include <mtl/store/atomic_file.hpp>

#include "read_ahead.hpp"

namespace mtl::program {
namespace {

namespace fs = std::filesystem;
using Reader = std::unique_ptr<archive, int (*)(archive*)>;

std::string reason(archive* reader) {
  const char* text = archive_error_string(reader);
  return text != nullptr ? text : "unknown reason";
}

Reader new_reader() {
  Reader reader(archive_read_new(), &archive_read_free);
  require(reader != nullptr, "libarchive: out of memory");
  archive_read_support_filter_all(reader.get());
  return reader;
}

/// The content of the entry that the reader stands at.
std::string read_entry(archive* reader, const std::string& name, const SizeLimits& limits,
                       std::int64_t& total) {
  std::string content;
  char block[std::size_t{1} << 16];
  while (true) {
    const auto got = archive_read_data(reader, block, sizeof block);
    require(got >= 0, "{}: cannot be read: {}; the archive may be damaged or cut short", name,
            reason(reader));
    if (got == 0) return content;
    content.append(block, static_cast<std::size_t>(got));
    total += got;
    require(static_cast<std::int64_t>(content.size()) <= limits.file,
            "{}: larger than {} bytes; not a file of a corpus", name, limits.file);
    require(total <= limits.total, "{}: the files before it and it are larger than {} bytes together", name,
            limits.total);
  }
}

/// The name of an entry. UTF-8 first: the other call gives nothing for it in the C locale.
std::string name_of(archive_entry* entry) {
  const char* name = archive_entry_pathname_utf8(entry);
  if (name == nullptr) name = archive_entry_pathname(entry);
  return name != nullptr ? name : "";
}

/// Streams an archive from its beginning to its end.
class ArchiveFiles {
 public:
  ArchiveFiles(std::string path, Wanted wanted, SizeLimits limits)
      : path_{std::move(path)}, wanted_{std::move(wanted)}, limits_{limits}, reader_{new_reader()} {
    archive_read_support_format_all(reader_.get());
    const int opened = archive_read_open_filename(reader_.get(), path_.c_str(), std::size_t{1} << 16);
    require(opened == ARCHIVE_OK, "{}: not an archive that can be read: {}", path_, reason(reader_.get()));
  }

  std::optional<NamedFile> next() {
    archive_entry* entry = nullptr;
    while (true) {
      const int status = archive_read_next_header(reader_.get(), &entry);
      if (status == ARCHIVE_EOF) return std::nullopt;
      require(status == ARCHIVE_OK || status == ARCHIVE_WARN,
              "{}: cannot be read: {}; it may be damaged or cut short, or no archive", path_,
              reason(reader_.get()));
      require(++files_ <= limits_.files, "{}: more than {} files", path_, limits_.files);
      const std::string name = name_of(entry);
      const auto type = archive_entry_filetype(entry);
      const bool link = type == AE_IFLNK || archive_entry_hardlink(entry) != nullptr;
      if (link && (!wanted_ || wanted_(name))) return NamedFile{name, "", true};
      if (type != AE_IFREG || (wanted_ && !wanted_(name))) continue;
      return NamedFile{name, read_entry(reader_.get(), path_ + ": " + name, limits_, total_)};
    }
  }

 private:
  std::string path_;
  Wanted wanted_;
  SizeLimits limits_;
  Reader reader_;
  std::int64_t files_ = 0, total_ = 0;
};

/// The bytes of one compressed file.
std::string decompressed(const std::string& path, const SizeLimits& limits, std::int64_t& total) {
  const Reader reader = new_reader();
  archive_read_support_format_raw(reader.get());
  archive_entry* entry = nullptr;
  const bool opened =
      archive_read_open_filename(reader.get(), path.c_str(), std::size_t{1} << 16) == ARCHIVE_OK &&
      archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK;
  require(opened, "{}: cannot be decompressed: {}", path, reason(reader.get()));
  return read_entry(reader.get(), path, limits, total);
}

/// The bytes of one file, decompressed where its name says that it is compressed.
std::string read_plain(const std::string& path, const SizeLimits& limits, std::int64_t& total) {
  std::error_code none;  // what is no regular file (a pipe) has no size; what is absent is said by read_file
  const auto size =
      fs::is_regular_file(path, none) ? static_cast<std::int64_t>(fs::file_size(path, none)) : 0;
  require(size <= limits.file, "{}: larger than {} bytes; not a file of a corpus", path, limits.file);
  if (size > 0 && detail::uncompressed_name(path) != path) return decompressed(path, limits, total);
  total += size;
  require(total <= limits.total, "{}: the files before it and it are larger than {} bytes together", path,
          limits.total);
  return read_file(path);
}

/// Walks a folder; names are listed first and sorted, contents read one by one.
class FolderFiles {
 public:
  FolderFiles(const std::string& path, const Wanted& wanted, SizeLimits limits)
      : root_{path}, limits_{limits} {
    std::error_code error;
    for (fs::recursive_directory_iterator entry(root_, error), end; !error && entry != end;
         entry.increment(error)) {
      if (!entry->is_symlink() && !entry->is_regular_file()) continue;
      const std::string name = entry->path().lexically_relative(root_).generic_string();
      if (wanted && !wanted(name)) continue;
      names_.push_back(name);
      require(static_cast<std::int64_t>(names_.size()) <= limits_.files, "{}: more than {} files", path,
              limits_.files);
    }
    require(!error, "{}: it or a folder in it cannot be read: {}", path, error.message());
    std::ranges::sort(names_);
  }

  std::optional<NamedFile> next() {
    if (given_ == names_.size()) return std::nullopt;
    const std::string& name = names_[given_++];
    const fs::path path = root_ / name;
    if (fs::is_symlink(path)) return NamedFile{name, "", true};
    return NamedFile{name, read_plain(path, limits_, total_)};
  }

 private:
  fs::path root_;
  SizeLimits limits_;
  std::vector<std::string> names_;
  std::size_t given_ = 0;
  std::int64_t total_ = 0;
};

}  // namespace

FileSource open_files(const std::string& path, Wanted wanted, SizeLimits limits) {
  std::error_code error;
  const auto status = fs::status(path, error);
  require(fs::exists(status), "{}: no such file or folder", path);
  if (fs::is_directory(status))
    return [files = std::make_shared<FolderFiles>(path, wanted, limits)] { return files->next(); };
  if (wanted && wanted(path))
    return [path, limits, given = false]() mutable -> std::optional<NamedFile> {
      if (std::exchange(given, true)) return std::nullopt;
      return open_file(path, limits);
    };
  const auto archive = std::make_shared<ArchiveFiles>(path, std::move(wanted), limits);
  const bool small = limits.file <= SizeLimits{}.file;
  if (!small) return [archive] { return archive->next(); };  // one table in memory, not two
  // Unpacking takes as long as what is made of the files.
  constexpr std::size_t ahead = std::size_t{1} << 20;
  return [files = std::make_shared<ReadAhead>([archive] { return archive->next(); }, ahead)] {
    return files->next();
  };
}

NamedFile open_file(const std::string& path, SizeLimits limits) {
  std::int64_t total = 0;
  return {path, read_plain(path, limits, total)};
}

}  // namespace mtl::program
