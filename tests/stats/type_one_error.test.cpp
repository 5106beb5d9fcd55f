// A short run of what tests/stats/type_one_error.cpp prints. Bounds are four standard errors wide.
#include <map>
#include <string>

#include <support/catch.hpp>

#include "simulated_folds.hpp"

namespace type_one_error_tests {

using mtl::RandomStream;

std::map<std::string, double> rates(int tables, double rho) {
  std::map<std::string, int> rejections;
  for (int i = 0; i < tables; ++i)
    mtl::tests::count_rejections(
        mtl::tests::equicorrelated_folds(RandomStream(5).at(static_cast<std::uint64_t>(i)), rho), rejections,
        100);
  std::map<std::string, double> result;
  for (const auto& [name, count] : rejections) result[name] = static_cast<double>(count) / tables;
  return result;
}

TEST_CASE("on folds that are independent, tests err as often as they say", "[stats]") {
  auto rate = rates(1000, 0);
  constexpr double error = 0.0276;  // four times sqrt(0.05 x 0.95 / 1000)
  for (const char* name : {"paired t", "paired t, one-sided", "sign flip"})
    CHECK(std::abs(rate.at(name) - 0.05) < error);
  CHECK(rate.at("Wilcoxon") < 0.05 + error);
  CHECK(rate.at("Nadeau-Bengio") < 0.05);
}

TEST_CASE("on folds that are correlated as in ten-fold cross-validation, only the corrected test does",
          "[stats]") {
  auto rate = rates(1000, 0.1);
  CHECK(std::abs(rate.at("Nadeau-Bengio") - 0.05) < 0.0276);
  CHECK(std::abs(rate.at("Nadeau-Bengio, one-sided") - 0.05) < 0.0276);
  CHECK(rate.at("paired t") > 0.1);
  CHECK(rate.at("sign flip") > 0.1);
}

TEST_CASE("a simulated cross-validation has ten folds, and both halves of the features are as good",
          "[stats]") {
  double sum = 0;
  for (std::uint64_t i = 0; i < 40; ++i) {
    const auto table = mtl::tests::cross_validated_twins(RandomStream(6).at(i), 100);
    REQUIRE(table.a.size() == 10);
    REQUIRE(table.halves_a.size() == 10);
    REQUIRE(table.texts.size() == 10);
    sum += mtl::stats::mean(table.a) - mtl::stats::mean(table.b);
    CHECK(mtl::stats::mean(table.a) > 50);
  }
  CHECK(std::abs(sum / 40) < 5);
}

}  // namespace type_one_error_tests
