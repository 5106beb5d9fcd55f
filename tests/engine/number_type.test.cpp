// How numbers are rounded to bfloat16, one at a time and by every kernel set.
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <mtl/engine/kernels.hpp>
#include <mtl/engine/sum_rows.hpp>

#include "numbers.hpp"

#include <support/catch.hpp>

namespace number_type_tests {

/// f(x) in bfloat16, for every x, as a kernel stores it. Relu leaves what is not negative as it is.
std::vector<mtl::Bfloat16> stored(const mtl::Kernels& kernels, mtl::Activation f,
                                  const std::vector<float>& x) {
  std::vector<mtl::Bfloat16> zeros(x.size()), out(x.size());
  kernels.activation_forward({.type = mtl::NumberType::Bfloat16,
                              .activation = f,
                              .rows = 1,
                              .columns = static_cast<std::int64_t>(x.size()),
                              .in = zeros.data(),
                              .bias = x.data(),
                              .out = out.data(),
                              .derivative = false},
                             0, 1);
  return out;
}

TEST_CASE("bfloat16 is rounded to nearest, ties to even", "[engine]") {
  const auto infinity = std::numeric_limits<float>::infinity();
  std::vector<float> in{0, 1, 2.5F, 1.00390625F, 1.01171875F, 3.3895313e38F, 3.4e38F, infinity};
  for (const float x : mtl::tests::normal_floats(200, "in", 100)) in.push_back(std::abs(x));
  std::vector<mtl::Bfloat16> expected;
  for (const float x : in) expected.push_back(mtl::to_bfloat16(x));
  CHECK(mtl::to_float(expected[3]) == 1.0F);       // halfway between 1 and 1.0078125
  CHECK(mtl::to_float(expected[4]) == 1.015625F);  // halfway between 1.0078125 and 1.015625
  CHECK(mtl::to_float(expected[6]) == infinity);
  CHECK(mtl::to_float(mtl::to_bfloat16(-2.5F)) == -2.5F);
  CHECK(std::signbit(mtl::to_float(mtl::to_bfloat16(-0.0F))));
  CHECK(std::isnan(mtl::to_float(mtl::to_bfloat16(std::numeric_limits<float>::quiet_NaN()))));
  for (const auto* kernels : mtl::tests::runnable_kernels()) {
    INFO(kernels->name);
    CHECK(stored(*kernels, mtl::Activation::Relu, in) == expected);
    const auto nan = stored(*kernels, mtl::Activation::Gelu, {std::numeric_limits<float>::quiet_NaN()});
    CHECK(std::isnan(mtl::to_float(nan[0])));
  }
}

TEST_CASE("partial sums are added in the order of their rows", "[engine]") {
  const std::vector<float> parts{1, 1e8F, 2, -1e8F, 3, 5};  // [3, 2]: 1e8 - 1e8 + 5, and no other order
  std::vector<float> sums(2);
  mtl::sum_rows(parts.data(), 3, 2, sums.data());
  CHECK(sums == std::vector<float>{6, 5});
}

}  // namespace number_type_tests
