// The one door to Catch2. Under libtorch its CHECK is silently replaced (pytorch issue 159444), and a failing
// CHECK would abort instead of being counted: so torch comes first, its macro goes, and Catch2 comes last.
#pragma once

// The order is the point.
// clang-format off
#ifdef MTL_TEST_WITH_TORCH
#include <mtl/detail/torch.hpp>
#endif
#undef CHECK
#if __has_include(<catch2/catch.hpp>)
#include <catch2/catch.hpp>
#else
#include <catch2/catch_all.hpp>
#endif
// clang-format on

namespace mtl::tests {

/// |x - expected| <= 1e-12 |expected|: the tolerance of golden statistics.
inline auto close(double expected, double relative = 1e-12) {
  return Catch::Matchers::WithinRel(expected, relative);
}

}  // namespace mtl::tests
