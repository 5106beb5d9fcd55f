// In: the engine's name of a number type. Out: libtorch's.
#pragma once

#include <mtl/detail/torch.hpp>

#include <mtl/engine/number_type.hpp>

namespace mtl {

/// The type of a tensor of such numbers.
constexpr torch::ScalarType scalar_type_of(NumberType type) {
  return type == NumberType::Float32 ? torch::kFloat : torch::kBFloat16;
}

}  // namespace mtl
