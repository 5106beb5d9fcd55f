// Golden values: scipy 1.17.1 (t.sf, f.sf) on random differences.
#include <cmath>
#include <vector>

#include <mtl/stats/five_by_two.hpp>

#include <support/catch.hpp>

#include "golden.hpp"

namespace five_by_two_tests {

using namespace mtl::stats;
using mtl::tests::close;
using Scores = std::vector<double>;

TEST_CASE("the 5x2cv tests equal scipy's numbers", "[stats]") {
  for (const auto& line : mtl::tests::golden_lines("five_by_two")) {
    const auto r = five_by_two_cv_test(Scores(line.begin(), line.begin() + 10), Scores(10, 0.0));
    REQUIRE(r.status == Status::Ok);
    CHECK(r.df == 5);
    CHECK_THAT(r.t, close(line[10]));
    CHECK_THAT(r.p_two_sided, close(line[11]));
    CHECK_THAT(r.f, close(line[12]));
    CHECK_THAT(r.p_f, close(line[13]));
  }
}

TEST_CASE("another number of scores is no 5x2cv, and equal halves leave no deviation", "[stats]") {
  CHECK(five_by_two_cv_test(Scores(12, 1.0), Scores(12, 0.0)).status == Status::NotApplicable);
  CHECK(five_by_two_cv_test(Scores(10, 1.0), Scores(10, 1.0)).status == Status::NoDifference);
  const auto r = five_by_two_cv_test(Scores(10, .3), Scores(10, .2));
  CHECK(r.status == Status::Degenerate);
  CHECK(std::isnan(r.p_f));
}

}  // namespace five_by_two_tests
