// Element types of stored tensors, by the names that safetensors files give them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace mtl {

/// Element types of a safetensors file, named as in the file. Types narrower than a byte are not supported.
enum class Dtype { BOOL, U8, I8, F8_E5M2, F8_E4M3, I16, U16, F16, BF16, I32, U32, F32, I64, U64, F64, C64 };

namespace detail {

struct DtypeRow {
  Dtype dtype;
  std::string_view name;
  std::uint64_t bytes;
};

inline constexpr std::array<DtypeRow, 16> dtype_table{{{Dtype::BOOL, "BOOL", 1},
                                                       {Dtype::U8, "U8", 1},
                                                       {Dtype::I8, "I8", 1},
                                                       {Dtype::F8_E5M2, "F8_E5M2", 1},
                                                       {Dtype::F8_E4M3, "F8_E4M3", 1},
                                                       {Dtype::I16, "I16", 2},
                                                       {Dtype::U16, "U16", 2},
                                                       {Dtype::F16, "F16", 2},
                                                       {Dtype::BF16, "BF16", 2},
                                                       {Dtype::I32, "I32", 4},
                                                       {Dtype::U32, "U32", 4},
                                                       {Dtype::F32, "F32", 4},
                                                       {Dtype::I64, "I64", 8},
                                                       {Dtype::U64, "U64", 8},
                                                       {Dtype::F64, "F64", 8},
                                                       {Dtype::C64, "C64", 8}}};

}  // namespace detail

/// "F32", ...
inline std::string_view dtype_name(Dtype dtype) {
  return std::ranges::find(detail::dtype_table, dtype, &detail::DtypeRow::dtype)->name;
}

/// Bytes of one element.
inline std::uint64_t dtype_bytes(Dtype dtype) {
  return std::ranges::find(detail::dtype_table, dtype, &detail::DtypeRow::dtype)->bytes;
}

/// The type of that name, if it is a supported one.
inline std::optional<Dtype> find_dtype(std::string_view name) {
  const auto found = std::ranges::find(detail::dtype_table, name, &detail::DtypeRow::name);
  return found == detail::dtype_table.end() ? std::nullopt : std::optional{found->dtype};
}

/// Bytes of a tensor; nothing when a size is negative or the product leaves 63 bits.
inline std::optional<std::uint64_t> tensor_bytes(Dtype dtype, const std::vector<std::int64_t>& shape) {
  std::int64_t product = static_cast<std::int64_t>(dtype_bytes(dtype));
  for (const auto size : shape)
    if (size < 0 || __builtin_mul_overflow(product, size, &product)) return std::nullopt;
  return static_cast<std::uint64_t>(product);
}

}  // namespace mtl
