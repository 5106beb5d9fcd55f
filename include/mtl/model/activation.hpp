// The functions that a BERT has between the two linear layers of a feed-forward layer.
#pragma once

namespace mtl {

enum class Activation {
  Gelu,      ///< by the error function
  GeluTanh,  ///< its approximation by the hyperbolic tangent, "gelu_new"
  Relu
};

}  // namespace mtl
