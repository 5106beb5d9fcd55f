// Cases ① and ② found from predictions alone.
#include <mtl/experiment/disagreements.hpp>

#include <support/catch.hpp>

namespace disagreements_tests {

using namespace mtl;
using Catch::Matchers::Contains;

CellResult judged(const std::string& arm, const std::vector<int>& predicted) {
  CellResult result{.cell = {arm, 2, 0, 1}};
  result.watches.push_back({.watch = "loss"});
  for (std::size_t i = 0; i < predicted.size(); ++i)
    result.watches.front().predictions.push_back(
        {"t" + std::to_string(i), static_cast<int>(i % 2), predicted[i]});
  return result;
}

TEST_CASE("texts that one arm alone gets right, in the order of the fold", "[experiment]") {
  // gold: 0 1 0 1 0 1
  const auto found = disagreements(judged("multi", {0, 1, 1, 1, 1, 0}), judged("single", {0, 0, 0, 0, 1, 0}));
  CHECK(found.treatment_right == std::vector<Disagreement>{{1, "t1", 1, 1, 0}, {3, "t3", 1, 1, 0}});
  CHECK(found.control_right == std::vector<Disagreement>{{2, "t2", 0, 1, 0}});
  CHECK(found.both_right == 1);
  CHECK(found.both_wrong == 2);
}

TEST_CASE("cells that were judged on other texts have no cases", "[experiment]") {
  CHECK_THROWS_WITH(disagreements(judged("multi", {0, 1}), judged("single", {0})),
                    Contains("judged on 2 texts") && Contains("'single' on 1"));
  auto other = judged("single", {0, 1});
  other.watches.front().predictions[1].id = "x";
  CHECK_THROWS_WITH(disagreements(judged("multi", {0, 1}), other), Contains("test text 2 is 't1'"));
  CHECK_THROWS_WITH(disagreements(judged("multi", {0}), CellResult{}), Contains("no predictions"));
}

}  // namespace disagreements_tests
