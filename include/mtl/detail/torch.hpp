// The one door to libtorch. Every header of mtl that touches a tensor includes this one first.
#pragma once

// clang needs ivalue.h before any other torch header ("incomplete type c10::IValue").
// clang-format off
#include <ATen/core/ivalue.h>

#include <torch/types.h>
#include <torch/nn/module.h>
// clang-format on
