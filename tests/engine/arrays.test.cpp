// Sums, conversions and Adam of every kernel set.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <mtl/engine/kernels.hpp>

#include "numbers.hpp"

#include <support/catch.hpp>

namespace arrays_tests {

using mtl::NumberType;
using mtl::tests::distance;
using mtl::tests::Numbers;

const auto number_types = {NumberType::Float32, NumberType::Bfloat16};

TEST_CASE("column sums, whatever the split", "[engine]") {
  for (const auto type : number_types)
    for (const std::int64_t columns : {3, 16, 50}) {
      const std::int64_t rows = 200, blocks = mtl::row_blocks(rows);
      const auto in = Numbers::normal(type, rows * columns, "in");
      std::vector<double> expected(static_cast<std::size_t>(columns));
      for (std::int64_t i = 0; i < in.size(); ++i) expected[static_cast<std::size_t>(i % columns)] += in[i];
      for (const auto* kernels : mtl::tests::runnable_kernels()) {
        std::vector<float> sums(static_cast<std::size_t>(blocks * columns)), split = sums;
        kernels->column_sums({type, rows, columns, in.data(), sums.data()}, 0, blocks);
        for (auto block = blocks; block-- > 0;)
          kernels->column_sums({type, rows, columns, in.data(), split.data()}, block, block + 1);
        CHECK(split == sums);
        std::vector<float> total(static_cast<std::size_t>(columns)), parts = total;
        kernels->sum_rows(sums.data(), blocks, columns, total.data(), 0, columns);
        for (std::int64_t i = 0; i < columns; i += 7)
          kernels->sum_rows(sums.data(), blocks, columns, parts.data(), i, std::min(columns, i + 7));
        CHECK(parts == total);
        CHECK(distance(total, expected) < 1e-5);
      }
    }
}

TEST_CASE("a bias is added to every row", "[engine]") {
  for (const auto type : number_types) {
    const auto in = Numbers::normal(type, 70 * 19, "in");
    const auto bias = mtl::tests::normal_floats(19, "bias");
    auto expected = in;
    for (std::int64_t i = 0; i < in.size(); ++i)
      expected.set(i, in[i] + static_cast<double>(bias[static_cast<std::size_t>(i % 19)]));
    for (const auto* kernels : mtl::tests::runnable_kernels()) {
      auto numbers = in;
      kernels->add_bias({type, 70, 19, numbers.data(), bias.data()}, 0, 2);
      CHECK(numbers == expected);
    }
  }
}

TEST_CASE("bfloat16 is rounded to nearest, ties to even", "[engine]") {
  const auto infinity = std::numeric_limits<float>::infinity();
  std::vector<float> in{0,           -0.0F,         1,       -2.5F,    1.00390625F,
                        1.01171875F, 3.3895313e38F, 3.4e38F, infinity, -infinity};
  for (const float x : mtl::tests::normal_floats(200, "in", 100)) in.push_back(x);
  std::vector<mtl::Bfloat16> expected;
  for (const float x : in) expected.push_back(mtl::to_bfloat16(x));
  CHECK(mtl::to_float(expected[4]) == 1.0F);       // halfway between 1 and 1.0078125
  CHECK(mtl::to_float(expected[5]) == 1.015625F);  // halfway between 1.0078125 and 1.015625
  CHECK(mtl::to_float(expected[7]) == infinity);
  const auto count = static_cast<std::int64_t>(in.size());
  for (const auto* kernels : mtl::tests::runnable_kernels()) {
    std::vector<mtl::Bfloat16> out(in.size());
    kernels->to_bfloat16(in.data(), out.data(), 0, 5);
    kernels->to_bfloat16(in.data(), out.data(), 5, count);
    CHECK(out == expected);
    std::vector<float> back(in.size());
    kernels->to_float(out.data(), back.data(), 0, count);
    for (std::size_t i = 0; i < in.size(); ++i) CHECK(back[i] == mtl::to_float(expected[i]));
    const float nan = std::numeric_limits<float>::quiet_NaN();
    kernels->to_bfloat16(&nan, out.data(), 0, 1);
    CHECK(std::isnan(mtl::to_float(out[0])));
  }
}

TEST_CASE("Adam follows its formula for five steps", "[engine]") {
  constexpr std::int64_t count = 101;
  for (const auto type : number_types)
    for (const auto* kernels : mtl::tests::runnable_kernels()) {
      auto value = mtl::tests::normal_floats(count, "value");
      std::vector<float> mean(count), square(count);
      std::vector<double> expected(value.begin(), value.end()), m(count), v(count);
      std::vector<mtl::Bfloat16> copy(count);
      for (std::int64_t step = 1; step <= 5; ++step) {
        const auto gradient = Numbers::normal(type, count, step % 2 ? "odd" : "even");
        const mtl::AdamCall call{value.data(),    mean.data(), square.data(), type,
                                 gradient.data(), copy.data(), 0.01,          0.9,
                                 0.999,           1e-8,        step};
        kernels->adam(call, 0, 50);
        kernels->adam(call, 50, count);
        for (std::size_t i = 0; i < count; ++i) {
          const double g = gradient[static_cast<std::int64_t>(i)];
          m[i] = 0.9 * m[i] + 0.1 * g;
          v[i] = 0.999 * v[i] + 0.001 * g * g;
          expected[i] -= 0.01 * (m[i] / (1 - std::pow(0.9, step))) /
                         (std::sqrt(v[i] / (1 - std::pow(0.999, step))) + 1e-8);
        }
      }
      INFO(kernels->name);
      CHECK(distance(value, expected) < 1e-6);
      for (std::size_t i = 0; i < count; ++i) CHECK(copy[i] == mtl::to_bfloat16(value[i]));
    }
}

}  // namespace arrays_tests
