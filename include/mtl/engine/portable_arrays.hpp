// The kernels for sums, conversions and Adam in plain C++.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <mtl/engine/adam_constants.hpp>
#include <mtl/engine/layer_calls.hpp>

namespace mtl::detail::portable {

inline void column_sums(const ColumnSums& call, std::int64_t begin, std::int64_t end) {
  for (auto block = begin; block < end; ++block) {
    float* const sums = call.sums + block * call.columns;
    std::fill(sums, sums + call.columns, 0.0F);
    const auto last = std::min((block + 1) * rows_of_block, call.rows);
    for (auto row = block * rows_of_block; row < last; ++row)
      for (std::int64_t i = 0; i < call.columns; ++i)
        sums[i] += load_number(call.type, call.in, row * call.columns + i);
  }
}

inline void add_bias(const AddBias& call, std::int64_t begin, std::int64_t end) {
  const auto last = std::min(end * rows_of_block, call.rows);
  for (auto row = begin * rows_of_block; row < last; ++row)
    for (std::int64_t i = 0; i < call.columns; ++i) {
      const auto place = row * call.columns + i;
      store_number(call.type, call.numbers, place,
                   load_number(call.type, call.numbers, place) + call.bias[i]);
    }
}

inline void sum_rows(const float* in, std::int64_t rows, std::int64_t columns, float* out, std::int64_t begin,
                     std::int64_t end) {
  std::fill(out + begin, out + end, 0.0F);
  for (std::int64_t row = 0; row < rows; ++row)
    for (auto i = begin; i < end; ++i) out[i] += in[row * columns + i];
}

inline void convert_to_bfloat16(const float* in, Bfloat16* out, std::int64_t begin, std::int64_t end) {
  for (auto i = begin; i < end; ++i) out[i] = to_bfloat16(in[i]);
}

inline void convert_to_float(const Bfloat16* in, float* out, std::int64_t begin, std::int64_t end) {
  for (auto i = begin; i < end; ++i) out[i] = to_float(in[i]);
}

inline void adam(const AdamCall& call, std::int64_t begin, std::int64_t end) {
  const AdamConstants c(call);
  for (auto i = begin; i < end; ++i) {
    const float gradient = load_number(call.type, call.gradient, i);
    call.mean[i] += (gradient - call.mean[i]) * c.new_in_mean;
    call.square[i] = call.square[i] * c.old_in_square + gradient * gradient * c.new_in_square;
    call.value[i] -= c.step_size * call.mean[i] / (std::sqrt(call.square[i]) * c.root_scale + c.epsilon);
    if (call.copy) call.copy[i] = to_bfloat16(call.value[i]);
  }
}

}  // namespace mtl::detail::portable
