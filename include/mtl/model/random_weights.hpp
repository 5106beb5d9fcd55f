// In: a tensor and a named stream. Out: the tensor filled with normal numbers that depend on the stream
// alone.
#pragma once

#include <mtl/detail/torch.hpp>

#include <mtl/detail/random.hpp>
#include <mtl/detail/share_items.hpp>

namespace mtl {

/// Fills a contiguous float32 tensor on the CPU with normal numbers of mean 0; element i is number i of the
/// stream.
inline void fill_normal(torch::Tensor& tensor, double standard_deviation, const RandomStream& stream) {
  const torch::NoGradGuard no_grad;
  auto* const values = tensor.mutable_data_ptr<float>();
  share_items(tensor.numel(), 4096, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      values[i] = static_cast<float>(standard_deviation * stream.normal(static_cast<std::uint64_t>(i)));
  });
  tensor.unsafeGetTensorImpl()->bump_version();  // the fast engine's copies of weights go by that
}

}  // namespace mtl
