// In: a stored tensor. Out: where it holds a value that no weight has.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>

#include <mtl/store/tensor_view.hpp>

namespace mtl {

namespace detail {

/// The first element of `count` of `Bits` with all bits of `exponent`, which make it a NaN or an infinity.
template <class Bits>
std::optional<std::uint64_t> find_exponent(const char* bytes, std::uint64_t count, Bits exponent) {
  constexpr std::uint64_t block = 4096;  // looked at as a whole, which compilers do in wide registers
  for (std::uint64_t begin = 0; begin < count; begin += block) {
    const std::uint64_t end = std::min(count, begin + block);
    unsigned bad = 0;
    for (auto i = begin; i < end; ++i) {
      Bits bits;
      std::memcpy(&bits, bytes + i * sizeof bits, sizeof bits);
      bad |= (bits & exponent) == exponent ? 1U : 0U;
    }
    for (auto i = begin; bad != 0 && i < end; ++i) {
      Bits bits;
      std::memcpy(&bits, bytes + i * sizeof bits, sizeof bits);
      if ((bits & exponent) == exponent) return i;
    }
  }
  return std::nullopt;
}

/// The same of 64-bit numbers, which are narrowed to 32 bits when they become weights.
inline std::optional<std::uint64_t> find_not_float(const char* bytes, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    double value = 0;
    std::memcpy(&value, bytes + i * sizeof value, sizeof value);
    if (!std::isfinite(static_cast<float>(value))) return i;
  }
  return std::nullopt;
}

}  // namespace detail

/// Number, row by row, of the first element that is a NaN or an infinity, or is one as a number of 32 bits;
/// nothing where there is none, and for types other than F16, BF16, F32 and F64.
inline std::optional<std::uint64_t> find_non_finite(const TensorView& stored) {
  const char* const bytes = stored.bytes.data();
  const std::uint64_t count = stored.bytes.size() / dtype_bytes(stored.dtype);
  if (stored.dtype == Dtype::F32) return detail::find_exponent<std::uint32_t>(bytes, count, 0x7F800000U);
  if (stored.dtype == Dtype::F16) return detail::find_exponent<std::uint16_t>(bytes, count, 0x7C00U);
  if (stored.dtype == Dtype::BF16) return detail::find_exponent<std::uint16_t>(bytes, count, 0x7F80U);
  if (stored.dtype == Dtype::F64) return detail::find_not_float(bytes, count);
  return std::nullopt;
}

}  // namespace mtl
