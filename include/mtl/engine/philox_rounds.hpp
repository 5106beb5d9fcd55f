// The parts of Philox that are the same for many counters, computed once.
//
// A dropout mask reads Philox at (row, block of 8 columns). In the first two of its seven rounds the row and
// the block hardly meet, so that what depends on one of them alone need not be computed for every pair.
#pragma once

#include <cstdint>

#include <mtl/model/dropout_mask.hpp>

namespace mtl::detail {

inline constexpr std::uint64_t philox_multiplier_0 = 0xD2511F53U, philox_multiplier_1 = 0xCD9E8D57U;

/// The round keys of one key, each in the lower half of a word.
struct PhiloxKeys {
  std::uint64_t first[dropout_rounds], second[dropout_rounds];

  explicit PhiloxKeys(std::uint64_t key) {
    auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
    for (int round = 0; round < dropout_rounds; ++round, k0 += 0x9E3779B9U, k1 += 0xBB67AE85U) {
      first[round] = k0;
      second[round] = k1;
    }
  }
};

/// What two rounds leave of a block, for rows below 2^32. With p = multiplier_0 * row,
/// q = multiplier_1 * (upper half of p ^ second key 0), the counter behind the second round is
/// (upper half of q ^ a, lower half of q, lower half of p ^ b, c).
struct PhiloxBlock {
  std::uint64_t a, b, c;

  PhiloxBlock() = default;
  PhiloxBlock(const PhiloxKeys& keys, std::uint64_t block) {
    const std::uint64_t low = 0xFFFFFFFFU, q = philox_multiplier_1 * (block & low);
    const std::uint64_t p = philox_multiplier_0 * ((q >> 32 ^ keys.first[0]) & low);
    a = (q & low) ^ keys.first[1];
    b = p >> 32 ^ keys.second[1];
    c = p & low;
  }
};

}  // namespace mtl::detail
