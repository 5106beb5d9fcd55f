// Golden values: scipy 1.17.1 and numpy 2.4.6 (quantile, norm) on given replicates.
#include <cmath>
#include <span>
#include <vector>

#include <mtl/stats/bootstrap.hpp>

#include <support/catch.hpp>

#include "golden.hpp"

namespace bootstrap_tests {

using namespace mtl::stats;
using mtl::tests::close;
using Scores = std::vector<double>;

TEST_CASE("intervals of given replicates are scipy's", "[stats]") {
  for (const auto& line : mtl::tests::golden_lines("bootstrap")) {
    const auto replicates = std::span(line).subspan(7);
    const auto percentile = percentile_interval(replicates, line[2]);
    CHECK_THAT(percentile.low, close(line[3]));
    CHECK_THAT(percentile.high, close(line[4]));
    const auto bca = bca_interval(replicates, line[0], line[1], line[2]);
    CHECK_THAT(bca.low, close(line[5]));
    CHECK_THAT(bca.high, close(line[6]));
  }
}

/// Ten folds of 60 texts: 1 where only a is right, -1 where only b is.
std::vector<Scores> texts() {
  const mtl::RandomStream random(3);
  std::vector<Scores> folds(10);
  for (std::uint64_t f = 0; f < 10; ++f)
    for (std::uint64_t i = 0; i < 60; ++i) {
      const double draw = random.at(f).uniform(i);
      folds[f].push_back(draw < 0.15 ? 1 : draw > 0.9 ? -1 : 0);
    }
  return folds;
}

TEST_CASE("the standard error over texts is that of a stratified mean", "[stats]") {
  const auto folds = texts();
  double squares = 0;
  for (const auto& fold : folds) squares += std::pow(population_sd(fold), 2) / 60;
  const auto r = bootstrap_texts(folds, {.replicates = 4000});
  REQUIRE(r.status == Status::Ok);
  CHECK(r.resampled == Resampled::Texts);
  CHECK(r.units == 600);
  CHECK_THAT(r.se, close(std::sqrt(squares) / 10, 0.05));
  CHECK_THAT((r.percentile.high - r.percentile.low) / r.se, close(2 * 1.96, 0.05));
  CHECK_THAT((r.bca.high - r.bca.low) / r.se, close(2 * 1.96, 0.05));
  CHECK(r.bca.low < r.mean_diff);
  CHECK(r.bca.high > r.mean_diff);
}

TEST_CASE("over folds the fold is what is drawn", "[stats]") {
  Scores d;
  for (std::size_t i = 0; i < 10; ++i) d.push_back(mtl::tests::sleep_a[i] - mtl::tests::sleep_b[i]);
  const auto r = bootstrap_folds(mtl::tests::sleep_a, mtl::tests::sleep_b, {.replicates = 4000});
  CHECK(r.resampled == Resampled::Folds);
  CHECK(r.units == 10);
  CHECK_THAT(r.mean_diff, close(-1.58));
  CHECK_THAT(r.se, close(population_sd(d) / std::sqrt(10), 0.05));
  // scipy 1.17.1: bootstrap((d,), numpy.mean, n_resamples=10**6): percentile [-2.39, -0.95], BCa [-2.69,
  // -1.07]
  CHECK_THAT(r.percentile.low, close(-2.39, 0.03));
  CHECK_THAT(r.percentile.high, close(-0.95, 0.05));
  CHECK_THAT(r.bca.low, close(-2.69, 0.03));
  CHECK_THAT(r.bca.high, close(-1.07, 0.05));
}

TEST_CASE("the same seed draws the same texts, another seed others", "[stats]") {
  const auto folds = texts();
  const auto first = bootstrap_texts(folds, {.replicates = 200, .seed = 4});
  CHECK(bootstrap_texts(folds, {.replicates = 200, .seed = 4}).se == first.se);
  CHECK(bootstrap_texts(folds, {.replicates = 200, .seed = 5}).se != first.se);
}

TEST_CASE("an interval at another level nests in the wider one", "[stats]") {
  const auto folds = texts();
  const auto wide = bootstrap_texts(folds, {.replicates = 1000, .level = 0.99});
  const auto narrow = bootstrap_texts(folds, {.replicates = 1000, .level = 0.8});
  CHECK(wide.percentile.low < narrow.percentile.low);
  CHECK(wide.percentile.high > narrow.percentile.high);
}

TEST_CASE("data without a bootstrap interval says why", "[stats]") {
  CHECK(bootstrap_texts({}).status == Status::TooFewPairs);
  CHECK(bootstrap_texts({{1, 0}, {1}}).status == Status::TooFewPairs);
  CHECK(bootstrap_texts({{1, std::nan("")}}).status == Status::NonFinite);
  CHECK(bootstrap_texts({{0, 0}, {0, 0}}).status == Status::NoDifference);
  CHECK(bootstrap_folds(Scores{.1, .2, .3}, Scores{0, .1, .2}).status == Status::Degenerate);
  CHECK(bootstrap_folds(Scores{1, 2}, Scores{1}).status == Status::LengthMismatch);
  CHECK(bootstrap_folds(Scores{1, 2, 4}).mean_diff == bootstrap_folds(Scores{1, 2, 4}, Scores(3)).mean_diff);
  const auto constant = bootstrap_folds(Scores{2, 2, 2}, Scores{0, 0, 0});
  CHECK(constant.status == Status::Degenerate);
  CHECK(constant.mean_diff == 2);
  CHECK(std::isnan(constant.bca.low));
  CHECK_THROWS_WITH(bootstrap_folds(Scores{1, 2}, Scores{1, 1}, {.replicates = 10}),
                    "bootstrap: 10 replicates; an interval needs at least 100");
}

}  // namespace bootstrap_tests
