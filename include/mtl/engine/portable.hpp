// The kernels in plain C++, for any processor.
#pragma once

#include <mtl/engine/kernel_table.hpp>
#include <mtl/engine/portable_attention.hpp>
#include <mtl/engine/portable_layer.hpp>

namespace mtl {

inline constexpr Kernels portable_kernels{
    .name = "portable",
    .attention_workspace = detail::portable::attention_workspace,
    .attention_forward = detail::portable::attention_forward,
    .attention_backward = detail::portable::attention_backward,
    .activation_forward = detail::portable::activation_forward,
    .activation_backward = detail::portable::activation_backward,
    .norm_forward = detail::portable::norm_forward,
    .norm_backward = detail::portable::norm_backward,
};

}  // namespace mtl
