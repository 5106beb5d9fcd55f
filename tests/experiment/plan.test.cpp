#include <support/catch.hpp>

#include <mtl/experiment/plan.hpp>

TEST_CASE("the paper's plan has 240 cells, and the arms of a fold stand side by side", "[experiment]") {
  mtl::PlanAxes axes;
  for (int layer = 1; layer <= 12; ++layer) axes.layers.push_back(layer);
  for (int fold = 0; fold < 10; ++fold) axes.folds.push_back(fold);
  const auto plan = mtl::make_plan(axes);
  REQUIRE(plan.cells.size() == 240);
  for (std::size_t i = 0; i < plan.cells.size(); i += 2) {
    auto pair = plan.cells[i];
    CHECK(pair.arm == "multi");
    pair.arm = "single";
    CHECK(plan.cells[i + 1] == pair);
  }
}

TEST_CASE("a plan refuses an empty axis and a value named twice", "[experiment]") {
  CHECK_THROWS_WITH(mtl::make_plan({.layers = {}, .folds = {0}}), Catch::Contains("no layers"));
  CHECK_THROWS_WITH(mtl::make_plan({.layers = {2, 2}, .folds = {0}}), Catch::Contains("layers twice"));
  CHECK_THROWS_WITH(mtl::make_plan({.layers = {2}, .folds = {0}, .seeds = {7, 7}}),
                    Catch::Contains("seeds twice"));
}
