// In: the first bytes of a file. Out: which of the three forms of a checkpoint it has; all others are
// refused.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <mtl/detail/error.hpp>
#include <mtl/store/byte_reader.hpp>

namespace mtl {

/// A safetensors file; what torch.save writes now, a zip file; and what it wrote before version 1.6.
enum class CheckpointFormat { Safetensors, TorchZip, TorchLegacy };

namespace detail {

/// The first pickle of a legacy checkpoint: protocol 2, the number 0x1950a86a20f9469cfc6c, end.
inline constexpr std::string_view legacy_magic{"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e",
                                               15};

// The format allows 100 MB; the largest published models need less than 1 MB.
inline constexpr std::uint64_t longest_header = std::uint64_t{16} << 20;

/// Throws Error when the bytes are those of another well-known thing.
inline void refuse_other_formats(std::string_view bytes, const std::string& path) {
  require(!bytes.starts_with("version https://git-lfs"),
          "{}: is a Git LFS pointer, not the file itself; fetch it with git lfs pull", path);
  // Of these two bytes are looked at: the first alone may begin the length of a header that was cut short.
  require(!bytes.starts_with("<") || bytes.size() < 2 || bytes[1] < '!',
          "{}: is not a checkpoint but looks like a web page; was the download refused?", path);
  require(!bytes.starts_with("\x80") || bytes.size() < 2 || bytes[1] < 1 || bytes[1] > 5,
          "{}: is a pickle, but no checkpoint that torch.save writes with its usual settings; it could run "
          "code and is not opened",
          path);
  require(!bytes.starts_with("\x1f\x8b"), "{}: is compressed by gzip; unpack it first", path);
  require(
      bytes.size() < 262 || bytes.substr(257, 5) != "ustar",
      "{}: is a tar file, as PyTorch wrote checkpoints before version 0.2 or as archives are packed; it is "
      "not opened",
      path);
}

/// Whether a header, as long as the first bytes say, lies in the file and begins as one.
inline bool starts_as_safetensors(std::string_view bytes, const std::string& path) {
  return bytes.size() > 8 && bytes[8] == '{' && ByteReader(bytes, path).number(8) <= bytes.size() - 8;
}

inline void check_header_length(std::string_view bytes, const std::string& path) {
  require(bytes.size() >= 8, "{}: is cut short: {} bytes cannot hold a safetensors header", path,
          bytes.size());
  const std::uint64_t length = ByteReader(bytes, path).number(8);
  require(length <= longest_header,
          "{}: is not a safetensors file, or its first bytes are damaged: a header of {} bytes (at most {})",
          path, length, longest_header);
  require(length <= bytes.size() - 8,
          "{}: is cut short: its header has {} bytes, the file {}; was the download interrupted?", path,
          length, bytes.size());
}

}  // namespace detail

/// The form of a checkpoint with these bytes. Throws Error, naming `path`, when it is none of the three;
/// a safetensors header is known to lie inside the file afterwards.
inline CheckpointFormat checkpoint_format(std::string_view bytes, const std::string& path) {
  if (bytes.starts_with("PK\x03\x04")) return CheckpointFormat::TorchZip;
  if (bytes.starts_with(detail::legacy_magic)) return CheckpointFormat::TorchLegacy;
  // First bytes that mean something else can be a length as well.
  if (!detail::starts_as_safetensors(bytes, path)) detail::refuse_other_formats(bytes, path);
  detail::check_header_length(bytes, path);
  return CheckpointFormat::Safetensors;
}

}  // namespace mtl
