// In: bytes that are not to be trusted. Out: the numbers and texts in them, never one from outside.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <mtl/detail/error.hpp>

namespace mtl::detail {

/// Reads little-endian values one after another. Throws Error where the bytes end before the value does.
class ByteReader {
 public:
  /// `what`: the file, and the part of it, that errors name.
  ByteReader(std::string_view bytes, std::string what) : bytes_{bytes}, what_{std::move(what)} {}

  std::size_t at() const { return at_; }
  std::size_t left() const { return bytes_.size() - at_; }
  bool done() const { return at_ == bytes_.size(); }

  /// The next `count` bytes.
  std::string_view take(std::uint64_t count) {
    require(count <= left(),
            "{}: is cut short: {} bytes are wanted at byte {}, {} are left; was the download interrupted?",
            what_, count, at_, left());
    const auto taken = bytes_.substr(at_, static_cast<std::size_t>(count));
    at_ += taken.size();
    return taken;
  }

  /// The unsigned number in the next `count` bytes, at most 8.
  std::uint64_t number(unsigned count) {
    std::uint64_t value = 0;
    const auto bytes = take(count);
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  }

  /// The bytes up to the next line feed, which is passed over.
  std::string_view line() {
    const auto end = bytes_.find('\n', at_);
    require(end != std::string_view::npos, "{}: is cut short: a line that begins at byte {} has no end",
            what_, at_);
    const auto text = take(end - at_);
    take(1);
    return text;
  }

 private:
  std::string_view bytes_;
  std::string what_;
  std::size_t at_ = 0;
};

}  // namespace mtl::detail
