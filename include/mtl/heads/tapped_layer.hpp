// In: the layer that a head's type names and the one that its options name. Out: the layer it taps.
#pragma once

#include <mtl/detail/torch.hpp>

#include <string_view>

#include <mtl/detail/error.hpp>
#include <mtl/heads/head.hpp>

namespace mtl {

/// The tapped layer: the type's, or where that is dynamic_layer the options'.
/// Throws Error when neither or both in disagreement say one.
inline int tapped_layer(std::string_view head, int of_type, int of_options) {
  require(of_type != dynamic_layer || of_options >= 0,
          "head '{}': no layer to tap; name it in the type (as in Head<2>) or in the options (.layer = 2)",
          head);
  require(of_type == dynamic_layer || of_options == dynamic_layer || of_type == of_options,
          "head '{}': its type taps layer {}, its options say {}", head, of_type, of_options);
  return of_type == dynamic_layer ? of_options : of_type;
}

}  // namespace mtl
