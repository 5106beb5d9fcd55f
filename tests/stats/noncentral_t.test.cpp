// Golden values: mpmath 1.4.1, integrated with 30 digits (tests/data/stats/make_tables.py).
#include <cmath>
#include <initializer_list>

#include <boost/math/distributions/students_t.hpp>

#include <mtl/stats/effect_size.hpp>
#include <mtl/stats/noncentral_t.hpp>

#include <support/catch.hpp>

#include "golden.hpp"

namespace noncentral_t_tests {

using namespace mtl::stats;
using mtl::tests::close;

TEST_CASE("the noncentral t distribution is mpmath's to twelve digits", "[stats]") {
  for (const auto& line : mtl::tests::golden_lines("noncentral_t_cdf")) {
    INFO("t " << line[0] << ", df " << line[1] << ", noncentrality " << line[2]);
    CHECK_THAT(noncentral_t_cdf(line[0], line[1], line[2]), close(line[3]));
  }
}

TEST_CASE("the interval of a noncentrality is mpmath's to twelve digits", "[stats]") {
  for (const auto& line : mtl::tests::golden_lines("noncentral_t_interval")) {
    INFO("t " << line[0] << ", df " << line[1]);
    const auto interval = noncentrality_interval(line[0], line[1], 0.95);
    CHECK_THAT(interval.low, close(line[2]));
    CHECK_THAT(interval.high, close(line[3]));
  }
}

TEST_CASE("without noncentrality it is Student's t", "[stats]") {
  for (const double df : {1.0, 4.0, 9.0, 200.0})
    for (const double t : {-30.0, -1.0, 0.0, 0.5, 3.0}) {
      const double expected = cdf(boost::math::students_t(df), t);
      CHECK(std::abs(noncentral_t_cdf(t, df, 0) - expected) <= 1e-15 + 1e-12 * expected);
    }
}

TEST_CASE("an interval exists however large t is, and holds the t", "[stats]") {
  for (const double df : {1.0, 3.0, 9.0, 99.0})
    for (const double t : {1e3, 1e6, 1e10, 1e14, -1e14}) {
      INFO("t " << t << ", df " << df);
      const auto interval = noncentrality_interval(t, df, 0.95);
      CHECK(std::isfinite(interval.low));
      CHECK(std::isfinite(interval.high));
      CHECK(interval.low < t);
      CHECK(interval.high > t);
      CHECK_THAT(noncentral_t_cdf(t, df, interval.low), close(0.975, 1e-10));
      CHECK_THAT(noncentral_t_cdf(t, df, interval.high), close(0.025, 1e-10));
    }
}

TEST_CASE("a probability outside (0, 1) has no noncentrality", "[stats]") {
  CHECK_THROWS_WITH(noncentrality_where(1, 9, 1), "noncentral t: probability 1: it must lie between 0 and 1");
  CHECK_THROWS_WITH(noncentrality_interval(1, 9, 0), "confidence level 0: it must lie between 0 and 1");
}

}  // namespace noncentral_t_tests
