// Golden values: R 4.2.2 (mcnemar.test, binom.test); random tables: statsmodels 0.15.0, mid-p from whole
// binomials.
#include <cmath>
#include <vector>

#include <mtl/stats/mcnemar.hpp>

#include <support/catch.hpp>

#include "golden.hpp"

namespace mcnemar_tests {

using namespace mtl::stats;
using mtl::tests::close;

TEST_CASE("McNemar's test equals R's on its own example", "[stats]") {
  const auto r = mcnemar_test({.both = 794, .only_a = 150, .only_b = 86, .neither = 570});
  REQUIRE(r.status == Status::Ok);
  CHECK_THAT(r.chi_squared_corrected, close(16.8177966101695, 1e-14));
  CHECK_THAT(r.p_chi_squared_corrected, close(4.1145622813459e-05, 1e-13));
  CHECK_THAT(r.chi_squared, close(17.3559322033898, 1e-14));
  CHECK_THAT(r.p_chi_squared, close(3.0992934410452e-05, 1e-13));
  CHECK_THAT(r.p_exact, close(3.71593613957143e-05, 1e-13));
  CHECK_THAT(r.p_exact_greater, close(r.p_exact / 2));
}

TEST_CASE("McNemar's test equals statsmodels' on random tables", "[stats]") {
  for (const auto& line : mtl::tests::golden_lines("mcnemar")) {
    INFO("only a " << line[0] << ", only b " << line[1]);
    const auto r = mcnemar_test(
        {.only_a = static_cast<std::int64_t>(line[0]), .only_b = static_cast<std::int64_t>(line[1])});
    CHECK_THAT(r.p_exact, close(line[2]));
    CHECK_THAT(r.p_mid, close(line[3]));
    CHECK_THAT(r.chi_squared, close(line[4]));
    CHECK_THAT(r.p_chi_squared, close(line[5]));
    CHECK_THAT(r.chi_squared_corrected, close(line[6]));
    CHECK_THAT(r.p_chi_squared_corrected, close(line[7]));
  }
}

TEST_CASE("outcomes are counted from the predictions of all test folds", "[stats]") {
  const std::vector<int> gold{0, 1, 2, 0, 1, 2}, a{0, 1, 2, 1, 0, 2}, b{0, 2, 2, 0, 2, 0};
  CHECK(paired_outcomes(gold, a, b) == PairedOutcomes{.both = 2, .only_a = 2, .only_b = 1, .neither = 1});
  CHECK_THROWS_WITH(paired_outcomes(gold, a, std::vector<int>{0}),
                    "McNemar: 6 texts, but 6 and 1 predictions; every text needs one of each");
}

TEST_CASE("without a text on which the systems differ there is no chi-square, and the exact p is 1",
          "[stats]") {
  const auto r = mcnemar_test({.both = 8, .neither = 2});
  CHECK(r.status == Status::NoDifference);
  CHECK(std::isnan(r.chi_squared));
  CHECK(r.p_exact == 1);
  CHECK(r.p_mid == 1);
  CHECK(mcnemar_test({}).status == Status::TooFewPairs);
  CHECK_THROWS_WITH(mcnemar_test({.only_a = -1}), "McNemar: a count of texts is negative");
}

TEST_CASE("exchanging the systems mirrors the exact tails", "[stats]") {
  const auto r = mcnemar_test({.only_a = 9, .only_b = 3}),
             mirrored = mcnemar_test({.only_a = 3, .only_b = 9});
  CHECK(r.p_exact_less == mirrored.p_exact_greater);
  CHECK(r.p_exact == mirrored.p_exact);
  CHECK_THAT(r.p_exact_greater, close(299.0 / 4096));
}

}  // namespace mcnemar_tests
