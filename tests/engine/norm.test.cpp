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

float* floats(Numbers& numbers) { return static_cast<float*>(numbers.data()); }
const float* floats(const Numbers& numbers) { return static_cast<const float*>(numbers.data()); }

/// The inputs of both passes. What is called wide is float32 whatever the type.
struct Case {
  NumberType type;
  std::int64_t rows, columns;
  mtl::DropoutMask mask;
  Numbers in, wide_residual, gradient, wide_gradient;
  std::vector<float> bias, scale, shift;

  Case(NumberType of, std::int64_t row_count, std::int64_t column_count, double p)
      : type{of},
        rows{row_count},
        columns{column_count},
        mask{mtl::DropoutMask::make(mtl::RandomStream(5).key(), p)},
        in{Numbers::normal(of, rows * columns, "in")},
        wide_residual{Numbers::normal(NumberType::Float32, rows * columns, "residual")},
        gradient{Numbers::normal(of, rows * columns, "gradient")},
        wide_gradient{Numbers::normal(NumberType::Float32, rows * columns, "other")},
        bias{mtl::tests::normal_floats(columns, "bias")},
        scale{mtl::tests::normal_floats(columns, "scale")},
        shift{mtl::tests::normal_floats(columns, "shift")} {}
};

/// What both passes leave.
struct Result {
  Numbers out, wide_out, normalised, wide_residual_gradient, in_gradient;
  std::vector<float> inverse_sd, scale_sums, shift_sums, bias_sums;
  std::vector<std::uint32_t> kept;
  bool operator==(const Result&) const = default;
};

Result run(const mtl::Kernels& kernels, const Case& c, std::int64_t step) {
  const Numbers empty(c.type, c.rows * c.columns), wide(NumberType::Float32, c.rows * c.columns);
  const auto blocks = mtl::row_blocks(c.rows);
  Result r{empty, wide, empty, wide, empty, {}, {}, {}, {}, {}};
  r.inverse_sd.resize(static_cast<std::size_t>(c.rows));
  for (auto* sums : {&r.scale_sums, &r.shift_sums, &r.bias_sums})
    sums->resize(static_cast<std::size_t>(blocks * c.columns));
  r.kept.resize(static_cast<std::size_t>(c.rows * mtl::mask_words(c.columns)));
  const mtl::NormForward forward{.type = c.type,
                                 .rows = c.rows,
                                 .columns = c.columns,
                                 .in = c.in.data(),
                                 .bias = c.bias.data(),
                                 .wide_residual = floats(c.wide_residual),
                                 .scale = c.scale.data(),
                                 .shift = c.shift.data(),
                                 .epsilon = 1e-5F,
                                 .out = r.out.data(),
                                 .wide_out = floats(r.wide_out),
                                 .normalised = r.normalised.data(),
                                 .inverse_sd = r.inverse_sd.data(),
                                 .dropout = c.mask,
                                 .kept = r.kept.data()};
  const mtl::NormBackward backward{.type = c.type,
                                   .rows = c.rows,
                                   .columns = c.columns,
                                   .gradient = c.gradient.data(),
                                   .wide_gradient = floats(c.wide_gradient),
                                   .scale = c.scale.data(),
                                   .normalised = r.normalised.data(),
                                   .inverse_sd = r.inverse_sd.data(),
                                   .dropout = c.mask,
                                   .kept = r.kept.data(),
                                   .wide_residual_gradient = floats(r.wide_residual_gradient),
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
      if (c.mask.threshold) kept[i] = c.mask.keeps(static_cast<std::uint64_t>(row), i) ? c.mask.scale : 0;
      z[i] = (c.in[place] + static_cast<double>(c.bias[i])) * kept[i] + c.wide_residual[place];
      mean += z[i] / static_cast<double>(columns);
    }
    for (const double x : z) variance += (x - mean) * (x - mean) / static_cast<double>(columns);
    const double inverse_sd = 1 / std::sqrt(variance + 1e-5);
    for (std::size_t i = 0; i < columns; ++i) {
      const auto place = row * c.columns + static_cast<std::int64_t>(i);
      const double x = (z[i] - mean) * inverse_sd, of_out = c.gradient[place] + c.wide_gradient[place];
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
          CHECK(distance(result.wide_out, expected.out) < 3e-6);
          CHECK(distance(result.normalised, expected.normalised) < allowed);
          CHECK(distance(result.wide_residual_gradient, expected.residual_gradient) < allowed);
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
          wrong += kept != c.mask.keeps(static_cast<std::uint64_t>(row), static_cast<std::uint64_t>(column));
        }
      INFO(kernels->name << " columns " << columns);
      CHECK(wrong == 0);
    }
  }
}

#if defined(__x86_64__)
[[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]] void draw_with_avx512(
    const mtl::DropoutMask& mask, std::uint64_t row, std::int64_t columns, std::uint32_t* kept) {
  mtl::detail::avx512::draw_columns(mtl::detail::PhiloxKeys(mask.key), mask, row, columns, kept);
}
#endif

