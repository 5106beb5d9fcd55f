// In: bytes. Out: the checksum that zip files keep of them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace mtl::detail {

/// tables[k][b]: what byte b becomes when k more bytes follow it.
inline constexpr auto crc32_tables = [] {
  std::array<std::array<std::uint32_t, 256>, 8> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? value >> 1 ^ 0xEDB88320u : value >> 1;
    tables[0][byte] = value;
  }
  for (std::uint32_t byte = 0; byte < 256; ++byte)
    for (std::size_t k = 1; k < 8; ++k)
      tables[k][byte] = tables[k - 1][byte] >> 8 ^ tables[0][tables[k - 1][byte] & 0xFF];
  return tables;
}();

/// CRC-32 of IEEE 802.3 (polynomial 0xEDB88320, reflected), eight bytes a step.
inline std::uint32_t crc32(std::string_view bytes) {
  const auto& t = crc32_tables;
  std::uint32_t crc = 0xFFFFFFFF;
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    const std::uint32_t low =
        crc ^ (at[0] | at[1] << 8 | at[2] << 16 | static_cast<std::uint32_t>(at[3]) << 24);
    crc = t[7][low & 0xFF] ^ t[6][low >> 8 & 0xFF] ^ t[5][low >> 16 & 0xFF] ^ t[4][low >> 24] ^ t[3][at[4]] ^
          t[2][at[5]] ^ t[1][at[6]] ^ t[0][at[7]];
  }
  for (; left > 0; --left, ++at) crc = crc >> 8 ^ t[0][(crc ^ *at) & 0xFF];
  return ~crc;
}

}  // namespace mtl::detail
