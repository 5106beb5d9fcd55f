// Where the rows of one block add their part of the gradients of the normalisation's vectors.
#pragma once

#include <algorithm>
#include <cstdint>

#include <mtl/engine/layer_calls.hpp>

namespace mtl::detail {

/// The partial sums of one block, zeroed, each null or [columns].
struct NormSums {
  float *scale, *shift, *bias;

  NormSums(const NormBackward& call, std::int64_t block) {
    const auto of_block = [&](float* sums) { return sums ? sums + block * call.columns : nullptr; };
    scale = of_block(call.scale_sums);
    shift = of_block(call.shift_sums);
    bias = of_block(call.bias_sums);
    for (float* const sums : {scale, shift, bias})
      if (sums) std::fill(sums, sums + call.columns, 0.0F);
  }
};

}  // namespace mtl::detail
