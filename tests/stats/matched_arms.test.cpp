#include <span>
#include <vector>

#include <mtl/stats/matched_arms.hpp>
#include <mtl/stats/paired_t_test.hpp>

#include <support/catch.hpp>

#include "golden.hpp"

namespace matched_arms_tests {

using namespace mtl::stats;

const ArmProvenance multi{.arm = "multi", .folds = "f01d", .data = "da7a", .seeds = {1, 2}};

ArmProvenance single(ArmProvenance changed = multi) {
  changed.arm = "single";
  return changed;
}

TEST_CASE("a result of arms that match carries what they were run on", "[stats]") {
  const auto t = [](const auto& x, const auto& y) { return paired_t_test(x, y); };
  const auto matched = test_matched({multi, mtl::tests::sleep_a}, {single(), mtl::tests::sleep_b}, t);
  CHECK(matched.result.status == Status::Ok);
  CHECK(matched.arms.a() == "multi");
  CHECK(matched.arms.b() == "single");
  CHECK(matched.arms.folds() == "f01d");
  CHECK(matched.arms.data() == "da7a");
  CHECK(matched.arms.seeds() == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("arms that do not match are refused, and what differs is named", "[stats]") {
  auto other = single();
  other.folds = "0dd";
  CHECK_THROWS_WITH(match_arms(multi, other),
                    "arms 'multi' and 'single' cannot be compared: their folds differ, digests f01d and 0dd");
  other = single();
  other.data = "0dd";
  CHECK_THROWS_WITH(match_arms(multi, other),
                    "arms 'multi' and 'single' cannot be compared: their data differ, digests da7a and 0dd");
  other = single();
  other.seeds = {1, 3};
  CHECK_THROWS_WITH(match_arms(multi, other),
                    "arms 'multi' and 'single' cannot be compared: their seeds differ, 1 2 and 1 3");
}

TEST_CASE("an arm that does not say what it was run on is refused", "[stats]") {
  auto other = single();
  other.data.clear();
  CHECK_THROWS_WITH(match_arms(multi, other),
                    "arm 'single' has no digest of its data: it cannot be compared");
  other = single();
  other.seeds.clear();
  CHECK_THROWS_WITH(match_arms(multi, other), "arm 'single' names no seed: it cannot be compared");
}

}  // namespace matched_arms_tests
