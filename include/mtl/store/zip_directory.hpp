// In: the bytes of a zip file whose entries are stored as they are. Out: the entries, by name.
// Source: APPNOTE.TXT 6.3 of PKWARE, of which this takes what torch.save writes: one disk, no compression.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/store/byte_reader.hpp>
#include <mtl/store/crc32.hpp>
#include <mtl/store/tensor_view.hpp>
#include <mtl/store/zip_end.hpp>

namespace mtl::detail {

/// A file inside a zip file. Its name is only ever compared.
struct ZipEntry {
  std::string_view name = {}, bytes = {};
  std::uint32_t crc = 0;
  std::uint64_t header = 0;  ///< where its local header begins
};

/// The directory of a zip file, checked whole when it is read; entries lie apart from each other in the file.
class ZipDirectory {
 public:
  /// Throws Error, naming `path`, when any rule is broken. Takes memory for the entries alone.
  static ZipDirectory read(std::string_view file, const std::string& path) {
    const ZipEnd end = find_zip_end(file, path);
    require(end.entries <= end.bytes / least_record,
            "{}: its zip directory of {} bytes cannot hold {} entries", path, end.bytes, end.entries);
    ZipDirectory directory(file, path);
    ByteReader reader(file.substr(static_cast<std::size_t>(end.begin), static_cast<std::size_t>(end.bytes)),
                      path + ": its zip directory");
    for (std::uint64_t i = 0; i < end.entries; ++i) directory.read_record(reader, end.begin);
    require(reader.done(),
            "{}: {} bytes of its zip directory belong to no entry; the file is damaged or forged", path,
            reader.left());
    directory.check_places();
    directory.check_names();
    return directory;
  }

  /// Sorted by name.
  const std::vector<ZipEntry>& entries() const { return entries_; }

  /// The entry of that name, or nullptr.
  const ZipEntry* find(std::string_view name) const {
    const auto found = std::ranges::lower_bound(entries_, name, {}, &ZipEntry::name);
    return found == entries_.end() || found->name != name ? nullptr : &*found;
  }

  /// An entry's bytes. Throws Error when they are not those that its checksum was made of. A file without any
  /// checksum was written so on purpose, and is taken.
  std::string_view bytes(const ZipEntry& entry) const {
    require(!has_checksums_ || crc32(entry.bytes) == entry.crc,
            "{}: the checksum of its entry '{}' is wrong; the file is damaged, fetch it again", path_,
            printable(entry.name));
    return entry.bytes;
  }

 private:
  static constexpr std::uint64_t least_record = 46;

  ZipDirectory(std::string_view file, std::string path) : file_{file}, path_{std::move(path)} {}

  void read_record(ByteReader& reader, std::uint64_t end_of_entries) {
    require(reader.take(4) == "PK\x01\x02", "{}: its zip directory is damaged", path_);
    reader.take(4);  // who made it, and what it takes to read it
    const auto flags = reader.number(2), method = reader.number(2);
    reader.take(4);  // time and date
    ZipEntry entry{.crc = static_cast<std::uint32_t>(reader.number(4))};
    auto packed = reader.number(4), size = reader.number(4);
    const auto name = reader.number(2), extra = reader.number(2), comment = reader.number(2);
    const auto disk = reader.number(2);
    reader.take(6);  // attributes
    entry.header = reader.number(4);
    entry.name = reader.take(name);
    read_wide_numbers(reader.take(extra), {&size, &packed, &entry.header});
    reader.take(comment);
    require((flags & 1) == 0, "{}: its zip entry '{}' is encrypted", path_, printable(entry.name));
    require(method == 0 && packed == size,
            "{}: its zip entry '{}' is compressed, which torch.save never does; unpack and save it again",
            path_, printable(entry.name));
    require(disk == 0, "{}: is one of several parts of a zip file", path_);
    locate(entry, size, end_of_entries);
    has_checksums_ = has_checksums_ || entry.crc != 0;
    entries_.push_back(entry);
  }

  /// Numbers that are all ones stand, with 64 bits and in this order, in the extra field 1.
  void read_wide_numbers(std::string_view extra, std::initializer_list<std::uint64_t*> numbers) const {
    ByteReader fields(extra, path_ + ": an extra field of its zip directory");
    while (!fields.done()) {
      const auto kind = fields.number(2);
      ByteReader field(fields.take(fields.number(2)), path_ + ": a zip64 field of its zip directory");
      for (auto* const number : numbers)
        if (kind == 1 && *number == 0xFFFFFFFF) *number = field.number(8);
    }
  }

  /// Finds an entry's bytes behind its local header, whose sizes are often empty and never used.
  void locate(ZipEntry& entry, std::uint64_t size, std::uint64_t end_of_entries) const {
    require(entry.header < end_of_entries, "{}: its zip entry '{}' begins outside the file", path_,
            printable(entry.name));
    const auto part = file_.substr(static_cast<std::size_t>(entry.header),
                                   static_cast<std::size_t>(end_of_entries - entry.header));
    ByteReader reader(part, path_ + ": its zip entry '" + printable(entry.name) + "'");
    const bool header = reader.take(4) == "PK\x03\x04";
    reader.take(22);
    const auto name = reader.number(2), extra = reader.number(2);
    require(header && reader.take(name) == entry.name,
            "{}: its zip directory and its entry '{}' disagree; the file is damaged or forged", path_,
            printable(entry.name));
    reader.take(extra);
    entry.bytes = reader.take(size);
  }

  void check_places() {
    std::ranges::sort(entries_, {}, &ZipEntry::header);
    for (std::size_t i = 1; i < entries_.size(); ++i) {
      const auto end = entries_[i - 1].bytes.data() + entries_[i - 1].bytes.size() - file_.data();
      require(entries_[i].header >= static_cast<std::uint64_t>(end),
              "{}: its zip entries '{}' and '{}' overlap; the file is forged", path_,
              printable(entries_[i - 1].name), printable(entries_[i].name));
    }
  }

  void check_names() {
    std::ranges::sort(entries_, {}, &ZipEntry::name);
    const auto twice = std::ranges::adjacent_find(entries_, {}, &ZipEntry::name);
    require(twice == entries_.end(), "{}: has two zip entries named '{}'; the file is forged", path_,
            twice == entries_.end() ? "" : printable(twice->name));
  }

  std::string_view file_;
  std::string path_;
  std::vector<ZipEntry> entries_;
  bool has_checksums_ = false;
};

}  // namespace mtl::detail
