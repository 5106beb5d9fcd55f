// Attention mass by hand, and its comparison between arms.
#include <cmath>

#include <mtl/attribution/share_comparison.hpp>

#include <support/catch.hpp>

namespace attention_shares_tests {

using namespace mtl;
using Catch::Matchers::Contains;

// O, B-n, I-n, B-a, I-a: a text [CLS] n n n | a | o a a o [SEP] of nine tokens between the special ones.
const std::vector<std::string> kinds{"n", "a"};
const std::vector<std::int32_t> labels{-100, 1, 2, 2, 3, 0, 3, 4, 0, -100};
const std::vector<double> row{0.2, 0.10, 0.08, 0.12, 0.05, 0.05, 0.18, 0.02, 0.0, 0.2};

double mass(const std::vector<Share>& shares, const std::string& name) {
  const auto names = share_names(kinds);
  return shares.at(static_cast<std::size_t>(std::ranges::find(names, name) - names.begin())).mass.value();
}

double even_share(const std::vector<Share>& shares, const std::string& name) {
  const auto names = share_names(kinds);
  return shares.at(static_cast<std::size_t>(std::ranges::find(names, name) - names.begin())).tokens.value();
}

TEST_CASE("shares of one text, by hand", "[attribution]") {
  const auto shares = attention_shares(row, labels, 2);
  CHECK(shares.size() == share_names(kinds).size());
  // 0.6 lies between the special tokens: nouns 0.30, a 0.05 + 0.20, outside 0.05.
  CHECK(mass(shares, "n") == Approx(0.30 / 0.6));
  CHECK(mass(shares, "a") == Approx(0.25 / 0.6));
  CHECK(mass(shares, "no span") == Approx(0.05 / 0.6));
  CHECK(even_share(shares, "n") == Approx(3.0 / 8));
  CHECK(even_share(shares, "no span") == Approx(2.0 / 8));
  CHECK(mass(shares, "spans of one piece") == Approx(0.05 / 0.6));
  CHECK(mass(shares, "spans of several pieces") == Approx(0.5 / 0.6));
  // n n n has at least half of a third on each piece; a a has 0.02 of 0.2, less than a quarter.
  CHECK(mass(shares, "several pieces, attended whole") == Approx(0.30 / 0.6));
  CHECK(mass(shares, "several pieces, attended broken") == Approx(0.20 / 0.6));
  CHECK(mass(shares, "attended whole, of several pieces") == Approx(0.30 / 0.5));
  const auto entropy = [](std::vector<double> parts) {
    double sum = 0, total = 0;
    for (const double part : parts) total += part;
    for (const double part : parts) sum -= part / total * std::log(part / total);
    return sum / std::log(static_cast<double>(parts.size()));
  };
  CHECK(mass(shares, "evenness within spans") ==
        Approx((0.30 * entropy({0.10, 0.08, 0.12}) + 0.20 * entropy({0.18, 0.02})) / 0.5));
  CHECK(mass(shares, "special tokens") == Approx(0.4));
  CHECK(even_share(shares, "special tokens") == Approx(0.2));
}

TEST_CASE("what a text does not have has no share", "[attribution]") {
  const auto shares =
      attention_shares(std::vector<double>{0.5, 0.25, 0.25}, std::vector<std::int32_t>{-100, 1, -100}, 2);
  CHECK(shares[0].mass == 1.0);
  CHECK_FALSE(shares[1].mass);  // no a
  CHECK_FALSE(shares[2].mass);  // nothing outside
  CHECK_FALSE(shares[4].mass);  // no span of several pieces
  CHECK_FALSE(shares[7].mass);
  const auto empty =
      attention_shares(std::vector<double>{0.5, 0.5}, std::vector<std::int32_t>{-100, -100}, 2);
  for (std::size_t i = 0; i + 1 < empty.size(); ++i) CHECK_FALSE(empty[i].mass);
  CHECK(empty.back().mass == 1.0);
  const auto nothing =
      attention_shares(std::vector<double>{1, 0, 0, 0}, std::vector<std::int32_t>{0, 1, 2, 0}, 2);
  CHECK_FALSE(nothing[0].mass);  // no attention at all on the text
  CHECK_THROWS_WITH(attention_shares(row, std::vector<std::int32_t>{0}, 2),
                    Contains("10 tokens with 1 labels"));
}

TEST_CASE("an even division is whole and even, all on one piece is neither", "[attribution]") {
  const std::vector<std::int32_t> span{-100, 1, 2, -100};
  CHECK(mass(attention_shares(std::vector<double>{0, 0.5, 0.5, 0}, span, 2), "evenness within spans") ==
        Approx(1));
  const auto one = attention_shares(std::vector<double>{0, 1, 0, 0}, span, 2);
  CHECK(mass(one, "evenness within spans") == Approx(0).margin(1e-12));
  CHECK(mass(one, "attended whole, of several pieces") == 0);
  const auto border =
      attention_shares(std::vector<double>{0, 0.75, 0.25, 0}, span, 2);  // exactly half of a half
  CHECK(mass(border, "attended whole, of several pieces") == 1);
}

TEST_CASE("arms are compared text by text, where both have something to measure", "[attribution]") {
  const std::vector<std::string> names{"n", "a"};
  const Share none{};
  const TextShares treatment{{{0.5, 0.4}, none}, {{0.6, 0.2}, {0.1, 0.1}}, {{0.9, 0.3}, none}};
  const TextShares control{{{0.4, 0.4}, none}, {{0.4, 0.2}, {0.2, 0.1}}, {{0.6, 0.3}, {0.3, 0.2}}};
  const auto comparisons = compare_shares(names, treatment, control);
  REQUIRE(comparisons.size() == 2);
  CHECK(comparisons[0].test.n == 3);
  CHECK(comparisons[0].test.mean_diff == Approx(0.2));
  CHECK(comparisons[0].test.t == Approx(0.2 / (0.1 / std::sqrt(3.0))));
  CHECK(comparisons[0].token_share == Approx(0.3));
  CHECK(comparisons[0].p_holm == comparisons[0].test.p_two_sided);  // the other has no test
  CHECK(comparisons[1].test.n == 1);
  CHECK(comparisons[1].test.status == stats::Status::TooFewPairs);
  CHECK(std::isnan(comparisons[1].p_holm));
  CHECK_THROWS_WITH(compare_shares(names, treatment, {}), Contains("3 texts in one arm and of 0"));
}

}  // namespace attention_shares_tests
