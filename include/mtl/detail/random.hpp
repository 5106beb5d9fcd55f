// In: a seed and names. Out: random numbers that depend on nothing else: not on threads, not on order.
// Source: Philox4x32-10, Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>
#include <utility>
#include <vector>

namespace mtl {

/// 128 random bits for a 64-bit key and a 128-bit counter.
constexpr std::array<std::uint32_t, 4> philox(std::uint64_t key, std::uint64_t low, std::uint64_t high,
                                              int rounds = 10) {
  const auto half = [](std::uint64_t x, int upper) {
    return static_cast<std::uint32_t>(upper ? x >> 32 : x);
  };
  std::uint32_t k0 = half(key, 0), k1 = half(key, 1);
  std::uint32_t c0 = half(low, 0), c1 = half(low, 1), c2 = half(high, 0), c3 = half(high, 1);
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t p = std::uint64_t{0xD2511F53U} * c0, q = std::uint64_t{0xCD9E8D57U} * c2;
    c0 = half(q, 1) ^ c1 ^ k0;
    c2 = half(p, 1) ^ c3 ^ k1;
    c1 = half(q, 0);
    c3 = half(p, 0);
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  return {c0, c1, c2, c3};
}

/// A stream of random numbers addressed by index. Children are told apart by name and number:
/// RandomStream(seed).named("dropout").at(step) is always the same stream.
class RandomStream {
 public:
  explicit constexpr RandomStream(std::uint64_t seed) : key_{seed} {}

  /// The stream of a named purpose under this one.
  constexpr RandomStream named(std::string_view purpose) const {
    std::uint64_t hash = 0xCBF29CE484222325U;  // FNV-1a, mixed with the parent's key by Philox below
    for (const char c : purpose) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    return child(hash, 1);
  }

  /// The stream of a numbered step, layer or site under this one.
  constexpr RandomStream at(std::uint64_t number) const { return child(number, 2); }

  constexpr std::uint64_t key() const { return key_; }

  /// 64 random bits.
  constexpr std::uint64_t bits(std::uint64_t index) const {
    const auto block = philox(key_, index, 0);
    return block[0] | std::uint64_t{block[1]} << 32;
  }

  /// Uniform in (0, 1): 53 bits, never 0.
  constexpr double uniform(std::uint64_t index) const {
    return (static_cast<double>(bits(index) >> 11) + 0.5) * 0x1p-53;
  }

  /// Uniform in {0 .. n - 1}, n > 0. The bias is below n / 2^64.
  std::uint64_t below(std::uint64_t index, std::uint64_t n) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>(Wide{bits(index)} * n >> 64);
  }

  /// Standard normal (Box and Muller, 1958).
  double normal(std::uint64_t index) const {
    const auto pair = at(index);
    return std::sqrt(-2 * std::log(pair.uniform(0))) * std::cos(2 * std::numbers::pi * pair.uniform(1));
  }

 private:
  constexpr RandomStream child(std::uint64_t number, std::uint64_t kind) const {
    const auto block = philox(key_, number, kind);
    return RandomStream(block[2] | std::uint64_t{block[3]} << 32);
  }

  std::uint64_t key_;
};

/// Permutes `items` in place (Fisher and Yates), from the stream alone.
template <class T>
void shuffle(std::vector<T>& items, const RandomStream& stream) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[stream.below(i, i)]);
}

}  // namespace mtl
