// Attention of every kernel set, against the formulas in double.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <thread>
#include <vector>

#include <mtl/engine/kernels.hpp>

#include "attention_reference.hpp"
#include "numbers.hpp"

#include <support/catch.hpp>

namespace attention_tests {

using mtl::NumberType;
using mtl::tests::AttentionCase;
using mtl::tests::distance;
using mtl::tests::run_attention;

const auto number_types = {NumberType::Float32, NumberType::Bfloat16};

/// How far a result may be: of float32 for any order of sums, of bfloat16 for its rounding of probabilities.
double tolerance(NumberType type) { return type == NumberType::Float32 ? 2e-6 : 6e-3; }

/// How far the gradient of one part is from the reference: in the root of the mean square, and as its share.
struct PartDistance {
  double absolute = 0, relative = 0;
};

/// Of queries, keys and values.
std::array<PartDistance, 3> distances_of_parts(const AttentionCase& c, const mtl::tests::Numbers& gradient,
                                               const std::vector<double>& reference) {
  std::array<double, 3> difference{}, norm{};
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const auto part = i / static_cast<std::size_t>(c.hidden()) % 3;
    difference[part] += std::pow(gradient[static_cast<std::int64_t>(i)] - reference[i], 2);
    norm[part] += std::pow(reference[i], 2);
  }
  std::array<PartDistance, 3> parts;
  for (std::size_t part = 0; part < 3; ++part)
    parts[part] = {std::sqrt(difference[part] / static_cast<double>(reference.size() / 3)),
                   std::sqrt(difference[part] / norm[part])};
  return parts;
}

/// Compares both passes of every kernel set with the reference.
void check_case(const AttentionCase& c, double allowed) {
  const auto reference = mtl::tests::reference_attention(c);
  for (const auto* kernels : mtl::tests::runnable_kernels()) {
    const auto result = run_attention(*kernels, c, 1);
    INFO(kernels->name << " " << mtl::tests::name_of(c.type) << " head size " << c.size << " tokens "
                       << c.tokens() << " threshold " << c.mask.threshold);
    CHECK(distance(result.out, reference.out) < allowed);
    CHECK(distance(result.qkv_gradient, reference.qkv_gradient) < allowed);
    CHECK(distance(result.log_sum_exp, reference.log_sum_exp) <
          (c.type == NumberType::Float32 ? 1e-6 : 1e-5));
  }
}

TEST_CASE("attention is the formula's, for every head size, length and number type", "[engine]") {
  for (const auto type : number_types)
    for (const double p : {0.0, 0.1}) {
      for (const int size : {16, 32, 48, 64, 80, 96, 112, 128})
        check_case(AttentionCase(type, 2, size, {1, 7, 33}, p), tolerance(type));
      check_case(AttentionCase(type, 3, 32, {1, 2, 8, 15, 16, 17, 31, 32, 40, 65, 100, 127, 129}, p),
                 tolerance(type));
    }
}

TEST_CASE("attention of long texts", "[engine]") {
  for (const auto type : number_types) {
    check_case(AttentionCase(type, 1, 32, {512}, 0.1), tolerance(type));
    check_case(AttentionCase(type, 1, 64, {300, 509}, 0.5), tolerance(type));
    check_case(AttentionCase(type, 1, 16, {700}, 0), tolerance(type));
  }
}

TEST_CASE("softmax is right where scores are ten thousand", "[engine]") {
  for (const double scale : {10.0, 100.0, 3000.0}) {
    const AttentionCase single(NumberType::Float32, 2, 32, {1, 19, 70}, 0.1, scale);
    // A score has 24 bits: at 1e4 its exponential is right to 1e4 * 2^-24 at best.
    check_case(single, 1e-6 * scale + 1e-5);
    const AttentionCase half(NumberType::Bfloat16, 2, 32, {1, 19, 70}, 0.1, scale);
    const auto reference = mtl::tests::reference_attention(half);
    if (scale == 3000.0) CHECK(*std::ranges::max_element(reference.log_sum_exp) > 1e4);
    for (const auto* kernels : mtl::tests::runnable_kernels()) {
      const auto result = run_attention(*kernels, half, 1);
      CHECK(distance(result.out, reference.out) < 6e-3);
      CHECK(distance(result.log_sum_exp, reference.log_sum_exp) < 1e-5);
      // Where one key takes all, the gradient of a score is a difference of two numbers near 1 of which one
      // was rounded to bfloat16: 0 but for that. It is multiplied by keys, and by queries of this scale.
      const auto apart = distances_of_parts(half, result.qkv_gradient, reference.qkv_gradient);
      CHECK(apart[0].absolute < 0.005);
      CHECK(apart[1].absolute < 0.005 * scale);
      CHECK(apart[2].relative < 6e-3);
    }
  }
}

