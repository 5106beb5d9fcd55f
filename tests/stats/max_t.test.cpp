// Golden values: all 64 assignments counted one by one with numpy 2.4.6, t computed anew for each.
#include <algorithm>
#include <cmath>
#include <vector>

#include <mtl/stats/corrections.hpp>
#include <mtl/stats/max_t.hpp>
#include <mtl/stats/paired_t_test.hpp>

#include <support/catch.hpp>

#include "golden.hpp"

namespace max_t_tests {

using namespace mtl::stats;
using mtl::tests::close;
using Table = std::vector<std::vector<double>>;

const Table a{{82, 81, 84, 80, 83, 85}, {80, 83, 81, 82, 84, 80}, {79, 78, 80, 77, 79, 78}};
const Table b{{80, 80, 81, 79, 82, 82}, {80, 82, 82, 81, 82, 80}, {80, 79, 78, 78, 80, 77}};

TEST_CASE("max-T counts the assignments whose largest t reaches each layer's", "[stats]") {
  const auto r = max_t_test(a, b);
  REQUIRE(r.status == Status::Ok);
  CHECK(r.exact);
  CHECK(r.assignments == 64);
  for (std::size_t l = 0; l < 3; ++l) CHECK_THAT(r.layers[l].t, close(paired_t_test(a[l], b[l]).t));
  CHECK(r.layers[0].p_single_step == 2.0 / 64);
  CHECK(r.layers[1].p_single_step == 28.0 / 64);
  CHECK(r.layers[2].p_single_step == 62.0 / 64);
  CHECK(r.layers[1].p_step_down == 22.0 / 64);
  CHECK(r.layers[2].p_step_down == 47.0 / 64);
  const auto two = max_t_test(a, b, Alternative::TwoSided);
  CHECK(two.layers[0].p_single_step == 4.0 / 64);
  CHECK(two.layers[1].p_single_step == 42.0 / 64);
  CHECK(two.layers[1].p_step_down == 34.0 / 64);
  CHECK(two.layers[2].p_step_down == 1);
}

TEST_CASE("less is greater with the arms exchanged", "[stats]") {
  const auto less = max_t_test(b, a, Alternative::Less), greater = max_t_test(a, b);
  for (std::size_t l = 0; l < 3; ++l) {
    CHECK(less.layers[l].t == -greater.layers[l].t);
    CHECK(less.layers[l].p_step_down == greater.layers[l].p_step_down);
  }
}

TEST_CASE("twelve layers that are one layer are corrected by nothing", "[stats]") {
  const auto alone = sign_flip_test(a[0], b[0]);
  for (const auto& layer : max_t_test(Table(12, a[0]), Table(12, b[0])).layers) {
    CHECK(layer.p_single_step == alone.p_greater);
    CHECK(layer.p_step_down == alone.p_greater);
  }
}

TEST_CASE("layers in any order give the same answers, between the raw p and Bonferroni's", "[stats]") {
  Table x = a, y = b;
  std::ranges::reverse(x);
  std::ranges::reverse(y);
  const auto r = max_t_test(a, b), reversed = max_t_test(x, y);
  std::vector<double> raw;
  for (std::size_t l = 0; l < 3; ++l) raw.push_back(sign_flip_test(a[l], b[l]).p_greater);
  const auto bonferroni = adjust_p_values(raw, Correction::Bonferroni);
  for (std::size_t l = 0; l < 3; ++l) {
    CHECK(r.layers[l].p_step_down == reversed.layers[2 - l].p_step_down);
    CHECK(r.layers[l].p_step_down <= r.layers[l].p_single_step);
    CHECK(r.layers[l].p_single_step >= raw[l]);
    CHECK(r.layers[l].p_single_step <= bonferroni[l]);
  }
}

TEST_CASE("layers without a t are no obstacle", "[stats]") {
  const auto r = max_t_test(Table{{1, 1, 1, 1}, {2, 3, 4, 5}, {.1, .2, .3, .4}},
                            Table{{1, 1, 1, 1}, {1, 2, 3, 4}, {0, .1, .2, .3}});
  REQUIRE(r.status == Status::Ok);
  CHECK(r.layers[0].t == 0);
  CHECK(r.layers[0].p_single_step == 1);
  CHECK(std::isinf(r.layers[1].t));
  CHECK(r.layers[1].p_single_step == 1.0 / 16);
  CHECK(r.layers[2].p_step_down == 1.0 / 16);
}

TEST_CASE("beyond twenty folds the assignments are drawn, from a seed", "[stats]") {
  const std::vector<double> more(21, 1.0), less(21, 0.0);
  const auto r = max_t_test(Table{more, less}, Table{less, less}, Alternative::Greater, {.draws = 500});
  CHECK_FALSE(r.exact);
  CHECK(r.assignments == 501);
  CHECK(r.layers[0].p_single_step == 1.0 / 501);
}

TEST_CASE("a family that cannot be flipped together says why", "[stats]") {
  CHECK(max_t_test({}, {}).status == Status::TooFewPairs);
  CHECK(max_t_test(Table{{1, 2}}, Table{{1, 2}, {1, 2}}).status == Status::LengthMismatch);
  CHECK(max_t_test(Table{{1, 2}, {1, 2, 3}}, Table{{1, 2}, {1, 2, 4}}).status == Status::LengthMismatch);
  const auto r = max_t_test(Table{{1, std::nan("")}}, Table{{1, 2}});
  CHECK(r.status == Status::NonFinite);
  REQUIRE(r.layers.size() == 1);
  CHECK(std::isnan(r.layers[0].p_step_down));
}

}  // namespace max_t_tests