TEST_CASE("the kept bits of a row beyond 2^32 are DropoutMask's", "[engine]") {
  std::vector<void (*)(const mtl::DropoutMask&, std::uint64_t, std::int64_t, std::uint32_t*)> draws{
      mtl::detail::portable::draw_columns};
#if defined(__x86_64__)
  if (mtl::has_kernels("avx2")) draws.push_back(mtl::detail::avx2::draw_columns);
  if (mtl::has_kernels("avx512")) draws.push_back(draw_with_avx512);
#endif
  const auto mask = mtl::DropoutMask::make(mtl::RandomStream(5).key(), 0.1);
  const std::uint64_t first = std::uint64_t{1} << 33;
  for (const std::int64_t columns : {7, 100, 384, 640})
    for (std::size_t i = 0; i < draws.size(); ++i) {
      std::vector<std::uint32_t> kept(static_cast<std::size_t>(mtl::mask_words(columns)));
      std::int64_t wrong = 0;
      for (auto row = first; row < first + 198; row += 3) {
        draws[i](mask, row, columns, kept.data());
        for (std::size_t column = 0; column < static_cast<std::size_t>(columns); ++column) {
          const bool bit = kept[column / 32] >> column % 32 & 1;
          wrong += bit != mask.keeps(row, column);
        }
      }
      INFO("draw " << i << " columns " << columns);
      CHECK(wrong == 0);
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
      auto in = c.in, gradient = c.gradient, past = c.wide_residual, past_gradient = c.wide_gradient;
      auto kept = apart.kept;
      kernels->norm_forward({.type = type,
                             .rows = 65,
                             .columns = 48,
                             .in = in.data(),
                             .bias = c.bias.data(),
                             .wide_residual = floats(past),
                             .scale = c.scale.data(),
                             .shift = c.shift.data(),
                             .epsilon = 1e-5F,
                             .out = in.data(),
                             .wide_out = floats(past),
                             .dropout = c.mask,
                             .kept = kept.data()},
                            0, 2);
      kernels->norm_backward({.type = type,
                              .rows = 65,
                              .columns = 48,
                              .gradient = gradient.data(),
                              .wide_gradient = floats(past_gradient),
                              .scale = c.scale.data(),
                              .normalised = apart.normalised.data(),
                              .inverse_sd = apart.inverse_sd.data(),
                              .dropout = c.mask,
                              .kept = kept.data(),
                              .wide_residual_gradient = floats(past_gradient),
                              .in_gradient = gradient.data()},
                             0, 2);
      INFO(kernels->name);
      CHECK(in == apart.out);
      CHECK(past == apart.wide_out);
      CHECK(past_gradient == apart.wide_residual_gradient);
      CHECK(gradient == apart.in_gradient);
    }
}

TEST_CASE("what goes past the products stays in float32", "[engine]") {
  const auto half = NumberType::Bfloat16;
  const auto rounded = [](double x) {
    return static_cast<double>(mtl::to_float(mtl::to_bfloat16(static_cast<float>(x))));
  };
  for (const double p : {0.0, 0.1})
    for (const auto* kernels : mtl::tests::runnable_kernels()) {
      const Case c(half, 65, 40, p);
      const auto result = run(*kernels, c, 2);
      const auto exact = reference(c);
      INFO(kernels->name << " p " << p);
      CHECK(distance(result.wide_out, exact.out) < 1e-6);
      std::vector<float> shift(40);  // its gradient is the sum of what comes in, which nothing here rounds
      mtl::sum_rows(result.shift_sums.data(), 2, 40, shift.data());
      CHECK(distance(shift, exact.shift) < 1e-6);
      for (std::int64_t i = 0; i < result.out.size(); ++i) {
        const auto row = static_cast<std::uint64_t>(i) / 40, column = static_cast<std::uint64_t>(i) % 40;
        const auto z = static_cast<float>(result.wide_residual_gradient[i]);
        const float of_in = p == 0 ? z : c.mask.keeps(row, column) ? z * c.mask.scale : 0.0F;
        CHECK(rounded(result.wide_out[i]) == result.out[i]);
        CHECK(rounded(of_in) == result.in_gradient[i]);
      }
    }
}

TEST_CASE("a norm without bias, residual and dropout", "[engine]") {
  for (const auto type : number_types)
    for (const auto* kernels : mtl::tests::runnable_kernels()) {
      Case c(type, 5, 40, 0);
      c.wide_residual = Numbers(NumberType::Float32, c.in.size());
      c.bias.assign(c.bias.size(), 0.0F);
      Numbers out(type, c.in.size());
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

TEST_CASE("a gradient that is not given is nothing, and one that is not asked for is left out", "[engine]") {
  for (const auto type : number_types)
    for (const auto* kernels : mtl::tests::runnable_kernels())
      for (const bool past : {false, true}) {
        Case c(type, 65, 40, 0.1);
        auto& none = past ? c.gradient : c.wide_gradient;
        none = Numbers(none.type, none.size());
        const auto expected = run(*kernels, c, 2);
        Numbers in_gradient(type, c.in.size()), wide_residual_gradient(NumberType::Float32, c.in.size());
        kernels->norm_backward({.type = type,
                                .rows = 65,
                                .columns = 40,
                                .gradient = past ? nullptr : c.gradient.data(),
                                .wide_gradient = past ? floats(c.wide_gradient) : nullptr,
                                .scale = c.scale.data(),
                                .normalised = expected.normalised.data(),
                                .inverse_sd = expected.inverse_sd.data(),
                                .dropout = c.mask,
                                .kept = expected.kept.data(),
                                .wide_residual_gradient = past ? floats(wide_residual_gradient) : nullptr,
                                .in_gradient = past ? nullptr : in_gradient.data()},
                               0, 2);
        INFO(kernels->name << (past ? " past the products" : " through them"));
        if (past) CHECK(wide_residual_gradient == expected.wide_residual_gradient);
        if (!past) CHECK(in_gradient == expected.in_gradient);
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