TEST_CASE("the kept bits are DropoutMask's, in every kernel set", "[engine]") {
  for (const auto type : number_types) {
    const AttentionCase c(type, 3, 32, {1, 45, 20, 96}, 0.1);
    const auto shape = c.shape();
    for (const auto* kernels : mtl::tests::runnable_kernels()) {
      const auto result = run_attention(*kernels, c, 2);
      std::int64_t wrong = 0;
      for (std::int64_t text = 0; text < shape.texts; ++text)
        for (std::int64_t item = 0; item < c.heads * shape.length(text); ++item) {
          const auto head = item / shape.length(text), query = item % shape.length(text);
          const auto begin = mtl::attention_bits_before(shape, text) +
                             head * mtl::attention_bits(shape.length(text)) +
                             query / 16 * mtl::padded_keys(shape.length(text));
          const auto row = static_cast<std::uint64_t>((shape.starts[text] + query) * c.heads + head);
          for (std::int64_t key = 0; key < shape.length(text); ++key) {
            const bool kept = result.kept[static_cast<std::size_t>(begin + key)] >> query % 16 & 1;
            wrong += kept != c.mask.keeps(row, static_cast<std::uint64_t>(key));
          }
        }
      INFO(kernels->name);
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("attention has the same bytes for every split of its items and any number of threads", "[engine]") {
  for (const auto type : number_types) {
    const AttentionCase c(type, 4, 32, {5, 130, 64}, 0.1);
    for (const auto* kernels : mtl::tests::runnable_kernels()) {
      const auto whole = run_attention(*kernels, c, 12);
      CHECK(run_attention(*kernels, c, 1) == whole);
      CHECK(run_attention(*kernels, c, 5) == whole);
      std::vector<mtl::tests::AttentionResult> others;
      for (int i = 0; i < 2; ++i) others.push_back(whole);
      {
        std::vector<std::jthread> threads;
        for (auto& other : others) threads.emplace_back([&] { other = run_attention(*kernels, c, 3); });
      }
      CHECK(others[0] == whole);
      CHECK(others[1] == whole);
    }
  }
}

TEST_CASE("the sums for the bias's gradient are those over each text's rows", "[engine]") {
  for (const auto type : number_types) {
    const AttentionCase c(type, 2, 16, {9, 33}, 0.1);
    const auto reference = mtl::tests::reference_attention(c);
    std::vector<double> sums(static_cast<std::size_t>(2 * 3 * c.hidden()));
    for (std::size_t i = 0; i < reference.qkv_gradient.size(); ++i) {
      const auto columns = static_cast<std::size_t>(3 * c.hidden());
      sums[(i / columns < 9 ? 0 : columns) + i % columns] += reference.qkv_gradient[i];
    }
    for (const auto* kernels : mtl::tests::runnable_kernels())
      CHECK(distance(run_attention(*kernels, c, 1).bias_sums, sums) < tolerance(type));
  }
}

TEST_CASE("the bias is added to queries, keys and values where they stand", "[engine]") {
  for (const auto type : number_types)
    for (const auto* kernels : mtl::tests::runnable_kernels()) {
      AttentionCase c(type, 2, 48, {3, 37}, 0);
      const auto bias = mtl::tests::normal_floats(3 * c.hidden(), "bias");
      auto qkv = c.qkv;
      for (std::int64_t i = 0; i < qkv.size(); ++i)
        c.qkv.set(i, qkv[i] + static_cast<double>(bias[static_cast<std::size_t>(i % (3 * c.hidden()))]));
      const auto expected = run_attention(*kernels, c, 1);
      auto out = expected.out;
      auto log_sum_exp = expected.log_sum_exp;
      std::vector<double> workspace((kernels->attention_workspace(c.shape()) + 64) / 8);
      void* aligned = workspace.data();
      auto space = workspace.size() * 8;
      std::align(64, kernels->attention_workspace(c.shape()), aligned, space);
      kernels->attention_forward({c.shape(), qkv.data(), bias.data(), out.data(), log_sum_exp.data()}, 0, 4,
                                 aligned);
      INFO(kernels->name << " " << mtl::tests::name_of(type));
      CHECK(qkv == c.qkv);
      CHECK(out == expected.out);
    }
}

TEST_CASE("kernel sets agree with each other", "[engine]") {
  for (const auto type : number_types) {
    const AttentionCase c(type, 2, 32, {77, 128}, 0.1);
    const auto portable = run_attention(mtl::portable_kernels, c, 1);
    std::vector<double> out, gradient;
    for (std::int64_t i = 0; i < portable.out.size(); ++i) out.push_back(portable.out[i]);
    for (std::int64_t i = 0; i < portable.qkv_gradient.size(); ++i)
      gradient.push_back(portable.qkv_gradient[i]);
    for (const auto* kernels : mtl::tests::runnable_kernels()) {
      const auto result = run_attention(*kernels, c, 1);
      CHECK(distance(result.out, out) < tolerance(type));
      CHECK(distance(result.qkv_gradient, gradient) < tolerance(type));
    }
  }
}

}  // namespace attention_tests
