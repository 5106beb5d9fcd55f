// The kernels for processors with AVX-512 and its bfloat16 products.
#pragma once

#if defined(__x86_64__)
// g++ 12 takes the undefined operand inside its own intrinsics for an uninitialised variable (bug 105593).
#ifndef __clang__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <mtl/engine/avx512_activation.hpp>
#include <mtl/engine/avx512_attention_backward.hpp>
#include <mtl/engine/avx512_norm.hpp>
#include <mtl/engine/avx512_weight_gradient.hpp>
#ifndef __clang__
#pragma GCC diagnostic pop
#endif
#include <mtl/engine/kernel_table.hpp>

namespace mtl {

inline constexpr ProductKernels avx512_products{
    .pack = detail::avx512::pack,
    .multiply = detail::avx512::multiply,
    .gradient_workspace = detail::avx512::gradient_workspace,
    .gradient_items = detail::avx512::gradient_panels,
    .weight_gradient = detail::avx512::weight_gradient,
};

inline constexpr Kernels avx512_kernels{
    .name = "avx512",
    .attention_workspace = detail::avx512::attention_workspace,
    .attention_forward = detail::avx512::attention_forward,
    .attention_backward = detail::avx512::attention_backward,
    .activation_forward = detail::avx512::activation_forward,
    .activation_backward = detail::avx512::activation_backward,
    .norm_forward = detail::avx512::norm_forward,
    .norm_backward = detail::avx512::norm_backward,
    .products = &avx512_products,
};

}  // namespace mtl
#endif
