// The two number types of the engine, and how one is rounded to the other.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace mtl {

/// What activations are stored as. Sums are float32 in both.
enum class NumberType : std::uint8_t { Float32, Bfloat16 };

/// Bytes of one number.
constexpr std::size_t bytes_of(NumberType type) { return type == NumberType::Float32 ? 4 : 2; }

/// The upper half of a float32, as libtorch stores its bfloat16.
using Bfloat16 = std::uint16_t;

/// Exact.
constexpr float to_float(Bfloat16 x) { return std::bit_cast<float>(std::uint32_t{x} << 16); }

/// Rounds to nearest, ties to even; a NaN stays one.
constexpr Bfloat16 to_bfloat16(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  if (x != x) return static_cast<Bfloat16>(bits >> 16 | 0x40U);
  return static_cast<Bfloat16>((bits + 0x7FFFU + (bits >> 16 & 1U)) >> 16);
}

/// Number `i` of an array of either type.
inline float load_number(NumberType type, const void* numbers, std::int64_t i) {
  if (type == NumberType::Float32) return static_cast<const float*>(numbers)[i];
  return to_float(static_cast<const Bfloat16*>(numbers)[i]);
}

inline void store_number(NumberType type, void* numbers, std::int64_t i, float x) {
  if (type == NumberType::Float32)
    static_cast<float*>(numbers)[i] = x;
  else
    static_cast<Bfloat16*>(numbers)[i] = to_bfloat16(x);
}

/// Where number `i` of an array of either type stands.
inline void* number_at(NumberType type, void* numbers, std::int64_t i) {
  return static_cast<std::byte*>(numbers) + i * static_cast<std::int64_t>(bytes_of(type));
}

inline const void* number_at(NumberType type, const void* numbers, std::int64_t i) {
  return static_cast<const std::byte*>(numbers) + i * static_cast<std::int64_t>(bytes_of(type));
}

}  // namespace mtl
