// What one step of Adam multiplies by, computed once from its options.
#pragma once

#include <cmath>

#include <mtl/engine/layer_calls.hpp>

namespace mtl::detail {

/// value -= step_size * mean / (sqrt(square) * root_scale + epsilon).
struct AdamConstants {
  float new_in_mean, old_in_square, new_in_square, step_size, root_scale, epsilon;

  explicit AdamConstants(const AdamCall& call)
      : new_in_mean{static_cast<float>(1 - call.beta1)},
        old_in_square{static_cast<float>(call.beta2)},
        new_in_square{static_cast<float>(1 - call.beta2)},
        step_size{static_cast<float>(call.rate / (1 - std::pow(call.beta1, static_cast<double>(call.step))))},
        root_scale{
            static_cast<float>(1 / std::sqrt(1 - std::pow(call.beta2, static_cast<double>(call.step))))},
        epsilon{static_cast<float>(call.epsilon)} {}
};

}  // namespace mtl::detail
