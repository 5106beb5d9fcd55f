// The kernels for processors with AVX-512 and its bfloat16 products.
#pragma once

#if defined(__x86_64__)
#include <mtl/engine/avx512_attention_backward.hpp>
#include <mtl/engine/kernel_table.hpp>
#include <mtl/engine/portable.hpp>

namespace mtl {

/// Whether this processor has the instructions, and the system saves their registers.
inline bool has_avx512_bf16() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bf16");
}

inline constexpr Kernels avx512_kernels{
    .name = "avx512",
    .attention_workspace = detail::avx512::attention_workspace,
    .attention_forward = detail::avx512::attention_forward,
    .attention_backward = detail::avx512::attention_backward,
    .activation_forward = detail::portable::activation_forward,
    .activation_backward = detail::portable::activation_backward,
    .norm_forward = detail::portable::norm_forward,
    .norm_backward = detail::portable::norm_backward,
    .column_sums = detail::portable::column_sums,
    .add_bias = detail::portable::add_bias,
    .sum_rows = detail::portable::sum_rows,
    .to_bfloat16 = detail::portable::convert_to_bfloat16,
    .to_float = detail::portable::convert_to_float,
    .adam = detail::portable::adam,
};

}  // namespace mtl
#endif
