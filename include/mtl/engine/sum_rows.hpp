// In: partial sums, one row for each item of work. Out: their sum. Torch-free.
#pragma once

#include <algorithm>
#include <cstdint>

namespace mtl {

/// out[column] = sum of in[row, column] over `rows`, in their order, whoever computed them.
inline void sum_rows(const float* in, std::int64_t rows, std::int64_t columns, float* out) {
  std::fill(out, out + columns, 0.0F);
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t column = 0; column < columns; ++column) out[column] += in[row * columns + column];
}

}  // namespace mtl
