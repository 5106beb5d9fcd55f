// Golden values: R 4.2.2 (pt), printed with 17 digits.
#include <cmath>
#include <vector>

#include <mtl/stats/corrected_resampled_t_test.hpp>

#include <support/catch.hpp>

#include "golden.hpp"

namespace corrected_resampled_t_test_tests {

using namespace mtl::stats;
using mtl::tests::close;
using mtl::tests::sleep_a, mtl::tests::sleep_b;

TEST_CASE("Nadeau and Bengio's test equals R's numbers at ten folds", "[stats]") {
  const auto sleep = corrected_resampled_t_test(paired_t_test(sleep_a, sleep_b), 1.0 / 9);
  REQUIRE(sleep.status == Status::Ok);
  CHECK_THAT(sleep.t, close(-2.7957480106770447));
  CHECK_THAT(sleep.p_two_sided, close(0.020857022957686776));
  CHECK_THAT(sleep.p_less, close(0.010428511478843388));
  const auto paper =
      corrected_resampled_t_test(paired_t_test(mtl::tests::paper_multi, mtl::tests::paper_single), 1.0 / 9);
  CHECK_THAT(paper.t, close(-0.02530870521449034, 1e-10));  // the scores cancel to four digits
  CHECK_THAT(paper.p_greater, close(0.5098194963756727));
}

TEST_CASE("the correction widens the interval as it shrinks t", "[stats]") {
  const auto plain = paired_t_test(sleep_a, sleep_b);
  const auto r = corrected_resampled_t_test(plain, 1.0 / 9);
  CHECK_THAT(r.t / plain.t, close(std::sqrt(9.0 / 19)));  // 0.688 at ten folds
  CHECK_THAT(r.ci95.high - r.ci95.low, close((plain.ci95.high - plain.ci95.low) * std::sqrt(19.0 / 9)));
  CHECK_THAT(r.mean_diff / r.se, close(r.t));
}

TEST_CASE("the ratio comes from the real sizes of the folds", "[stats]") {
  const std::vector<FoldSize> even(10, {.n_train = 360, .n_test = 40});
  CHECK_THAT(test_to_train_ratio(even), close(1.0 / 9));
  CHECK_THAT(test_to_train_ratio(std::vector<FoldSize>{{80, 10}, {75, 15}}), close((0.125 + 0.2) / 2));
  CHECK_THAT(corrected_resampled_t_test(sleep_a, sleep_b, even).t, close(-2.7957480106770447));
}

TEST_CASE("impossible sizes are misuse", "[stats]") {
  CHECK_THROWS_WITH(test_to_train_ratio({}), Catch::StartsWith("corrected t-test: no fold sizes"));
  CHECK_THROWS_WITH(test_to_train_ratio(std::vector<FoldSize>{{9, 1}, {0, 1}}),
                    "corrected t-test: fold 1 of 2 trains on 0 texts and tests on 1; both must be positive");
  CHECK_THROWS_WITH(corrected_resampled_t_test(sleep_a, sleep_b, std::vector<FoldSize>{{9, 1}}),
                    "corrected t-test: 10 scores, but sizes of 1 folds");
  CHECK_THROWS_WITH(corrected_resampled_t_test(paired_t_test(sleep_a, sleep_b), 0),
                    "corrected t-test: n_test / n_train is 0; it must be positive");
}

}  // namespace corrected_resampled_t_test_tests
