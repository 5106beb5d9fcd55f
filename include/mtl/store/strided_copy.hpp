// In: a tensor whose elements lie apart. Out: the same elements row by row.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace mtl::detail {

/// Whether the elements lie row by row without gaps, as torch.Tensor.is_contiguous() says.
inline bool lies_in_a_row(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& strides) {
  if (std::ranges::find(shape, 0) != shape.end()) return true;
  std::int64_t expected = 1;
  bool dense = true;
  for (std::size_t i = shape.size(); i-- > 0;) {
    if (shape[i] == 1) continue;
    dense = dense && strides[i] == expected;
    expected *= shape[i];
  }
  return dense;
}

/// Copies a tensor's elements, of `width` bytes each, to `out`, which has room for all. The first one is at
/// the beginning of `storage`; the caller knows that all lie inside it, and that there is one at least.
inline void copy_strided(std::string_view storage, std::uint64_t width,
                         const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& strides,
                         char* out) {
  std::vector<std::int64_t> index(shape.size(), 0);
  std::int64_t at = 0;
  while (true) {
    std::memcpy(out, storage.data() + static_cast<std::uint64_t>(at) * width, width);
    out += width;
    std::size_t i = shape.size();
    for (; i-- > 0;) {
      if (++index[i] < shape[i]) {
        at += strides[i];
        break;
      }
      at -= strides[i] * (shape[i] - 1);
      index[i] = 0;
    }
    if (i > shape.size()) return;  // below 0: the first index is through
  }
}

}  // namespace mtl::detail
