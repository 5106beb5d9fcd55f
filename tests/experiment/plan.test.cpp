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

TEST_CASE("layers rise, each finished on all folds of all seeds before the next", "[experiment]") {
  const auto plan = mtl::make_plan({.layers = {7, 2}, .folds = {1, 0}, .seeds = {5, 4}});
  std::vector<std::string> order;
  for (const auto& cell : plan.cells)
    if (cell.arm == "multi") order.push_back(fmt::format("s{} l{} f{}", cell.seed, cell.layer, cell.fold));
  CHECK(order == std::vector<std::string>{"s5 l2 f1", "s5 l2 f0", "s4 l2 f1", "s4 l2 f0", "s5 l7 f1",
                                          "s5 l7 f0", "s4 l7 f1", "s4 l7 f0"});
}

TEST_CASE("a plan refuses an empty axis and a value named twice", "[experiment]") {
  CHECK_THROWS_WITH(mtl::make_plan({.layers = {}, .folds = {0}}), Catch::Contains("no layers"));
  CHECK_THROWS_WITH(mtl::make_plan({.layers = {2, 2}, .folds = {0}}), Catch::Contains("layers twice"));
  CHECK_THROWS_WITH(mtl::make_plan({.layers = {2}, .folds = {0}, .seeds = {7, 7}}),
                    Catch::Contains("seeds twice"));
}
