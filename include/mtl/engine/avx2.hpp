// The kernels for processors with AVX2 and FMA.
#pragma once

#if defined(__x86_64__)
#include <mtl/engine/avx2_activation.hpp>
#include <mtl/engine/avx2_attention_backward.hpp>
#include <mtl/engine/avx2_norm.hpp>
#include <mtl/engine/kernel_table.hpp>

namespace mtl {

inline constexpr Kernels avx2_kernels{
    .name = "avx2",
    .attention_workspace = detail::avx2::attention_workspace,
    .attention_forward = detail::avx2::attention_forward,
    .attention_backward = detail::avx2::attention_backward,
    .activation_forward = detail::avx2::activation_forward,
    .activation_backward = detail::avx2::activation_backward,
    .norm_forward = detail::avx2::norm_forward,
    .norm_backward = detail::avx2::norm_backward,
};

}  // namespace mtl
#endif
