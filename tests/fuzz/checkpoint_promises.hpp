// What every reader of checkpoints promises of the tensors it gives.
#pragma once

#include <vector>

#include <mtl/store/tensor_view.hpp>

#include "target.hpp"

namespace mtl::fuzz {

/// Names can be printed, sizes fit the shape, and the bytes can be read.
inline void check_tensors(const std::vector<TensorView>& tensors) {
  unsigned sum = 0;
  for (const auto& tensor : tensors) {
    detail::require_tensor_name(tensor.name, "");
    expect(tensor_bytes(tensor.dtype, tensor.shape) == tensor.bytes.size(),
           "a tensor has the bytes of its shape");
    if (!tensor.bytes.empty())
      sum +=
          static_cast<unsigned char>(tensor.bytes.front()) + static_cast<unsigned char>(tensor.bytes.back());
  }
  expect(sum <= 510 * tensors.size(), "bytes are bytes");
}

}  // namespace mtl::fuzz
