// The activations of every kernel set, against their formulas in double.
#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>
#include <vector>

#include <mtl/engine/kernels.hpp>
#include <mtl/engine/sum_rows.hpp>

#include "numbers.hpp"

#include <support/catch.hpp>

namespace activation_tests {

using mtl::Activation;
using mtl::NumberType;
using mtl::tests::distance;
using mtl::tests::Numbers;

const auto number_types = {NumberType::Float32, NumberType::Bfloat16};
const auto activations = {Activation::Gelu, Activation::GeluTanh, Activation::Relu};

/// f(x) and f'(x).
std::pair<double, double> expected(Activation activation, double x) {
  if (activation == Activation::Relu) return {x > 0 ? x : 0, x > 0 ? 1 : 0};
  if (activation == Activation::Gelu) {
    const double below = 0.5 * std::erfc(-x / std::numbers::sqrt2);
    return {x * below, below + x * std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi)};
  }
  const double a = std::sqrt(2 / std::numbers::pi), t = std::tanh(a * (x + 0.044715 * x * x * x));
  return {0.5 * x * (1 + t), 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * a * (1 + 3 * 0.044715 * x * x)};
}

TEST_CASE("an activation and its derivative are the formula's", "[engine]") {
  for (const auto type : number_types)
    for (const auto activation : activations)
      for (const std::int64_t columns : {1, 16, 37, 64}) {
        const std::int64_t rows = 131;
        const auto in = Numbers::normal(type, rows * columns, "in", 3);
        const auto bias = mtl::tests::normal_floats(columns, "bias");
        std::vector<double> value, derivative;
        for (std::int64_t i = 0; i < in.size(); ++i) {
          const auto y =
              expected(activation, in[i] + static_cast<double>(bias[static_cast<std::size_t>(i % columns)]));
          value.push_back(y.first);
          derivative.push_back(y.second);
        }
        for (const auto* kernels : mtl::tests::runnable_kernels()) {
          auto left = in;
          Numbers out(type, in.size());
          kernels->activation_forward({type, activation, rows, columns, left.data(), bias.data(), out.data()},
                                      0, 3);
          INFO(kernels->name << " " << mtl::tests::name_of(type) << " " << static_cast<int>(activation));
          const double allowed = type == NumberType::Float32 ? 5e-7 : 3e-3;
          CHECK(distance(out, value) < allowed);
          CHECK(distance(left, derivative) < allowed);
        }
      }
}

TEST_CASE("an activation is right far from zero", "[engine]") {
  for (const auto type : number_types)
    for (const auto activation : activations)
      for (const auto* kernels : mtl::tests::runnable_kernels()) {
        Numbers in(type, 16), out(type, 16);
        for (std::int64_t i = 0; i < 16; ++i)
          in.set(i, (i % 2 ? -1 : 1) * std::ldexp(1.0, static_cast<int>(2 * i)));
        const auto x = in;
        const std::vector<float> bias(16);
        kernels->activation_forward({type, activation, 1, 16, in.data(), bias.data(), out.data()}, 0, 1);
        INFO(kernels->name << " " << static_cast<int>(activation));
        for (std::int64_t i = 1; i < 16; ++i) {  // from 4 on
          const auto y = expected(activation, x[i]);
          CHECK(std::abs(out[i] - y.first) <= 4e-3 * std::abs(y.first) + 2e-6);
          CHECK(std::abs(in[i] - y.second) <= 4e-3 * std::abs(y.second) + 2e-6);
        }
      }
}

TEST_CASE("a pass without gradients leaves its input as it is", "[engine]") {
  for (const auto* kernels : mtl::tests::runnable_kernels()) {
    const auto in = Numbers::normal(NumberType::Bfloat16, 70 * 24, "in");
    auto left = in;
    Numbers out(NumberType::Bfloat16, in.size());
    const std::vector<float> bias(24);
    kernels->activation_forward({.type = NumberType::Bfloat16,
                                 .rows = 70,
                                 .columns = 24,
                                 .in = left.data(),
                                 .bias = bias.data(),
                                 .out = out.data(),
                                 .derivative = false},
                                0, 2);
    CHECK(left == in);
  }
}

TEST_CASE("the activation's gradient and its sums, whatever the split", "[engine]") {
  for (const auto type : number_types)
    for (const std::int64_t columns : {5, 48}) {
      const std::int64_t rows = 150, blocks = mtl::row_blocks(rows);
      const auto derivative = Numbers::normal(type, rows * columns, "derivative");
      const auto gradient = Numbers::normal(type, rows * columns, "gradient");
      std::vector<double> product, sums(static_cast<std::size_t>(columns));
      for (std::int64_t i = 0; i < gradient.size(); ++i) {
        product.push_back(gradient[i] * derivative[i]);
        sums[static_cast<std::size_t>(i % columns)] += product.back();
      }
      for (const auto* kernels : mtl::tests::runnable_kernels()) {
        auto whole = gradient, split = gradient;
        std::vector<float> partial(static_cast<std::size_t>(blocks * columns)), split_partial = partial;
        const auto call = [&](Numbers& at, std::vector<float>& to) {
          return mtl::ActivationBackward{type, rows, columns, derivative.data(), at.data(), to.data()};
        };
        kernels->activation_backward(call(whole, partial), 0, blocks);
        for (auto block = blocks; block-- > 0;)
          kernels->activation_backward(call(split, split_partial), block, block + 1);
        std::vector<float> total(static_cast<std::size_t>(columns));
        mtl::sum_rows(partial.data(), blocks, columns, total.data());
        INFO(kernels->name << " " << mtl::tests::name_of(type));
        CHECK(distance(whole, product) < (type == NumberType::Float32 ? 1e-6 : 3e-3));
        CHECK(distance(total, sums) < 1e-5);
        CHECK(split == whole);
        CHECK(split_partial == partial);
      }
    }
}

}  // namespace activation_tests
