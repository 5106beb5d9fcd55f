// Golden values: R 4.2.2, t.test(a, b, paired = TRUE), printed with 17 digits, unless said otherwise.
// Tolerance: 1e-12 relative, as close() has it.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <boost/version.hpp>
#if BOOST_VERSION >= 108100
#include <boost/math/statistics/t_test.hpp>
#endif

#include <mtl/detail/random.hpp>
#include <mtl/report/paper_tables.hpp>
#include <mtl/stats/paired_t_test.hpp>

#include <support/catch.hpp>

#include "golden.hpp"

namespace paired_t_test_tests {

using namespace mtl::stats;
using mtl::tests::close;
using Scores = std::vector<double>;

using mtl::tests::sleep_a, mtl::tests::sleep_b;
const Scores scipy_x{1.22825792,  1.63950485, 4.39025641, 0.68609437, 2.03813481,
                     -1.20040109, 1.81997937, 1.86854636, 2.94694282, 3.94291373};
const Scores scipy_y{3.49961496, 1.53192536, 5.53620083, 2.91687718, 0.04858043,
                     3.78505943, 3.3077496,  2.30468892, 3.42168074, 0.56797592};

Scores times(Scores scores, int exponent) {
  for (double& x : scores) x = std::ldexp(x, exponent);
  return scores;
}

TEST_CASE("paired t-test equals R on Student's sleep data", "[stats]") {
  const auto r = paired_t_test(sleep_a, sleep_b);
  REQUIRE(r.status == Status::Ok);
  CHECK(r.n == 10);
  CHECK_THAT(r.mean_a, close(0.75));
  CHECK_THAT(r.mean_b, close(2.33));
  CHECK_THAT(r.mean_diff, close(-1.58));
  CHECK_THAT(r.se, close(0.3889587238883952));
  CHECK_THAT(r.sd_diff, close(0.3889587238883952 * std::sqrt(10.0)));
  CHECK_THAT(r.t, close(-4.0621276833820366));
  CHECK(r.df == 9);
  CHECK_THAT(r.p_two_sided, close(0.0028328901973842702));
  CHECK_THAT(r.p_less, close(0.0014164450986921351));
  CHECK_THAT(r.p_greater, close(0.99858355490130779));
  CHECK_THAT(r.ci95.low, close(-2.4598857632769824));
  CHECK_THAT(r.ci95.high, close(-0.70011423672301754));
  CHECK_THAT(r.dz, close(-1.2845575625910546));
  CHECK_THAT(hedges_correction(9), close(0.9138748917925525));
  CHECK_THAT(r.hedges_g, close(-1.173924903514205));
  CHECK_THAT(r.dz_ci95.low, close(-2.118016514, 2e-10));  // R prints ten digits; mpmath's are in
  CHECK_THAT(r.dz_ci95.high, close(-0.414627756, 2e-9));  // noncentral_t.test.cpp
  CHECK_THAT(r.hedges_g_ci95.low, close(0.9138748917925525 * r.dz_ci95.low));
  CHECK_THAT(r.hedges_g_ci95.high, close(0.9138748917925525 * r.dz_ci95.high));
  CHECK(std::abs(r.t + 1.8608134674868528) > 1);  // what a call of the unpaired test would print
}

TEST_CASE("one-sided intervals are R's: an infinite end and a bound", "[stats]") {
  const auto r = paired_t_test(sleep_a, sleep_b);
  const auto less = confidence_interval(r, 0.95, Alternative::Less);
  CHECK(std::isinf(less.low));
  CHECK_THAT(less.high, close(-0.8669947329707165));
  const auto greater = confidence_interval(r, 0.95, Alternative::Greater);
  CHECK_THAT(greater.low, close(-2.2930052670272835));
  CHECK(std::isinf(greater.high));
  CHECK_THROWS_WITH(confidence_interval(r, 95), "confidence level 95: it must lie between 0 and 1");
}

TEST_CASE("paired t-test equals R on scipy's vector, at another confidence level too", "[stats]") {
  const auto r = paired_t_test(scipy_x, scipy_y);
  CHECK_THAT(r.t, close(-1.0290452787090378));
  CHECK_THAT(r.p_two_sided, close(0.33031896517779696));
  CHECK_THAT(r.p_less, close(0.16515948258889848));
  CHECK_THAT(r.p_greater, close(0.83484051741110155));
  const auto two = confidence_interval(r, 0.85);
  CHECK_THAT(two.low, close(-1.9121944899140353));
  CHECK_THAT(two.high, close(0.40016972591403499));
  CHECK_THAT(confidence_interval(r, 0.85, Alternative::Less).high, close(0.051920056311475234));
  CHECK_THAT(confidence_interval(r, 0.85, Alternative::Greater).low, close(-1.5639448203114754));
}

TEST_CASE("paired t-test equals R on two ramps of a hundred", "[stats]") {
  Scores a, b;
  for (int i = 0; i < 100; ++i) {
    a.push_back(i + 1.0);
    b.push_back(i < 99 ? i * ((99.989 - 1.01) / 99) + 1.01 : 99.989);
  }
  const auto r = paired_t_test(a, b);
  CHECK(r.df == 99);
  CHECK_THAT(r.t, close(0.81248591389165703));
  CHECK_THAT(r.p_two_sided, close(0.41846234511362157));
  CHECK_THAT(r.p_greater, close(0.20923117255681078));
  CHECK_THAT(r.p_less, close(0.79076882744318922));
}

TEST_CASE("a pair with a NaN is refused and named; without it the test is R's", "[stats]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto refused = paired_t_test(Scores{nan, 2, 3, 4}, Scores{1, 2, 1, 2});
  CHECK(refused.status == Status::NonFinite);
  CHECK(refused.first_bad == 0);
  const auto r = paired_t_test(Scores{2, 3, 4}, Scores{2, 1, 2});
  CHECK_THAT(r.t, close(2));
  CHECK(r.df == 2);
  CHECK_THAT(r.p_two_sided, close(0.18350341907227391));
  CHECK_THAT(r.p_greater, close(0.091751709536136955));
}

TEST_CASE("paired t-test equals R on Boost's test data", "[stats]") {
  const Scores a{301, 298, 295, 297, 304, 305, 309, 298, 291, 299, 293, 304};
  const Scores b{302, 309, 324, 313, 312, 310, 305, 298, 299, 300, 289, 294};
  const auto r = paired_t_test(a, b);
  CHECK_THAT(r.t, close(-1.6895332582071021));
  CHECK_THAT(r.p_two_sided, close(0.11922585600939012));
  CHECK_THAT(r.p_less, close(0.059612928004695059));
  CHECK_THAT(r.ci95.low, close(-11.705482483767144));
  CHECK_THAT(r.ci95.high, close(1.538815817100478));
}

TEST_CASE("paired t-test equals two spreadsheets' documented examples", "[stats]") {
  const auto excel = paired_t_test(Scores{3, 4, 5, 8, 9, 1, 2, 4, 5}, Scores{6, 19, 3, 2, 14, 4, 5, 17, 1});
  CHECK_THAT(excel.t, close(-1.4106912317171967));
  CHECK_THAT(excel.p_two_sided, close(0.19601578492528213));  // Microsoft's page prints 0.196016
  CHECK_THAT(excel.p_less, close(0.098007892462641064));
  const auto numbers = paired_t_test(Scores{57, 75, 66, 98, 92, 80}, Scores{87, 65, 45, 95, 88, 79});
  CHECK_THAT(numbers.t, close(0.21549855796030781));
  CHECK_THAT(numbers.p_greater, close(0.41894672598997373));  // Apple's page prints 0.418946725989974
  CHECK_THAT(numbers.p_less, close(0.58105327401002627));
  CHECK_THAT(numbers.p_two_sided, close(0.837893451979947));
}

TEST_CASE("paired t-test equals R on the data of scipy's test of Wilcoxon", "[stats]") {
  const Scores a{1.81, .82, 1.56, -.48, .81, 1.28, -1.04, .23, -.75, .14};
  const Scores b{.71, .65, -.2, .85, -1.1, -.45, -.84, -.24, -.68, -.76};
  const auto r = paired_t_test(a, b);
  CHECK_THAT(r.t, close(1.9641978273801601));
  CHECK_THAT(r.p_two_sided, close(0.081095305658146544));
}

TEST_CASE("two pairs are enough for t, not for Hedges' g", "[stats]") {
  const auto r = paired_t_test(Scores{1, 2}, Scores{0, 0});
  CHECK_THAT(r.t, close(3));
  CHECK(r.df == 1);
  CHECK_THAT(r.p_two_sided, close(0.20483276469913345));
  CHECK(std::isnan(r.hedges_g));
}

TEST_CASE("a p above one half is what the paper's one-sided test gives when multi-task is worse", "[stats]") {
  const auto r = paired_t_test(mtl::tests::paper_multi, mtl::tests::paper_single);
  CHECK_THAT(r.t, close(-0.036772696140608095));
  CHECK_THAT(r.p_greater, close(0.51426551759381789));
  CHECK_THAT(r.p_less, close(0.48573448240618211));
  CHECK_THAT(r.p_two_sided, close(0.97146896481236422));
  CHECK_THAT(r.ci95.low, close(-0.18755191488938922));
  CHECK_THAT(r.ci95.high, close(0.18155191488938896));
}

TEST_CASE("the paper's own tables agree with a paired test in direction", "[stats]") {
  for (const auto& table : mtl::paper_tables) {
    CHECK(table.rows.size() == 12);
    for (const auto& row : table.rows) {
      INFO("table " << table.number << ", layer " << row.layer);
      CHECK((row.multi_mean > row.single_mean) == (row.p < 0.5));
    }
  }
  // Twitter, layer 1: p 0.5053 at 9 degrees of freedom means this t (R's qt).
  const boost::math::students_t student(9);
  const double t = quantile(complement(student, 0.5053));
  CHECK_THAT(t, close(-0.01365903683564508));
  CHECK_THAT(quantile(complement(student, 0.50525)), close(-0.01353017, 1e-6));
  CHECK_THAT(quantile(complement(student, 0.50535)), close(-0.01378790, 1e-6));
  CHECK_THAT(-0.003 / t * std::sqrt(10), close(0.6945, 1e-4));  // the SD of the differences that it implies
  // An unpaired test would have 18 degrees of freedom, and needs another t for the same p.
  CHECK_THAT(quantile(complement(boost::math::students_t(18), 0.5053)), close(-0.01347127, 1e-6));
}

TEST_CASE("data without a t-test says why instead of giving a number", "[stats]") {
  struct Row {
    const char* what;
    Scores a, b;
    Status status;
    const char* name;
  };
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  const auto row = GENERATE_COPY(values<Row>({
      {"no pair", {}, {}, Status::TooFewPairs, "too_few_pairs"},
      {"one pair", {1}, {2}, Status::TooFewPairs, "too_few_pairs"},
      {"lengths differ", {1, 2}, {1}, Status::LengthMismatch, "length_mismatch"},
      {"a score is NaN", {1, nan}, {1, 2}, Status::NonFinite, "non_finite"},
      {"a score is infinite", {1, 2}, {-inf, 2}, Status::NonFinite, "non_finite"},
      {"all pairs equal", {.9, .8}, {.9, .8}, Status::NoDifference, "no_difference"},
      {"all scores zero", {0, 0, 0}, {0, 0, 0}, Status::NoDifference, "no_difference"},
      {"a constant difference", {1, 2, 3}, {2, 3, 4}, Status::Degenerate, "degenerate"},
      {"constant up to rounding", {.1, .2, .3}, {0, .1, .2}, Status::Degenerate, "degenerate"},
  }));
  INFO(row.what);
  const auto r = paired_t_test(row.a, row.b);
  CHECK(r.status == row.status);
  CHECK(status_name(r.status) == row.name);
  CHECK(status_sentence(r.status).substr(0, 7) == "no test");
  for (const double value :
       {r.t, r.p_two_sided, r.p_less, r.p_greater, r.ci95.low, r.ci95.high, r.dz, r.hedges_g})
    CHECK(std::isnan(value));
}

TEST_CASE("the unit of the scores changes no t and no p, to the bit", "[stats]") {
  const auto r = paired_t_test(sleep_a, sleep_b);
  const int exponent = GENERATE(-1000, -600, -1, 1, 600, 1000);
  const auto scaled = paired_t_test(times(sleep_a, exponent), times(sleep_b, exponent));
  REQUIRE(scaled.status == Status::Ok);
  CHECK(scaled.t == r.t);
  CHECK(scaled.p_greater == r.p_greater);
  CHECK(scaled.hedges_g == r.hedges_g);
  CHECK(scaled.sd_diff == std::ldexp(r.sd_diff, exponent));
  CHECK_THAT(scaled.ci95.low, close(std::ldexp(r.ci95.low, exponent)));
}

TEST_CASE("exchanging the lists mirrors the result, and the two tails make one", "[stats]") {
  const auto r = paired_t_test(scipy_x, scipy_y), mirrored = paired_t_test(scipy_y, scipy_x);
  CHECK(mirrored.t == -r.t);
  CHECK(mirrored.p_less == r.p_greater);
  CHECK(std::abs(r.p_less + r.p_greater - 1) <= 1e-14);
}

TEST_CASE("a far tail keeps its digits", "[stats]") {
  // Ten differences with mean 40 and standard error 1: t = 40 at 9 degrees of freedom.
  Scores a, zeros(10, 0.0);
  const double step = std::sqrt(9.0);
  for (int i = 0; i < 5; ++i) a.insert(a.end(), {40 - step, 40 + step});
  const auto r = paired_t_test(a, zeros);
  CHECK_THAT(r.t, close(40));
  CHECK_THAT(r.p_greater, close(9.4914992246699174e-12));  // R: pt(40, 9, lower.tail = FALSE)
}

TEST_CASE("whatever the scores, the answer is probabilities or a status", "[stats]") {
  constexpr double huge = std::numeric_limits<double>::max(),
                   tiny = std::numeric_limits<double>::denorm_min();
  const Scores odd{0,
                   -0.0,
                   1,
                   -1,
                   1 + 1e-16,
                   1 - 1e-16,
                   0.1,
                   0.3,
                   huge,
                   -huge,
                   tiny,
                   -tiny,
                   0x1p600,
                   0x1p-600,
                   1e308,
                   1e-308,
                   std::numeric_limits<double>::quiet_NaN(),
                   std::numeric_limits<double>::infinity()};
  const mtl::RandomStream random(1);
  int tested = 0, wrong = 0;
  for (std::uint64_t round = 0; round < 20000; ++round) {
    const auto draw = random.at(round);
    const auto kinds = odd.size() - 2 * (draw.bits(0) % 4 != 0);  // mostly finite
    Scores a, b;
    for (std::uint64_t i = 0; i < draw.bits(1) % 7; ++i) {
      a.push_back(odd[draw.bits(2 + 2 * i) % kinds]);
      b.push_back(odd[draw.bits(3 + 2 * i) % kinds]);
    }
    const auto r = paired_t_test(a, b);
    const auto in_range = [](double p) { return p >= 0 && p <= 1; };
    const bool numbers = in_range(r.p_less) && in_range(r.p_greater) && in_range(r.p_two_sided) &&
                         std::abs(r.p_less + r.p_greater - 1) <= 1e-14;
    tested += r.status == Status::Ok;
    wrong += r.status == Status::Ok ? !numbers : !std::isnan(r.p_greater);
  }
  CHECK(wrong == 0);
  CHECK(tested > 1000);
}

TEST_CASE("where Boost has a paired t-test of its own, the two agree", "[stats]") {
#if BOOST_VERSION >= 108100
  const auto [t, p] = boost::math::statistics::paired_samples_t_test(sleep_a, sleep_b);
  const auto r = paired_t_test(sleep_a, sleep_b);
  CHECK_THAT(r.t, close(t));
  CHECK_THAT(r.p_two_sided, close(p));
#else
  WARN("skipped: Boost has paired_samples_t_test from 1.81 on; this one is " BOOST_LIB_VERSION);
#endif
}

}  // namespace paired_t_test_tests
