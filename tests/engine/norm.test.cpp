// Bias, dropout, residual and layer normalisation of every kernel set, against the formulas in double.
#include <cmath>
#include <cstdint>
#include <vector>

#include <mtl/engine/kernels.hpp>
#include <mtl/engine/sum_rows.hpp>

#include "numbers.hpp"

#include <support/catch.hpp>

namespace norm_tests {

using mtl::NumberType;
using mtl::tests::distance;
using mtl::tests::Numbers;

const auto number_types = {NumberType::Float32, NumberType::Bfloat16};

/// The inputs of both passes.
struct Case {
  NumberType type;
  std::int64_t rows, columns;
  mtl::DropoutMask mask;
  std::vector<std::int64_t> numbers;
  Numbers in, residual, gradient, other;
  std::vector<float> bias, scale, shift;

  Case(NumberType of, std::int64_t row_count, std::int64_t column_count, double p)
      : type{of},
        rows{row_count},
        columns{column_count},
        mask{mtl::DropoutMask::make(mtl::RandomStream(5).key(), p)},
        in{Numbers::normal(of, rows * columns, "in")},
        residual{Numbers::normal(of, rows * columns, "residual")},
        gradient{Numbers::normal(of, rows * columns, "gradient")},
        other{Numbers::normal(of, rows * columns, "other")},
        bias{mtl::tests::normal_floats(columns, "bias")},
        scale{mtl::tests::normal_floats(columns, "scale")},
        shift{mtl::tests::normal_floats(columns, "shift")} {
    for (std::int64_t i = 0; i < rows; ++i) numbers.push_back(3 * i + (std::int64_t{1} << 33));
  }
};

/// What both passes leave.
struct Result {
  Numbers out, normalised, residual_gradient, in_gradient;
  std::vector<float> inverse_sd, scale_sums, shift_sums, bias_sums;
  std::vector<std::uint32_t> kept;
  bool operator==(const Result&) const = default;
};

Result run(const mtl::Kernels& kernels, const Case& c, std::int64_t step) {
  const Numbers empty(c.type, c.rows * c.columns);
  const auto blocks = mtl::row_blocks(c.rows);
  Result r{empty, empty, empty, empty, {}, {}, {}, {}, {}};
  r.inverse_sd.resize(static_cast<std::size_t>(c.rows));
  for (auto* sums : {&r.scale_sums, &r.shift_sums, &r.bias_sums})
    sums->resize(static_cast<std::size_t>(blocks * c.columns));
  r.kept.resize(static_cast<std::size_t>(c.rows * mtl::mask_words(c.columns)));
  const mtl::NormForward forward{.type = c.type,
                                 .rows = c.rows,
                                 .columns = c.columns,
                                 .in = c.in.data(),
                                 .bias = c.bias.data(),
                                 .residual = c.residual.data(),
                                 .scale = c.scale.data(),
                                 .shift = c.shift.data(),
                                 .epsilon = 1e-5F,
                                 .out = r.out.data(),
                                 .normalised = r.normalised.data(),
                                 .inverse_sd = r.inverse_sd.data(),
                                 .dropout = c.mask,
                                 .numbers = c.numbers.data(),
                                 .kept = r.kept.data()};
  const mtl::NormBackward backward{.type = c.type,
                                   .rows = c.rows,
                                   .columns = c.columns,
                                   .gradient = c.gradient.data(),
                                   .other_gradient = c.other.data(),
                                   .scale = c.scale.data(),
                                   .normalised = r.normalised.data(),
                                   .inverse_sd = r.inverse_sd.data(),
                                   .dropout = c.mask,
                                   .kept = r.kept.data(),
                                   .residual_gradient = r.residual_gradient.data(),
                                   .in_gradient = r.in_gradient.data(),
                                   .scale_sums = r.scale_sums.data(),
                                   .shift_sums = r.shift_sums.data(),
                                   .bias_sums = r.bias_sums.data()};
  for (auto end = blocks; end > 0; end -= step)
    kernels.norm_forward(forward, std::max<std::int64_t>(0, end - step), end);
  for (auto end = blocks; end > 0; end -= step)
    kernels.norm_backward(backward, std::max<std::int64_t>(0, end - step), end);
  return r;
}

struct Reference {
  std::vector<double> out, normalised, residual_gradient, in_gradient, scale, shift, bias;
};

Reference reference(const Case& c) {
  const auto columns = static_cast<std::size_t>(c.columns);
  Reference r;
  for (auto* sums : {&r.scale, &r.shift, &r.bias}) sums->resize(columns);
  for (std::int64_t row = 0; row < c.rows; ++row) {
    std::vector<double> z(columns), kept(columns, 1), of_x(columns);
    double mean = 0, variance = 0, mean_gradient = 0, slope = 0;
    for (std::size_t i = 0; i < columns; ++i) {
      const auto place = row * c.columns + static_cast<std::int64_t>(i);
      if (c.mask.threshold)
        kept[i] = c.mask.keeps(static_cast<std::uint64_t>(c.numbers[static_cast<std::size_t>(row)]), i)
                      ? c.mask.scale
                      : 0;
      z[i] = (c.in[place] + static_cast<double>(c.bias[i])) * kept[i] + c.residual[place];
      mean += z[i] / static_cast<double>(columns);
    }
    for (const double x : z) variance += (x - mean) * (x - mean) / static_cast<double>(columns);
    const double inverse_sd = 1 / std::sqrt(variance + 1e-5);
    for (std::size_t i = 0; i < columns; ++i) {
      const auto place = row * c.columns + static_cast<std::int64_t>(i);
      const double x = (z[i] - mean) * inverse_sd, of_out = c.gradient[place] + c.other[place];
      r.normalised.push_back(x);
      r.out.push_back(x * static_cast<double>(c.scale[i]) + static_cast<double>(c.shift[i]));
      r.scale[i] += of_out * x;
      r.shift[i] += of_out;
      of_x[i] = of_out * static_cast<double>(c.scale[i]);
      mean_gradient += of_x[i] / static_cast<double>(columns);
      slope += of_x[i] * x / static_cast<double>(columns);
    }
    for (std::size_t i = 0; i < columns; ++i) {
      const double x = (z[i] - mean) * inverse_sd, of_z = inverse_sd * (of_x[i] - mean_gradient - slope * x);
      r.residual_gradient.push_back(of_z);
      r.in_gradient.push_back(of_z * kept[i]);
      r.bias[i] += of_z * kept[i];
    }
  }
  return r;
}

TEST_CASE("both passes of the norm are the formula's", "[engine]") {
  for (const auto type : number_types)
    for (const double p : {0.0, 0.1})
      for (const std::int64_t columns : {7, 16, 33, 48, 128, 384, 700}) {
        const Case c(type, 67, columns, p);
        const auto expected = reference(c);
        for (const auto* kernels : mtl::tests::runnable_kernels()) {
          const auto result = run(*kernels, c, 1);
          INFO(kernels->name << " " << mtl::tests::name_of(type) << " columns " << columns << " p " << p);
          const double allowed = type == NumberType::Float32 ? 3e-6 : 6e-3;
          CHECK(distance(result.out, expected.out) < allowed);
          CHECK(distance(result.normalised, expected.normalised) < allowed);
          CHECK(distance(result.residual_gradient, expected.residual_gradient) < allowed);
          CHECK(distance(result.in_gradient, expected.in_gradient) < allowed);
          std::vector<float> total(static_cast<std::size_t>(columns));
          for (const auto& [partial, sums] : {std::pair{&result.scale_sums, &expected.scale},
                                              std::pair{&result.shift_sums, &expected.shift},
                                              std::pair{&result.bias_sums, &expected.bias}}) {
            mtl::sum_rows(partial->data(), 2, columns, total.data());
            CHECK(distance(total, *sums) < allowed);
          }
        }
      }
}

TEST_CASE("a row far from zero keeps its variance", "[engine]") {
  for (const auto* kernels : mtl::tests::runnable_kernels()) {
    Case c(NumberType::Float32, 3, 64, 0);
    for (std::int64_t i = 0; i < c.in.size(); ++i) c.in.set(i, c.in[i] + 1000);
    CHECK(distance(run(*kernels, c, 1).normalised, reference(c).normalised) < 1e-4);
  }
}

TEST_CASE("the norm's kept bits are DropoutMask's", "[engine]") {
  for (const std::int64_t columns : {7, 100, 384, 640}) {
    const Case c(NumberType::Bfloat16, 66, columns, 0.1);
    for (const auto* kernels : mtl::tests::runnable_kernels()) {
      const auto result = run(*kernels, c, 2);
      std::int64_t wrong = 0;
      for (std::int64_t row = 0; row < c.rows; ++row)
        for (std::int64_t column = 0; column < columns; ++column) {
          const auto word =
              result.kept[static_cast<std::size_t>(row * mtl::mask_words(columns) + column / 32)];
          const bool kept = word >> column % 32 & 1;
          const auto number = static_cast<std::uint64_t>(c.numbers[static_cast<std::size_t>(row)]);
          wrong += kept != c.mask.keeps(number, static_cast<std::uint64_t>(column));
        }
      INFO(kernels->name << " columns " << columns);
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("the norm has the same bytes for every split of its blocks", "[engine]") {
  for (const auto type : number_types) {
    const Case c(type, 500, 96, 0.1);
    for (const auto* kernels : mtl::tests::runnable_kernels()) {
      const auto whole = run(*kernels, c, 8);
      CHECK(run(*kernels, c, 1) == whole);
      CHECK(run(*kernels, c, 3) == whole);
    }
  }
}

TEST_CASE("the norm's outputs may take the place of its inputs", "[engine]") {
  for (const auto type : number_types)
    for (const auto* kernels : mtl::tests::runnable_kernels()) {
      const Case c(type, 65, 48, 0.1);
      const auto apart = run(*kernels, c, 2);
      auto residual = c.residual, gradient = c.gradient, other = c.other;
      auto kept = apart.kept;
      kernels->norm_forward({.type = type,
                             .rows = 65,
                             .columns = 48,
                             .in = c.in.data(),
                             .bias = c.bias.data(),
                             .residual = residual.data(),
                             .scale = c.scale.data(),
                             .shift = c.shift.data(),
                             .epsilon = 1e-5F,
                             .out = residual.data(),
                             .dropout = c.mask,
                             .numbers = c.numbers.data(),
                             .kept = kept.data()},
                            0, 2);
      kernels->norm_backward({.type = type,
                              .rows = 65,
                              .columns = 48,
                              .gradient = gradient.data(),
                              .other_gradient = other.data(),
                              .scale = c.scale.data(),
                              .normalised = apart.normalised.data(),
                              .inverse_sd = apart.inverse_sd.data(),
                              .dropout = c.mask,
                              .kept = kept.data(),
                              .residual_gradient = other.data(),
                              .in_gradient = gradient.data()},
                             0, 2);
      INFO(kernels->name);
      CHECK(residual == apart.out);
      CHECK(other == apart.residual_gradient);
      CHECK(gradient == apart.in_gradient);
    }
}

TEST_CASE("what goes past the products may stay in float32", "[engine]") {
  const auto half = NumberType::Bfloat16;
  for (const auto* kernels : mtl::tests::runnable_kernels()) {
    const Case c(half, 65, 40, 0.1);
    const auto expected = run(*kernels, c, 2);
    const auto wide = [&](const Numbers& numbers) {
      std::vector<float> x;
      for (std::int64_t i = 0; i < numbers.size(); ++i) x.push_back(static_cast<float>(numbers[i]));
      return x;
    };
    const auto residual = wide(c.residual), other = wide(c.other);
    std::vector<float> wide_out(residual.size()), wide_gradient(residual.size());
    Numbers out(half, c.in.size()), in_gradient(half, c.in.size());
    auto kept = expected.kept;
    kernels->norm_forward({.type = half,
                           .rows = 65,
                           .columns = 40,
                           .in = c.in.data(),
                           .bias = c.bias.data(),
                           .wide_residual = residual.data(),
                           .scale = c.scale.data(),
                           .shift = c.shift.data(),
                           .epsilon = 1e-5F,
                           .out = out.data(),
                           .wide_out = wide_out.data(),
                           .dropout = c.mask,
                           .numbers = c.numbers.data(),
                           .kept = kept.data()},
                          0, 2);
    kernels->norm_backward({.type = half,
                            .rows = 65,
                            .columns = 40,
                            .gradient = c.gradient.data(),
                            .wide_gradient = other.data(),
                            .scale = c.scale.data(),
                            .normalised = expected.normalised.data(),
                            .inverse_sd = expected.inverse_sd.data(),
                            .dropout = c.mask,
                            .kept = kept.data(),
                            .wide_residual_gradient = wide_gradient.data(),
                            .in_gradient = in_gradient.data()},
                           0, 2);
    INFO(kernels->name);
    CHECK(out == expected.out);
    CHECK(in_gradient == expected.in_gradient);
    const auto exact = reference(c);
    CHECK(distance(wide_out, exact.out) < 1e-6);
    for (std::int64_t i = 0; i < out.size(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      CHECK(static_cast<double>(mtl::to_float(mtl::to_bfloat16(wide_out[at]))) == expected.out[i]);
      CHECK(static_cast<double>(mtl::to_float(mtl::to_bfloat16(wide_gradient[at]))) ==
            expected.residual_gradient[i]);
    }
  }
}

TEST_CASE("a norm without bias, residual and dropout", "[engine]") {
  for (const auto type : number_types)
    for (const auto* kernels : mtl::tests::runnable_kernels()) {
      Case c(type, 5, 40, 0);
      const Numbers zero(type, c.in.size());
      c.residual = zero;
      c.bias.assign(c.bias.size(), 0.0F);
      auto out = zero;
      kernels->norm_forward({.type = type,
                             .rows = 5,
                             .columns = 40,
                             .in = c.in.data(),
                             .scale = c.scale.data(),
                             .shift = c.shift.data(),
                             .epsilon = 1e-5F,
                             .out = out.data()},
                            0, 1);
      CHECK(out == run(*kernels, c, 1).out);
    }
}

TEST_CASE("rows wider than any buffer", "[engine]") {
  const Case c(NumberType::Float32, 2, 5000, 0.1);
  const auto expected = reference(c);
  for (const auto* kernels : mtl::tests::runnable_kernels()) {
    const auto result = run(*kernels, c, 1);
    CHECK(distance(result.out, expected.out) < 1e-5);
    CHECK(distance(result.in_gradient, expected.in_gradient) < 1e-5);
  }
}

}  // namespace norm_tests
