// Golden values: R 4.2.2 (wilcox.test) and scipy's own tests of wilcoxon.
#include <cmath>
#include <vector>

#include <mtl/stats/wilcoxon.hpp>

#include <support/catch.hpp>

#include "golden.hpp"

namespace wilcoxon_tests {

using namespace mtl::stats;
using mtl::tests::close;
using Scores = std::vector<double>;

TEST_CASE("Wilcoxon's test equals R's without ties", "[stats]") {
  const Scores a{1.81, .82, 1.56, -.48, .81, 1.28, -1.04, .23, -.75, .14};
  const Scores b{.71, .65, -.2, .85, -1.1, -.45, -.84, -.24, -.68, -.76};
  const auto r = wilcoxon_signed_rank(a, b);
  REQUIRE(r.status == Status::Ok);
  CHECK(r.exact);
  CHECK_FALSE(r.ties);
  CHECK(r.w_plus == 44);
  CHECK(r.w_minus == 11);
  CHECK_THAT(r.p_two_sided, close(0.10546875));
  CHECK_THAT(r.p_less, close(0.9580078125));
  CHECK_THAT(r.p_greater, close(0.052734375));
}

TEST_CASE("with ties and zeros the distribution of these very ranks is exact", "[stats]") {
  Scores d{-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7};
  const Scores zeros(d.size(), 0.0);
  const auto with_zero = wilcoxon_signed_rank(d, zeros);
  CHECK(with_zero.exact);
  CHECK(with_zero.ties);
  CHECK(with_zero.zeros == 1);
  CHECK(with_zero.w_minus == 27.5);
  CHECK_THAT(with_zero.p_two_sided, close(0.3955078125));
  d[5] = 1;
  const auto without = wilcoxon_signed_rank(d, zeros);
  CHECK(without.zeros == 0);
  CHECK(without.w_minus == 32);
  CHECK_THAT(without.p_two_sided, close(0.3779296875));
}

TEST_CASE("the normal approximation is R's, with and without its correction", "[stats]") {
  const Scores x{125, 115, 130, 140, 140, 115, 140, 125, 140, 135};
  const Scores y{110, 122, 125, 120, 140, 124, 123, 137, 135, 145};
  const auto plain = wilcoxon_normal_approximation(x, y, false),
             corrected = wilcoxon_normal_approximation(x, y);
  CHECK(plain.w_plus == 27);
  CHECK_FALSE(plain.exact);
  CHECK_THAT(plain.p_less, close(.7031847042787, 1e-12));
  CHECK_THAT(corrected.p_less, close(.7233656428900035));
  CHECK_THAT(plain.p_two_sided, close(0.5936305914425295));
  CHECK_THAT(corrected.p_two_sided, close(0.6352893188352069));
  const auto sleep = wilcoxon_normal_approximation(mtl::tests::sleep_a, mtl::tests::sleep_b);
  CHECK_THAT(sleep.p_two_sided, close(0.0090906980159250559));
}

TEST_CASE("differences that differ by rounding alone are tied, and those that are rounding alone are zero",
          "[stats]") {
  // 0.1 three times in decimals, three different doubles; then 0.3 - 0.1 - 0.2, which is no double's zero.
  const Scores a{.3, .4, .2, 0.1 + 0.2, 1.5}, b{.2, .3, .1, 0.3, 1.0};
  const auto r = wilcoxon_signed_rank(a, b);
  CHECK(r.ties);
  CHECK(r.zeros == 1);
  CHECK(r.w_plus == 10);
  CHECK(r.p_greater == 1.0 / 16);
}

TEST_CASE("twelve tests of ten folds can survive Bonferroni", "[stats]") {
  const Scores a{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, zeros(10, 0.0);
  const double least = wilcoxon_signed_rank(a, zeros).p_greater;
  CHECK(least == 1.0 / 1024);
  CHECK(12 * least < 0.0118);
}

TEST_CASE("equal lists have no ranks", "[stats]") {
  const auto r = wilcoxon_signed_rank(Scores{1, 2, 3}, Scores{1, 2, 3});
  CHECK(r.status == Status::NoDifference);
  CHECK(r.zeros == 3);
  CHECK(std::isnan(r.p_greater));
}

TEST_CASE("beyond two hundred ranks the normal curve takes over, and agrees", "[stats]") {
  Scores a, zeros(201, 0.0);
  for (int i = 1; i <= 201; ++i) a.push_back(i % 7 < 3 ? -i : i);
  const auto many = wilcoxon_signed_rank(a, zeros);
  CHECK_FALSE(many.exact);
  a.pop_back();
  zeros.pop_back();
  const auto exact = wilcoxon_signed_rank(a, zeros);
  CHECK(exact.exact);
  CHECK_THAT(wilcoxon_normal_approximation(a, zeros).p_greater, close(exact.p_greater, 2e-2));
}

}  // namespace wilcoxon_tests
