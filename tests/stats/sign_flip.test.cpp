// Golden values: counts over all 1024 assignments, from R 4.2.2 and scipy 1.17.1 (permutation_test).
#include <cmath>
#include <vector>

#include <mtl/stats/sign_flip.hpp>

#include <support/catch.hpp>

#include "golden.hpp"

namespace sign_flip_tests {

using namespace mtl::stats;
using mtl::tests::close;
using mtl::tests::sleep_a, mtl::tests::sleep_b;
using Scores = std::vector<double>;

TEST_CASE("all assignments of signs are counted, the observed one and its equals among them", "[stats]") {
  const auto sleep = sign_flip_test(sleep_a, sleep_b);
  REQUIRE(sleep.status == Status::Ok);
  CHECK(sleep.exact);
  CHECK(sleep.assignments == 1024);
  CHECK(sleep.p_less == 2.0 / 1024);
  CHECK(sleep.p_two_sided == 4.0 / 1024);
  // 1022 assignments lie above the observed one; with it and its equal, the zero difference flipped, all do.
  CHECK(1 - sleep.p_less == 1022.0 / 1024);
  CHECK(sleep.p_greater == 1);
  const auto paper = sign_flip_test(mtl::tests::paper_multi, mtl::tests::paper_single);
  CHECK(paper.p_greater == 531.0 / 1024);
  CHECK(paper.p_less == 504.0 / 1024);
  CHECK(paper.p_two_sided == 1008.0 / 1024);
}

TEST_CASE("ten folds give no p below 1 / 1024", "[stats]") {
  const Scores a{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, zeros(10, 0.0);
  CHECK(sign_flip_test(a, zeros).p_greater == 1.0 / 1024);
  CHECK(sign_flip_test(zeros, a).p_less == 1.0 / 1024);
}

TEST_CASE("differences that are all zero have p 1, a constant one the smallest p", "[stats]") {
  const Scores same{.9, .8, .7};
  const auto none = sign_flip_test(same, same);
  CHECK(none.status == Status::Ok);
  CHECK(none.p_greater == 1);
  CHECK(none.p_less == 1);
  CHECK(none.p_two_sided == 1);
  const auto rounded = sign_flip_test(Scores{.1, .2, .3}, Scores{0, .1, .2});
  CHECK(rounded.p_greater == 1.0 / 8);
  CHECK(rounded.p_two_sided == 2.0 / 8);
}

TEST_CASE("counting by halves equals counting one by one", "[stats]") {
  const mtl::RandomStream random(7);
  for (std::uint64_t round = 0; round < 50; ++round) {
    Scores a, b;
    for (std::uint64_t i = 0; i < 2 + round % 11; ++i) {
      a.push_back(static_cast<double>(random.at(round).below(2 * i, 8)));
      b.push_back(static_cast<double>(random.at(round).below(2 * i + 1, 8)));
    }
    double observed = 0;
    for (std::size_t i = 0; i < a.size(); ++i) observed += a[i] - b[i];
    int less = 0, greater = 0, extreme = 0;
    for (unsigned signs = 0; signs < 1U << a.size(); ++signs) {
      double sum = 0;
      for (std::size_t i = 0; i < a.size(); ++i) sum += signs >> i & 1 ? b[i] - a[i] : a[i] - b[i];
      less += sum <= observed;
      greater += sum >= observed;
      extreme += std::abs(sum) >= std::abs(observed);
    }
    const auto r = sign_flip_test(a, b);
    const double all = std::ldexp(1.0, static_cast<int>(a.size()));
    CHECK(r.p_less == less / all);
    CHECK(r.p_greater == greater / all);
    CHECK(r.p_two_sided == extreme / all);
  }
}

TEST_CASE("beyond thirty pairs the assignments are drawn, from a seed, and the result says so", "[stats]") {
  Scores a, zeros(31, 0.0);
  for (int i = 0; i < 31; ++i) a.push_back(i % 3 - 0.7);
  const auto r = sign_flip_test(a, zeros, {.draws = 20000, .seed = 5});
  CHECK_FALSE(r.exact);
  CHECK(r.assignments == 20001);
  CHECK(sign_flip_test(a, zeros, {.draws = 20000, .seed = 5}).p_greater == r.p_greater);
  CHECK(sign_flip_test(a, zeros, {.draws = 20000, .seed = 6}).p_greater != r.p_greater);
  // The exact p of thirty of them brackets it: the draws' own error is 0.003.
  const Scores thirty(a.begin(), a.end() - 1), zeros30(30, 0.0);
  const auto exact = sign_flip_test(thirty, zeros30);
  CHECK(exact.exact);
  CHECK(exact.assignments == 1U << 30);
  CHECK(std::abs(r.p_greater - exact.p_greater) < 0.05);
  CHECK(sign_flip_test(Scores(40, 1.0), Scores(40, 0.0), {.draws = 1000}).p_greater == 1.0 / 1001);
}

}  // namespace sign_flip_tests
