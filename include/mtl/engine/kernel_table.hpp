// One set of CPU kernels, as a table of functions: the sets differ in instructions, not in what they compute.
#pragma once

#include <cstddef>
#include <cstdint>

#include <mtl/engine/attention_call.hpp>
#include <mtl/engine/layer_calls.hpp>
#include <mtl/engine/product_call.hpp>

namespace mtl {

/// Every function works on the items begin .. end - 1 of its call, on the caller's thread, and allocates
/// nothing; the caller shares the items among threads, in any way: the bytes that come out are the same.
/// Pointers need no alignment beyond their type's. Nothing is checked here; what is documented is assumed.
struct Kernels {
  const char* name = "";  ///< "portable", "avx2" or "avx512"

  /// Bytes that one thread needs as `workspace` of the two attention kernels; their alignment is 64 bytes.
  std::size_t (*attention_workspace)(const AttentionShape& shape) = nullptr;

  /// Items: shape.items(). Softmax is right for scores of up to 1e8 in magnitude.
  void (*attention_forward)(const AttentionForward& call, std::int64_t begin, std::int64_t end,
                            void* workspace) = nullptr;
  void (*attention_backward)(const AttentionBackward& call, std::int64_t begin, std::int64_t end,
                             void* workspace) = nullptr;

  /// Items of these: row_blocks(call.rows). A number nearer to 0 than 2^-126 may become 0 in bfloat16.
  void (*activation_forward)(const ActivationForward& call, std::int64_t begin, std::int64_t end) = nullptr;
  void (*activation_backward)(const ActivationBackward& call, std::int64_t begin, std::int64_t end) = nullptr;
  void (*norm_forward)(const NormForward& call, std::int64_t begin, std::int64_t end) = nullptr;
  void (*norm_backward)(const NormBackward& call, std::int64_t begin, std::int64_t end) = nullptr;

  /// A layer's products with weights, or null where libtorch's are the better ones.
  const ProductKernels* products = nullptr;
};

}  // namespace mtl
