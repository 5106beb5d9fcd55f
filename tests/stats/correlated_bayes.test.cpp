// Golden values: scipy 1.17.1, t.cdf and t.sf at the posterior's location and scale.
#include <mtl/stats/correlated_bayes.hpp>

#include <support/catch.hpp>

#include "golden.hpp"

namespace correlated_bayes_tests {

using namespace mtl::stats;
using mtl::tests::close;

TEST_CASE("the posterior's three probabilities are scipy's", "[stats]") {
  const auto plain = paired_t_test(mtl::tests::sleep_a, mtl::tests::sleep_b);
  const auto r = correlated_bayes_t_test(plain, 1.0 / 9, 1);
  REQUIRE(r.status == Status::Ok);
  CHECK_THAT(r.correlation, close(0.1));
  CHECK_THAT(r.p_less, close(0.8342259980538552));
  CHECK_THAT(r.p_rope, close(0.16509593169977976));
  CHECK_THAT(r.p_greater, close(0.0006780702463650406));
  CHECK_THAT(r.p_less + r.p_rope + r.p_greater, close(1));
}

TEST_CASE("without a region of equivalence the probabilities are the corrected test's p-values", "[stats]") {
  const auto plain = paired_t_test(mtl::tests::paper_multi, mtl::tests::paper_single);
  const auto r = correlated_bayes_t_test(plain, 1.0 / 9, 0);
  CHECK_THAT(r.p_less, close(0.5098194963756727));
  CHECK(r.p_rope == 0);
}

TEST_CASE("a wide enough region of equivalence holds the whole posterior", "[stats]") {
  const auto plain = paired_t_test(mtl::tests::paper_multi, mtl::tests::paper_single);
  const auto r = correlated_bayes_t_test(plain, 1.0 / 9, 1);
  CHECK(r.p_rope > 0.999);
  CHECK_THROWS_WITH(correlated_bayes_t_test(plain, 1.0 / 9, -1),
                    "correlated t-test: rope is -1; it must be at least 0");
}

}  // namespace correlated_bayes_tests
