// In: the path of a folder or an archive. Out: its files one by one, without unpacking anything to the disk.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <mtl/data/corpus.hpp>

namespace mtl::program {

/// Which files are wanted, by name; the others are neither read nor given.
using Wanted = std::function<bool(const std::string& name)>;

/// What an archive may grow to while it is streamed: no corpus that comes in a file a text is near it.
struct SizeLimits {
  std::int64_t file = std::int64_t{64} << 20;  ///< bytes of one file
  std::int64_t total = std::int64_t{4} << 30;  ///< bytes of all files together
  std::int64_t files = 5'000'000;
};

/// For corpora that come as tables, a file for a month or for all: what such files need at most.
inline constexpr SizeLimits table_limits{.file = std::int64_t{4} << 30, .total = std::int64_t{64} << 30};

/// The files below a folder (names relative to it), or of a .tar.gz or any other archive libarchive knows;
/// or, where `wanted` names the path itself, that one file.
///
/// Single files that are compressed (page.1.gz, tweets.csv.bz2; also .xz, .zst) are decompressed. Links are
/// given as such and never followed. Throws mtl::Error when `path` is absent, is no archive, is damaged, or
/// grows beyond the limits, and when a folder in it cannot be read.
FileSource open_files(const std::string& path, Wanted wanted = {}, SizeLimits limits = {});

/// One file under its path as its name, decompressed where its name says that it is compressed.
NamedFile open_file(const std::string& path, SizeLimits limits = table_limits);

}  // namespace mtl::program
