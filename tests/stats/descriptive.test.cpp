// Golden values: NIST StRD, univariate summary statistics (itl.nist.gov/div898/strd/univ): Lottery, Lew and
// Mavro with their certified mean and SD in tests/data/stats/nist_strd.tsv, NumAcc1 to NumAcc4 exact by
// construction.
#include <cmath>
#include <string>
#include <vector>

#include <mtl/stats/descriptive.hpp>

#include <support/catch.hpp>

#include "golden.hpp"

namespace descriptive_tests {

using mtl::tests::close;

std::vector<double> alternating(double centre) {
  std::vector<double> values{centre};
  for (int i = 0; i < 500; ++i) values.insert(values.end(), {centre - 0.1, centre + 0.1});
  return values;
}

TEST_CASE("mean and SD are NIST's certified ones", "[stats]") {
  const auto name = GENERATE(values<std::string>({"Lottery", "Lew", "Mavro"}));
  INFO(name);
  const auto line = mtl::tests::lines_named(name, "nist_strd.tsv").at(0);
  const std::vector<double> values(line.begin() + 2, line.end());
  CHECK_THAT(mtl::stats::mean(values), close(line[0], 1e-14));
  // The certified SDs have 15 digits; Mavro's decimals are rounded 2e4 times closer to each other than to 0.
  CHECK_THAT(mtl::stats::sample_sd(values), close(line[1], 1e-12));
}

TEST_CASE("mean and SD keep their digits where one pass loses them", "[stats]") {
  CHECK(mtl::stats::mean(std::vector<double>{10000001, 10000003, 10000002}) == 10000002);
  CHECK(mtl::stats::sample_sd(std::vector<double>{10000001, 10000003, 10000002}) == 1);
  CHECK_THAT(mtl::stats::mean(alternating(1.2)), close(1.2, 1e-15));
  CHECK_THAT(mtl::stats::sample_sd(alternating(1.2)), close(0.1, 1e-14));
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
