// In: bytes, a file, or a sequence of values. Out: 32 hex digits that identify them.
// XXH3, 128 bits, in its canonical (big-endian) spelling. It identifies; it does not protect against forgery.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#ifndef XXH_INLINE_ALL
#define XXH_INLINE_ALL  // xxHash as part of this translation unit: nothing to link
#endif
#include <xxhash.h>

#include <mtl/detail/error.hpp>

namespace mtl {

namespace detail {

inline std::string hex(const XXH128_hash_t& hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  std::string text;
  for (const unsigned char byte : canonical.digest)
    text += fmt::format("{:02x}", static_cast<unsigned>(byte));
  return text;
}

}  // namespace detail

/// A digest of values added one after another.
///
/// Texts are framed by their length and every value by its type, so that ("ab", "c") and ("a", "bc") differ.
class Digest {
 public:
  /// Of nothing yet. Throws Error where there is no memory.
  Digest() : state_{XXH3_createState(), &XXH3_freeState} {
    require(state_ != nullptr, "digest: out of memory");
    XXH3_128bits_reset(state_.get());
  }

  /// Adds a text, framed by its length.
  Digest& add(std::string_view text) {
    frame('s', static_cast<std::uint64_t>(text.size()));
    return raw(text);
  }
  Digest& add(const char* text) { return add(std::string_view(text)); }

  /// Adds a number.
  Digest& add(std::int64_t number) {
    frame('i', static_cast<std::uint64_t>(number));
    return *this;
  }

  /// Adds numbers one by one.
  Digest& add(std::span<const std::int32_t> numbers) {
    std::array<char, 64 * framed> block{};
    while (!numbers.empty()) {
      const auto some = numbers.first(std::min<std::size_t>(numbers.size(), 64));
      for (std::size_t i = 0; i < some.size(); ++i)
        put_frame(&block[framed * i], 'i', static_cast<std::uint64_t>(std::int64_t{some[i]}));
      raw({block.data(), framed * some.size()});
      numbers = numbers.subspan(some.size());
    }
    return *this;
  }

  /// Bytes without a frame: for one stream that arrives in blocks.
  Digest& raw(std::string_view bytes) {
    XXH3_128bits_update(state_.get(), bytes.data(), bytes.size());
    return *this;
  }

  /// The digest of what was added so far; more may follow.
  std::string hex() const { return detail::hex(XXH3_128bits_digest(state_.get())); }

 private:
  static constexpr std::size_t framed = 9;  ///< bytes of a framed number

  static void put_frame(char* to, char kind, std::uint64_t value) {
    to[0] = kind;
    if constexpr (std::endian::native == std::endian::little)
      std::memcpy(to + 1, &value, sizeof value);
    else
      for (unsigned i = 0; i < 8; ++i) to[i + 1] = static_cast<char>(value >> (8 * i) & 0xFF);
  }

  void frame(char kind, std::uint64_t value) {
    std::array<char, framed> bytes{};
    put_frame(bytes.data(), kind, value);
    raw({bytes.data(), bytes.size()});
  }

  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state_;
};

/// The digest of some bytes: 32 hex digits.
inline std::string digest_bytes(std::string_view bytes) {
  return detail::hex(XXH3_128bits(bytes.data(), bytes.size()));
}

/// The digest of a file's bytes, read in blocks; equal to digest_bytes of its content. Throws Error when it
/// cannot be read.
inline std::string digest_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  require(file != nullptr, "{}: cannot be read: {}", path, std::strerror(errno));
  Digest digest;
  std::vector<char> block(std::size_t{1} << 20);
  while (const std::size_t got = std::fread(block.data(), 1, block.size(), file.get()))
    digest.raw({block.data(), got});
  require(std::ferror(file.get()) == 0, "{}: cannot be read: {}", path, std::strerror(errno));
  return digest.hex();
}

}  // namespace mtl
