// In: the bytes of a zip file. Out: where its directory lies, from the records at the file's end.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <mtl/detail/error.hpp>
#include <mtl/store/byte_reader.hpp>

namespace mtl::detail {

/// The directory of a zip file: its place, in bytes, and how many entries it lists.
struct ZipEnd {
  std::uint64_t begin = 0, bytes = 0, entries = 0;
};

/// What an end record says: on which disks the zip file is, and its directory's entries, bytes and place.
inline ZipEnd read_zip_end_record(ByteReader& reader, bool wide, const std::string& path) {
  const auto disk = reader.number(wide ? 4 : 2), first_disk = reader.number(wide ? 4 : 2);
  const auto here = reader.number(wide ? 8 : 2), all = reader.number(wide ? 8 : 2);
  require(disk == 0 && first_disk == 0 && here == all, "{}: is one of several parts of a zip file", path);
  const auto bytes = reader.number(wide ? 8 : 4);
  return {reader.number(wide ? 8 : 4), bytes, all};
}

/// The zip64 record that a locator at `at` points to; the record ends there.
inline ZipEnd read_zip64_end(std::string_view file, std::size_t at, const std::string& path) {
  ByteReader locator(file.substr(at + 8), path);
  const auto begin = locator.number(8);
  require(begin <= at && at - begin >= 56, "{}: the zip64 record of its directory lies outside the file",
          path);
  ByteReader record(file.substr(static_cast<std::size_t>(begin), at - static_cast<std::size_t>(begin)), path);
  const bool known = record.take(4) == "PK\x06\x06" && record.number(8) == at - begin - 12;
  require(known, "{}: the zip64 record of its directory is damaged", path);
  record.take(4);  // versions
  const auto end = read_zip_end_record(record, true, path);
  require(end.begin <= begin && begin - end.begin == end.bytes,
          "{}: its zip directory does not end where its zip64 record begins; the file is damaged or forged",
          path);
  return end;
}

/// How many bytes stand behind an end record whose directory lies before it; nothing where the last MiB of
/// the file has none.
inline std::optional<std::size_t> bytes_behind_zip_end(std::string_view file) {
  constexpr std::size_t end_bytes = 22, farthest = std::size_t{1} << 20;
  constexpr std::string_view mark = "PK\x05\x06";
  const std::size_t first = file.size() - std::min(file.size(), farthest);
  const auto tail = file.substr(first);
  for (auto at = tail.rfind(mark); at != std::string_view::npos;
       at = at == 0 ? std::string_view::npos : tail.rfind(mark, at - 1)) {
    if (tail.size() - at < end_bytes) continue;
    ByteReader reader(tail.substr(at + 12), "");
    const auto bytes = reader.number(4), begin = reader.number(4);
    const bool wide = at >= 20 && tail.substr(at - 20).starts_with("PK\x06\x07");
    if (wide || begin + bytes == first + at) return tail.size() - at - end_bytes;
  }
  return std::nullopt;
}

/// Throws Error, with the likely cause, unless the file ends with an end record.
inline void require_zip_end(std::string_view file, const std::string& path) {
  constexpr std::size_t end_bytes = 22;
  if (file.size() >= end_bytes && file.substr(file.size() - end_bytes).starts_with("PK\x05\x06")) return;
  const auto behind = bytes_behind_zip_end(file);
  require(
      !behind,
      "{}: {} bytes stand behind its directory, with which a zip file ends; was something appended to it?",
      path, behind.value_or(0));
  throw Error(
      fmt::format("{}: is cut short: it begins as a zip file, but does not end with a directory; was the "
                  "download interrupted?",
                  path));
}

/// Finds the directory. Throws Error, naming `path`, where the file does not end as a zip file does (a
/// comment behind the directory is not known here), or the directory is not where the records say.
inline ZipEnd find_zip_end(std::string_view file, const std::string& path) {
  constexpr std::size_t end_bytes = 22, locator_bytes = 20;
  require_zip_end(file, path);
  const std::size_t at = file.size() - end_bytes;
  ByteReader reader(file.substr(at + 4), path);
  const auto end = read_zip_end_record(reader, false, path);
  require(reader.number(2) == 0, "{}: its zip directory has a comment that is not there", path);
  if (at >= locator_bytes && file.substr(at - locator_bytes).starts_with("PK\x06\x07")) {
    const auto wide = read_zip64_end(file, at - locator_bytes, path);
    const auto agree = [](std::uint64_t narrow, std::uint64_t number, std::uint64_t ones) {
      return narrow == ones || narrow == number;
    };
    require(agree(end.entries, wide.entries, 0xFFFF) && agree(end.bytes, wide.bytes, 0xFFFFFFFF) &&
                agree(end.begin, wide.begin, 0xFFFFFFFF),
            "{}: the two records of its zip directory disagree; the file is damaged or forged", path);
    return wide;
  }
  require(end.begin <= at && at - end.begin == end.bytes,
          "{}: its zip directory is not where its end record says; the file is damaged or forged", path);
  return end;
}

}  // namespace mtl::detail
