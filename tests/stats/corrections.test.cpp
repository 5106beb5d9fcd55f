// Golden values: R 4.2.2 (p.adjust); random families: statsmodels 0.15.0 (multipletests).
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <mtl/stats/corrections.hpp>

#include <support/catch.hpp>

#include "golden.hpp"

namespace corrections_tests {

using namespace mtl::stats;
using mtl::tests::close;
using P = std::vector<double>;

const P twelve{.5053, .0401, .0021, .3120, .0009, .0188, .2255, .0476, .0133, .0650, .7310, .0049};

void check_equal(const P& found, const P& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK_THAT(found[i], close(expected[i]));
}

TEST_CASE("twelve adjusted p-values are R's under every correction", "[stats]") {
  check_equal(adjust_p_values(twelve, Correction::Bonferroni),
              {1, .4812, .0252, 1, .0108, .2256, 1, .5712, .1596, .78, 1, .0588});
  check_equal(adjust_p_values(twelve, Correction::Holm),
              {1, .2807, .0231, .936, .0108, .1504, .902, .2856, .1197, .325, 1, .049});
  check_equal(adjust_p_values(twelve, Correction::Hochberg),
              {.731, .2807, .0231, .731, .0108, .1504, .731, .2856, .1197, .325, .731, .049});
  check_equal(adjust_p_values(twelve, Correction::Hommel),
              {.731, .2005, .0231, .731, .0108, .1316, .6765, .238, .1064, .325, .731, .049});
  check_equal(adjust_p_values(twelve, Correction::BenjaminiHochberg),
              {.5512363636363636, .0802, .0126, .3744, .0108, .04512, .30066666666666664, .0816, .0399, .0975,
               .731, .0196});
  check_equal(
      adjust_p_values(twelve, Correction::BenjaminiYekutieli),
      {1, .2488774963924964, .039100454545454545, 1, .033514675324675324, .1400168658008658,
       .9330320105820107, .2532219913419914, .1238181060606061, .3025630411255412, 1, .06082292929292929});
}

TEST_CASE("random families are adjusted as by statsmodels", "[stats]") {
  for (const auto correction : corrections) {
    INFO(correction_name(correction));
    for (const auto& line : mtl::tests::golden_lines("adjust_" + std::string(correction_name(correction)))) {
      const auto half = line.begin() + static_cast<std::ptrdiff_t>(line.size() / 2);
      check_equal(adjust_p_values(P(line.begin(), half), correction), P(half, line.end()));
    }
  }
}

TEST_CASE("a test that does not exist leaves the family", "[stats]") {
  for (const auto correction : corrections) {
    const auto with = adjust_p_values(P{.01, std::nan(""), .04}, correction);
    const auto without = adjust_p_values(P{.01, .04}, correction);
    CHECK(with[0] == without[0]);
    CHECK(std::isnan(with[1]));
    CHECK(with[2] == without[1]);
    CHECK(adjust_p_values({}, correction).empty());
    CHECK(std::isnan(adjust_p_values(P{std::nan("")}, correction)[0]));
    CHECK(adjust_p_values(P{.3}, correction)[0] == .3);
  }
}

TEST_CASE("no correction changes the order, and the stronger ones are never larger", "[stats]") {
  const auto adjusted = [](Correction c) { return adjust_p_values(twelve, c); };
  const auto never_above = [](const P& x, const P& y) {
    return std::ranges::equal(x, y, [](double a, double b) { return a <= b * (1 + 1e-15); });
  };
  CHECK(never_above(adjusted(Correction::Holm), adjusted(Correction::Bonferroni)));
  CHECK(never_above(adjusted(Correction::Hochberg), adjusted(Correction::Holm)));
  CHECK(never_above(adjusted(Correction::Hommel), adjusted(Correction::Hochberg)));
  CHECK(never_above(adjusted(Correction::BenjaminiHochberg), adjusted(Correction::Hommel)));
  CHECK(never_above(twelve, adjusted(Correction::BenjaminiHochberg)));
}

TEST_CASE("a number that is no probability is refused", "[stats]") {
  CHECK_THROWS_WITH(adjust_p_values(P{.1, 1.5}, Correction::Holm),
                    "p-value 1 of 2 is 1.5; it must lie in [0, 1]");
}

}  // namespace corrections_tests
