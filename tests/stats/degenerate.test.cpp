// What every test says to data that has no answer, and to data from the edges of what a double holds.
#include <cmath>
#include <limits>
#include <vector>

#include <mtl/detail/random.hpp>
#include <mtl/stats/max_t.hpp>
#include <mtl/stats/paired_tests.hpp>
#include <mtl/stats/seeds.hpp>

#include <support/catch.hpp>

namespace degenerate_tests {

using namespace mtl::stats;
using Scores = std::vector<double>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN(),
                 inf = std::numeric_limits<double>::infinity();
const PairedTestsOptions quick{.five_by_two = true, .bootstrap = {.replicates = 100}};

struct Row {
  const char* what;
  Scores a, b;
  Status t;          // of everything that rests on the paired t
  Status sign_flip;  // its p of 1 is an answer
  Status wilcoxon;
};

TEST_CASE("every test has a status where it has no number", "[stats]") {
  const auto row = GENERATE_COPY(values<Row>({
      {"no pair", {}, {}, Status::TooFewPairs, Status::TooFewPairs, Status::TooFewPairs},
      {"one pair", {1}, {2}, Status::TooFewPairs, Status::TooFewPairs, Status::TooFewPairs},
      {"lengths differ",
       {1, 2, 3},
       {1, 2},
       Status::LengthMismatch,
       Status::LengthMismatch,
       Status::LengthMismatch},
      {"no score against one",
       {},
       {1},
       Status::LengthMismatch,
       Status::LengthMismatch,
       Status::LengthMismatch},
      {"NaN", {1, nan, 2}, {1, 2, 3}, Status::NonFinite, Status::NonFinite, Status::NonFinite},
      {"infinite", {1, 2, 3}, {1, -inf, 3}, Status::NonFinite, Status::NonFinite, Status::NonFinite},
      {"all pairs equal", {.9, .8, .7}, {.9, .8, .7}, Status::NoDifference, Status::Ok, Status::NoDifference},
      {"constant difference", {1, 2, 3}, {2, 3, 4}, Status::Degenerate, Status::Ok, Status::Ok},
      {"constant up to rounding", {.1, .2, .3}, {0, .1, .2}, Status::Degenerate, Status::Ok, Status::Ok},
  }));
  INFO(row.what);
  const auto r = paired_tests(row.a, row.b, quick);
  CHECK(r.t.status == row.t);
  CHECK(r.corrected.status == row.t);
  CHECK(r.bayes.status == row.t);
  CHECK(r.sign_flip.status == row.sign_flip);
  CHECK(r.wilcoxon.status == row.wilcoxon);
  CHECK(r.bootstrap.status != Status::Ok);
  CHECK(r.five_by_two.status != Status::Ok);
  for (const double value : {r.t.t, r.t.hedges_g, r.t.dz_ci95.low, r.t.hedges_g_ci95.high, r.corrected.t,
                             r.corrected.p_greater, r.bayes.p_rope, r.bootstrap.bca.low, r.five_by_two.p_f})
    CHECK(std::isnan(value));
  CHECK(std::isnan(r.sign_flip.p_greater) == (row.sign_flip != Status::Ok));
  CHECK(std::isnan(r.wilcoxon.p_greater) == (row.wilcoxon != Status::Ok));
}

TEST_CASE("the pair with a NaN is named", "[stats]") {
  CHECK(paired_tests(Scores{1, 2, nan}, Scores{nan, 2, 3}, quick).t.first_bad == 0);
  CHECK(paired_tests(Scores{1, 2, nan}, Scores{0, 2, 3}, quick).t.first_bad == 2);
}

TEST_CASE("scores of 0 and 1 are McNemar's, others are not", "[stats]") {
  const auto r = paired_tests(Scores{1, 1, 0, 1, 0}, Scores{1, 0, 0, 0, 1}, quick);
  CHECK(r.mcnemar.status == Status::Ok);
  CHECK(r.mcnemar.outcomes == PairedOutcomes{.both = 1, .only_a = 2, .only_b = 1, .neither = 1});
  CHECK(paired_tests(Scores{1, .5}, Scores{0, 1}, quick).mcnemar.status == Status::NotApplicable);
}

TEST_CASE("no test depends on the unit of the scores", "[stats]") {
  const Scores a{3, 4, 5, 8, 9, 1, 2, 4, 5, 7}, b{6, 19, 3, 2, 14, 4, 5, 17, 1, 7};
  const auto r = paired_tests(a, b, quick);
  const int exponent = GENERATE(-900, -600, 600, 900);
  Scores x = a, y = b;
  for (auto* list : {&x, &y})
    for (double& score : *list) score = std::ldexp(score, exponent);
  const auto scaled = paired_tests(x, y, quick);
  CHECK(scaled.t.hedges_g_ci95.low == r.t.hedges_g_ci95.low);
  CHECK(scaled.corrected.p_greater == r.corrected.p_greater);
  CHECK(scaled.sign_flip.p_greater == r.sign_flip.p_greater);
  CHECK(scaled.wilcoxon.p_greater == r.wilcoxon.p_greater);
  CHECK(scaled.five_by_two.p_f == r.five_by_two.p_f);
  CHECK(scaled.bayes.p_greater == r.bayes.p_greater);
}

TEST_CASE("whatever the scores, every test answers with probabilities or a status", "[stats]") {
  constexpr double huge = std::numeric_limits<double>::max(),
                   tiny = std::numeric_limits<double>::denorm_min();
  const Scores odd{0,    -0.0,  1,    -1,      1 + 1e-15, 1 - 1e-15, 0.1,    0.3, huge, -huge,
                   tiny, -tiny, 1e-9, 0x1p600, 0x1p-600,  1e308,     1e-308, 7,   nan,  inf};
  const auto bad = [](double p) { return !(p >= 0 && p <= 1); };
  const mtl::RandomStream random(9);
  int tested = 0, wrong = 0;
  for (std::uint64_t round = 0; round < 1000; ++round) {
    const auto draw = random.at(round);
    const auto kinds = odd.size() - 2 * (draw.bits(0) % 4 != 0);  // mostly finite
    Scores a, b;
    for (std::uint64_t i = 0; i < draw.bits(1) % 12; ++i) {
      a.push_back(odd[draw.bits(2 + 2 * i) % kinds]);
      b.push_back(odd[draw.bits(3 + 2 * i) % kinds]);
    }
    const auto r = paired_tests(a, b, quick);
    const auto check = [&](const auto& result) {
      const bool ok = result.status == Status::Ok;
      tested += ok;
      wrong += ok ? bad(result.p_less) || bad(result.p_greater) : false;
    };
    check(r.t);
    check(r.corrected);
    check(r.sign_flip);
    check(r.wilcoxon);
    check(r.bayes);
    check(r.five_by_two);
    const auto family = max_t_test(std::vector<Scores>{a, b}, std::vector<Scores>{b, a});
    for (const auto& layer : family.layers)
      wrong += family.status == Status::Ok ? bad(layer.p_step_down) : !std::isnan(layer.p_step_down);
    summarize_seeds(std::vector<SeedScores>{{1, a, b}, {2, b, a}});
  }
  CHECK(wrong == 0);
  CHECK(tested > 500);
}

}  // namespace degenerate_tests
