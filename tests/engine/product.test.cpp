// A layer's products with weights, of the kernel sets that have them, against sums in double.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include <mtl/engine/kernels.hpp>

#include "numbers.hpp"

#include <support/catch.hpp>

namespace product_tests {

using mtl::NumberType;
using mtl::RowProduct;
using mtl::WeightGradient;
using mtl::WeightPacking;
using mtl::tests::distance;
using mtl::tests::Numbers;

const auto number_types = {NumberType::Float32, NumberType::Bfloat16};

struct Shape {
  std::int64_t rows, out, in;
};

/// Panels that are full and not, one row, no multiple of a tile or a block, more than one block of tokens and
/// than one group of columns.
const auto shapes = {Shape{1, 16, 16},   Shape{5, 32, 48},   Shape{64, 96, 32},
                     Shape{131, 80, 64}, Shape{300, 48, 96}, Shape{530, 416, 400}};

std::vector<const mtl::Kernels*> kernels_with_products() {
  auto sets = mtl::tests::runnable_kernels();
  std::erase_if(sets, [](const auto* set) { return set->products == nullptr; });
  if (sets.empty()) WARN("skipped: this processor runs no kernels that multiply by weights (avx512)");
  return sets;
}

/// in [rows, W.in] times W^T (or, turned, in [rows, W.out] times W), W [out, in].
std::vector<double> expected(const Shape& shape, const Numbers& in, const Numbers& weight, bool turned) {
  const auto depth = turned ? shape.out : shape.in, columns = turned ? shape.in : shape.out;
  std::vector<double> out;
  for (std::int64_t row = 0; row < shape.rows; ++row)
    for (std::int64_t column = 0; column < columns; ++column) {
      double sum = 0;
      for (std::int64_t k = 0; k < depth; ++k)
        sum += in[row * depth + k] * weight[turned ? k * columns + column : column * depth + k];
      out.push_back(sum);
    }
  return out;
}

Numbers packed(const mtl::Kernels& kernels, const Shape& shape, const Numbers& weight, bool turned) {
  const auto depth = turned ? shape.out : shape.in, columns = turned ? shape.in : shape.out;
  Numbers to(weight.type, mtl::packed_numbers(depth, columns));
  const WeightPacking call{weight.type, depth, columns, weight.data(), !turned, to.data()};
  for (std::int64_t panel = 0; panel < mtl::weight_panels(columns); ++panel)
    kernels.products->pack(call, panel, panel + 1);
  return to;
}

Numbers multiplied(const mtl::Kernels& kernels, const Shape& shape, const Numbers& in, const Numbers& weight,
                   bool turned, std::int64_t grain) {
  const auto depth = turned ? shape.out : shape.in, columns = turned ? shape.in : shape.out;
  const auto right = packed(kernels, shape, weight, turned);
  Numbers out(in.type, shape.rows * columns);
  const RowProduct call{in.type, shape.rows, depth, columns, in.data(), right.data(), out.data()};
  const auto blocks = mtl::row_blocks(shape.rows);
  for (std::int64_t block = 0; block < blocks; block += grain)
    kernels.products->multiply(call, block, std::min(block + grain, blocks));
  return out;
}

/// The same, one panel at a time.
Numbers multiplied_by_panels(const mtl::Kernels& kernels, const Shape& shape, const Numbers& in,
                             const Numbers& weight) {
  const auto right = packed(kernels, shape, weight, false);
  Numbers out(in.type, shape.rows * shape.out);
  RowProduct call{in.type, shape.rows, shape.in, shape.out, in.data(), right.data(), out.data()};
  call.panels = 1;
  for (call.first_panel = 0; call.first_panel < mtl::weight_panels(shape.out); ++call.first_panel)
    kernels.products->multiply(call, 0, mtl::row_blocks(shape.rows));
  return out;
}

TEST_CASE("rows times packed weights are the sums, forward and backward", "[engine]") {
  for (const auto type : number_types)
    for (const auto& shape : shapes)
      for (const bool turned : {false, true}) {
        const auto in = Numbers::normal(type, shape.rows * (turned ? shape.out : shape.in), "in");
        const auto weight = Numbers::normal(type, shape.out * shape.in, "weight");
        const auto sums = expected(shape, in, weight, turned);
        for (const auto* kernels : kernels_with_products()) {
          INFO(kernels->name << " " << mtl::tests::name_of(type) << " " << shape.rows << " " << turned);
          const auto out = multiplied(*kernels, shape, in, weight, turned, 1);
          CHECK(distance(out, sums) < (type == NumberType::Float32 ? 1e-6 : 3e-3));
          CHECK(out == multiplied(*kernels, shape, in, weight, turned, 100));
          if (!turned) CHECK(out == multiplied_by_panels(*kernels, shape, in, weight));
        }
      }
}

TEST_CASE("a product with bias and activation is the product, then the activation", "[engine]") {
  const Shape shape{131, 80, 64};
  const auto bias = mtl::tests::normal_floats(shape.out, "bias");
  for (const auto type : number_types)
    for (const auto activation : {mtl::Activation::Gelu, mtl::Activation::GeluTanh, mtl::Activation::Relu})
      for (const auto* kernels : kernels_with_products()) {
        INFO(kernels->name << " " << mtl::tests::name_of(type) << " " << static_cast<int>(activation));
        const auto in = Numbers::normal(type, shape.rows * shape.in, "in");
        const auto weight = Numbers::normal(type, shape.out * shape.in, "weight", 0.1);
        const auto right = packed(*kernels, shape, weight, false);
        Numbers out(type, shape.rows * shape.out), derivative = out, alone = out;
        RowProduct call{type,         shape.rows, shape.in,    shape.out,  in.data(),
                        right.data(), out.data(), bias.data(), activation, derivative.data()};
        kernels->products->multiply(call, 0, 3);
        // In float32, so that the sums are not rounded in between.
        const auto sums = expected(shape, in, weight, false);
        Numbers left(NumberType::Float32, out.size()), value = left;
        for (std::int64_t i = 0; i < left.size(); ++i) left.set(i, sums[static_cast<std::size_t>(i)]);
        kernels->activation_forward(
            {NumberType::Float32, activation, shape.rows, shape.out, left.data(), bias.data(), value.data()},
            0, 3);
        std::vector<double> values, derivatives;
        for (std::int64_t i = 0; i < left.size(); ++i) {
          values.push_back(value[i]);
          derivatives.push_back(left[i]);
        }
        const double allowed = type == NumberType::Float32 ? 2e-6 : 3e-3;
        CHECK(distance(out, values) < allowed);
        CHECK(distance(derivative, derivatives) < (activation == mtl::Activation::Relu ? 1e-2 : allowed));
        call.out = alone.data();
        call.derivative = nullptr;
        kernels->products->multiply(call, 0, 3);
        CHECK(alone == out);
      }
}

std::vector<float> gradient_of(const mtl::Kernels& kernels, const Shape& shape, const Numbers& gradient,
                               const Numbers& in, std::int64_t grain) {
  std::vector<float> out(static_cast<std::size_t>(shape.out * shape.in));
  const WeightGradient call{in.type, shape.rows, shape.out, shape.in, gradient.data(), in.data(), out.data()};
  const auto bytes = (kernels.products->gradient_workspace() + 63) / 64 * 64;
  const std::unique_ptr<void, decltype(&std::free)> workspace{std::aligned_alloc(64, bytes), &std::free};
  for (std::int64_t item = 0; item < call.items(); item += grain)
    kernels.products->weight_gradient(call, item, std::min(item + grain, call.items()), workspace.get());
  return out;
}

TEST_CASE("the gradient of weights is the sum over all rows, however its columns are shared", "[engine]") {
  for (const auto type : number_types)
    for (const auto& shape : shapes) {
      const auto gradient = Numbers::normal(type, shape.rows * shape.out, "gradient");
      const auto in = Numbers::normal(type, shape.rows * shape.in, "in");
      std::vector<double> sums;
      for (std::int64_t o = 0; o < shape.out; ++o)
        for (std::int64_t i = 0; i < shape.in; ++i) {
          double sum = 0;
          for (std::int64_t row = 0; row < shape.rows; ++row)
            sum += gradient[row * shape.out + o] * in[row * shape.in + i];
          sums.push_back(sum);
        }
      for (const auto* kernels : kernels_with_products()) {
        INFO(kernels->name << " " << mtl::tests::name_of(type) << " " << shape.rows << " " << shape.out);
        const auto out = gradient_of(*kernels, shape, gradient, in, 1);
        CHECK(distance(out, sums) < 1e-6);
        CHECK(out == gradient_of(*kernels, shape, gradient, in, 3));
        CHECK(out == gradient_of(*kernels, shape, gradient, in, 100));
      }
    }
}

TEST_CASE("products want sides that are multiples of 16", "[engine]") {
  CHECK(mtl::product_supports(16, 1536));
  CHECK_FALSE(mtl::product_supports(0, 16));
  CHECK_FALSE(mtl::product_supports(384, 37));
  CHECK_FALSE(mtl::product_supports(312, 384));
}

}  // namespace product_tests
