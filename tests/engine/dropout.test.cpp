// What the dropout bits of every kernel set look like to a statistician.
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <mtl/detail/random.hpp>
#include <mtl/engine/kernels.hpp>

#include "attention_reference.hpp"
#include "numbers.hpp"

#include <support/catch.hpp>

namespace dropout_tests {

constexpr double dropped = 0.1;

/// Which numbers the mask of `site` keeps, as -1 and 1 scaled to mean 0 and variance 1: [rows, columns].
std::vector<double> bits_of(const mtl::Kernels& kernels, const mtl::RandomStream& site, std::int64_t rows,
                            std::int64_t columns) {
  const std::vector<float> ones(static_cast<std::size_t>(rows * columns), 1.0F);
  auto out = ones;
  std::vector<std::uint32_t> kept(static_cast<std::size_t>(rows * mtl::mask_words(columns)));
  kernels.norm_forward({.rows = rows,
                        .columns = columns,
                        .in = ones.data(),
                        .scale = ones.data(),
                        .shift = ones.data(),
                        .epsilon = 1,
                        .out = out.data(),
                        .dropout = mtl::DropoutMask::make(site.key(), dropped),
                        .kept = kept.data()},
                       0, mtl::row_blocks(rows));
  std::vector<double> bits;
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t column = 0; column < columns; ++column) {
      const bool keep =
          kept[static_cast<std::size_t>(row * mtl::mask_words(columns) + column / 32)] >> column % 32 & 1;
      bits.push_back((keep - (1 - dropped)) / std::sqrt(dropped * (1 - dropped)));
    }
  return bits;
}

/// Standard deviations from 0 of the correlation of `a` with `b` shifted by `shift` places.
double sigmas(const std::vector<double>& a, const std::vector<double>& b, std::size_t shift = 0) {
  double sum = 0;
  for (std::size_t i = 0; i + shift < b.size(); ++i) sum += a[i] * b[i + shift];
  return std::abs(sum) / std::sqrt(static_cast<double>(b.size() - shift));
}

/// Of the mean.
double sigmas(const std::vector<double>& a) { return sigmas(a, std::vector<double>(a.size(), 1.0)); }

mtl::RandomStream site_of(std::uint64_t seed, std::uint64_t step, std::uint64_t layer, const char* site) {
  return mtl::RandomStream(seed).named("dropout").at(0).at(step).at(layer).named(site);
}

TEST_CASE("one in ten is dropped, within four sigmas", "[engine]") {
  for (const auto* kernels : mtl::tests::runnable_kernels()) {
    INFO(kernels->name);
    CHECK(sigmas(bits_of(*kernels, site_of(1, 1, 1, "output"), 512, 384)) < 4);
    const mtl::tests::AttentionCase c(mtl::NumberType::Bfloat16, 2, 32, {352, 160}, dropped);
    const auto result = mtl::tests::run_attention(*kernels, c, 1);
    double kept = 0, all = 0;
    for (std::size_t i = 0; i < result.kept.size(); ++i, all += 16)  // lengths without padding
      for (int bit = 0; bit < 16; ++bit) kept += result.kept[i] >> bit & 1;
    CHECK(all == 2 * (352.0 * 352 + 160 * 160));
    CHECK(std::abs(kept - all * (1 - dropped)) < 4 * std::sqrt(all * dropped * (1 - dropped)));
  }
}

TEST_CASE("bits of neighbouring layers, sites, steps and seeds have nothing in common", "[engine]") {
  for (const auto* kernels : mtl::tests::runnable_kernels()) {
    const auto bits = [&](std::uint64_t seed, std::uint64_t step, std::uint64_t layer, const char* site) {
      return bits_of(*kernels, site_of(seed, step, layer, site), 256, 384);
    };
    const auto here = bits(1, 5, 3, "output");
    INFO(kernels->name);
    CHECK(sigmas(here, here) > 100);
    CHECK(sigmas(here, bits(1, 5, 4, "output")) < 4);
    CHECK(sigmas(here, bits(1, 5, 3, "attention_output")) < 4);
    CHECK(sigmas(here, bits(1, 5, 3, "attention")) < 4);
    CHECK(sigmas(here, bits(1, 6, 3, "output")) < 4);
    CHECK(sigmas(here, bits(2, 5, 3, "output")) < 4);
    CHECK(sigmas(here, bits(1, 3, 5, "output")) < 4);
  }
}

TEST_CASE("bits of neighbouring columns and rows have nothing in common", "[engine]") {
  for (const auto* kernels : mtl::tests::runnable_kernels()) {
    const auto here = bits_of(*kernels, site_of(1, 1, 1, "output"), 256, 384);
    INFO(kernels->name);
    for (const std::size_t shift : {1, 2, 7, 8, 16, 32, 64, 128, 384, 385, 768})
      CHECK(sigmas(here, here, shift) < 4.5);
  }
}

TEST_CASE("the mean over many masks is what no dropout gives", "[engine]") {
  const mtl::tests::AttentionCase none(mtl::NumberType::Float32, 1, 16, {9}, 0);
  for (const auto* kernels : mtl::tests::runnable_kernels()) {
    const auto plain = mtl::tests::run_attention(*kernels, none, 1).out;
    std::vector<double> expected, mean(static_cast<std::size_t>(plain.size()));
    for (std::int64_t i = 0; i < plain.size(); ++i) expected.push_back(plain[i]);
    constexpr int masks = 4000;
    mtl::tests::AttentionCase c(mtl::NumberType::Float32, 1, 16, {9}, dropped);
    for (std::uint64_t seed = 0; seed < masks; ++seed) {
      c.mask = mtl::DropoutMask::make(mtl::RandomStream(seed).named("attention").key(), dropped);
      const auto out = mtl::tests::run_attention(*kernels, c, 1).out;
      for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += out[static_cast<std::int64_t>(i)] / masks;
    }
    INFO(kernels->name);
    // One mask moves the mean of nine values by about a third of its norm.
    CHECK(mtl::tests::distance(mean, expected) < 4 * 0.35 / std::sqrt(masks));
  }
}

}  // namespace dropout_tests
