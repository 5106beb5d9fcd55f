// Golden values: R 4.2.2 (power.t.test, pwr) and mpmath 1.4.1.
#include <cmath>

#include <mtl/stats/power.hpp>

#include <support/catch.hpp>

#include "golden.hpp"

namespace power_tests {

using namespace mtl::stats;
using mtl::tests::close;

TEST_CASE("power equals R's, one-sided, two-sided, and two-sided as R counts it", "[stats]") {
  // R's own noncentral t is good to some ten digits; mpmath's below is good to all.
  CHECK_THAT(paired_t_power({.side = Alternative::Greater}, 0.5), close(0.42728982677, 1e-10));
  PairedDesign two{.side = Alternative::TwoSided};
  CHECK_THAT(paired_t_power(two, 0.5), close(0.29317560653, 1e-10));
  CHECK_THAT(pairs_needed(two, 0.5), close(33.36713, 1e-7));
  two.counts_both_tails = false;
  CHECK_THAT(paired_t_power(two, 0.5), close(0.29282856727, 1e-10));
  CHECK_THAT(pairs_needed(two, 0.5), close(33.3672, 1e-6));
  CHECK_THAT(pairs_needed({.side = Alternative::Greater}, 0.5), close(26.1375, 1e-6));
}

TEST_CASE("power equals mpmath's to twelve digits", "[stats]") {
  for (const auto& line : mtl::tests::golden_lines("power")) {
    INFO("n " << line[0] << ", dz " << line[1] << ", alpha " << line[2]);
    PairedDesign design{.n = line[0], .alpha = line[2], .side = Alternative::Greater};
    CHECK_THAT(paired_t_power(design, line[1]), close(line[3]));
    design.side = Alternative::Less;
    CHECK_THAT(paired_t_power(design, -line[1]), close(line[3]));
    design.side = Alternative::TwoSided;
    CHECK_THAT(paired_t_power(design, line[1]), close(line[4]));
    design.counts_both_tails = false;
    CHECK_THAT(paired_t_power(design, line[1]), close(line[5]));
  }
}

TEST_CASE("what ten folds could have detected is R's answer", "[stats]") {
  CHECK_THAT(detectable_dz({.side = Alternative::Greater}, 0.8), close(0.853, 1e-3));
  CHECK_THAT(detectable_dz({.side = Alternative::TwoSided}, 0.8), close(0.996, 1e-3));
  CHECK_THAT(detectable_dz({.alpha = 0.05 / 12, .side = Alternative::TwoSided}, 0.8), close(1.525, 1e-3));
}

TEST_CASE("the detectable effect is detected with that power, under the correction too", "[stats]") {
  for (const double ratio : {0.0, 1.0 / 9}) {
    const PairedDesign design{.side = Alternative::TwoSided, .test_to_train = ratio};
    const auto found = detectable_difference(design, 0.7, 0.9);
    CHECK_THAT(paired_t_power(design, found.dz), close(0.9));
    CHECK_THAT(found.difference, close(0.7 * found.dz));
  }
  CHECK(detectable_dz({.test_to_train = 1.0 / 9}, 0.8) > detectable_dz({}, 0.8));
}

TEST_CASE("an effect that two pairs see needs no more; one that is too small has no number", "[stats]") {
  CHECK(pairs_needed({}, 1e6) == 2);
  CHECK(std::isnan(detectable_difference({}, std::nan("")).difference));
}

TEST_CASE("impossible designs are misuse", "[stats]") {
  CHECK_THROWS_WITH(paired_t_power({.n = 1}, 1), "power: 1 pairs; a paired t-test needs two");
  CHECK_THROWS_WITH(paired_t_power({.alpha = 0}, 1), "power: alpha 0: it must lie between 0 and 1");
  CHECK_THROWS_WITH(detectable_dz({}, 0.01), "power 0.01: it must lie between alpha, 0.05, and 1");
  CHECK_THROWS_WITH(pairs_needed({}, 0), "power: dz is 0; it must be positive");
}

}  // namespace power_tests
