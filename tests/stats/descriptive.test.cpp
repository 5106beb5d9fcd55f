// Golden values: NIST StRD, univariate summary statistics, NumAcc3 and NumAcc4 (exact by construction).
#include <cmath>
#include <vector>

#include <mtl/stats/descriptive.hpp>

#include <support/catch.hpp>

namespace descriptive_tests {

using mtl::tests::close;

std::vector<double> alternating(double centre) {
  std::vector<double> values{centre};
  for (int i = 0; i < 500; ++i) values.insert(values.end(), {centre - 0.1, centre + 0.1});
  return values;
}

TEST_CASE("mean and SD keep their digits where one pass loses them", "[stats]") {
  CHECK_THAT(mtl::stats::mean(alternating(1000000.2)), close(1000000.2, 1e-15));
  CHECK_THAT(mtl::stats::sample_sd(alternating(1000000.2)), close(0.1, 1e-9));
  CHECK_THAT(mtl::stats::mean(alternating(10000000.2)), close(10000000.2, 1e-15));
  CHECK_THAT(mtl::stats::sample_sd(alternating(10000000.2)), close(0.1, 1e-8));
}

TEST_CASE("the population SD divides by n, the sample SD by n - 1", "[stats]") {
  const std::vector<double> values{2, 4, 4, 4, 5, 5, 7, 9};
  CHECK_THAT(mtl::stats::population_sd(values), close(2));
  CHECK_THAT(mtl::stats::sample_sd(values), close(std::sqrt(32.0 / 7)));
}

TEST_CASE("what has no value is NaN", "[stats]") {
  CHECK(std::isnan(mtl::stats::mean({})));
  CHECK(std::isnan(mtl::stats::population_sd({})));
  CHECK(std::isnan(mtl::stats::sample_sd(std::vector<double>{1})));
  CHECK(mtl::stats::population_sd(std::vector<double>{1}) == 0);
}

}  // namespace descriptive_tests
