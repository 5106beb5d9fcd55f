#include <cmath>
#include <vector>

#include <mtl/detail/random.hpp>
#include <mtl/stats/seeds.hpp>

#include <support/catch.hpp>

#include "golden.hpp"

namespace seeds_tests {

using namespace mtl::stats;
using mtl::tests::close;
using Scores = std::vector<double>;

TEST_CASE("the same training ten times is no more evidence than once", "[stats]") {
  const Scores &a = mtl::tests::sleep_a, &b = mtl::tests::sleep_b;
  std::vector<SeedScores> seeds;
  for (std::uint64_t s = 0; s < 10; ++s) seeds.push_back({s, a, b});
  const auto r = summarize_seeds(seeds);
  REQUIRE(r.status == Status::Ok);
  CHECK(r.over_folds.n == 10);
  CHECK_THAT(r.over_folds.p_less, close(paired_t_test(a, b).p_less));
  CHECK_THAT(r.mean_diff, close(-1.58));
  CHECK(r.sd_over_seeds < 1e-14);
  CHECK(r.in_favour_of_a == 0);
}

TEST_CASE("mean and interval over seeds are those of the seeds' means", "[stats]") {
  // Seed means 1, 2, 4: mean 7/3, SD sqrt(7/3); at two degrees of freedom Student's quantile is in closed
  // form.
  const Scores zeros(3, 0.0);
  const auto r = summarize_seeds(
      std::vector<SeedScores>{{7, {0, 1, 2}, zeros}, {8, {1, 2, 3}, zeros}, {9, {3, 4, 5}, zeros}});
  CHECK(r.seeds == 3);
  CHECK(r.folds == 3);
  CHECK(r.by_seed[1].seed == 8);
  CHECK_THAT(r.by_seed[2].mean_diff, close(4));
  CHECK_THAT(r.mean_diff, close(7.0 / 3));
  CHECK_THAT(r.sd_over_seeds, close(std::sqrt(7.0 / 3)));
  const double quantile = 0.95 / std::sqrt(2 * 0.975 * 0.025);
  const double reach = quantile * std::sqrt(7.0 / 3) / std::sqrt(3);
  CHECK_THAT(r.ci95_over_seeds.low, close(7.0 / 3 - reach));
  CHECK_THAT(r.ci95_over_seeds.high, close(7.0 / 3 + reach));
  CHECK(r.in_favour_of_a == 3);
}

TEST_CASE("variance goes to where it was put", "[stats]") {
  const mtl::RandomStream random(11);
  std::vector<SeedScores> seeds;
  for (std::uint64_t s = 0; s < 60; ++s) {
    SeedScores one{s, {}, Scores(60, 0.0)};
    for (std::uint64_t f = 0; f < 60; ++f)
      one.a.push_back(2 * random.named("fold").normal(f) + 0.5 * random.named("seed").normal(s) +
                      random.at(s).normal(f));
    seeds.push_back(one);
  }
  const auto r = summarize_seeds(seeds);
  CHECK_THAT(r.variance_of_folds, close(4, 0.4));
  CHECK_THAT(r.variance_of_seeds, close(0.25, 0.4));
  CHECK_THAT(r.variance_of_rest, close(1, 0.1));
}

TEST_CASE("effects that add up leave no rest", "[stats]") {
  const Scores zeros(3, 0.0);
  const auto r = summarize_seeds(
      std::vector<SeedScores>{{1, {1, 2, 3}, zeros}, {2, {3, 4, 5}, zeros}, {3, {2, 3, 4}, zeros}});
  CHECK(std::abs(r.variance_of_rest) < 1e-15);
  CHECK_THAT(r.variance_of_folds, close(1));
  CHECK_THAT(r.variance_of_seeds, close(1));
}

TEST_CASE("one seed has a test and no interval over seeds", "[stats]") {
  const auto r = summarize_seeds(std::vector<SeedScores>{{1, {2, 3, 5}, {1, 1, 1}}});
  CHECK(r.status == Status::Ok);
  CHECK(r.over_folds.status == Status::Ok);
  CHECK(std::isnan(r.ci95_over_seeds.low));
  CHECK(std::isnan(r.variance_of_seeds));
}

TEST_CASE("seeds that do not fit together say why", "[stats]") {
  CHECK(summarize_seeds({}).status == Status::TooFewPairs);
  CHECK(summarize_seeds(std::vector<SeedScores>{{1, {1}, {2}}}).status == Status::TooFewPairs);
  CHECK(summarize_seeds(std::vector<SeedScores>{{1, {1, 2}, {1, 2}}, {2, {1, 2, 3}, {1, 2, 3}}}).status ==
        Status::LengthMismatch);
  CHECK(summarize_seeds(std::vector<SeedScores>{{1, {1, 2}, {1, std::nan("")}}}).status == Status::NonFinite);
}

}  // namespace seeds_tests
