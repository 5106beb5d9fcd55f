// In: which arms, layers, folds and seeds. Out: the cells to train, in the order in which they are trained.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/experiment/cell.hpp>

namespace mtl {

/// The axes of the experiment.
struct PlanAxes {
  std::vector<std::string> arms = {"multi", "single"};
  std::vector<int> layers = {};
  std::vector<int> folds = {};
  std::vector<std::uint64_t> seeds = {1};
};

struct Plan {
  std::vector<Cell> cells;
};

/// Every combination of the axes, layers rising. The arms of a fold stand side by side, so that an unfinished
/// run holds whole pairs; a layer is finished on all folds and seeds before the next begins, so that it holds
/// whole rows, and the hidden states below one layer at a time are all that need be kept. Throws Error when
/// an axis is empty or names a value twice.
inline Plan make_plan(const PlanAxes& axes) {
  const auto check = [](const auto& values, const char* what) {
    require(!values.empty(), "the plan has no {}", what);
    const std::set distinct(values.begin(), values.end());
    require(distinct.size() == values.size(), "the plan names one of its {} twice", what);
  };
  check(axes.arms, "arms");
  check(axes.layers, "layers");
  check(axes.folds, "folds");
  check(axes.seeds, "seeds");
  const std::set rising(axes.layers.begin(), axes.layers.end());
  Plan plan;
  for (const int layer : rising)
    for (const auto seed : axes.seeds)
      for (const int fold : axes.folds)
        for (const auto& arm : axes.arms) plan.cells.push_back({arm, layer, fold, seed});
  return plan;
}

/// Cost of an epoch of a cell in layer passes: all layers forward, input gradients above the lower trainable
/// layer, weight gradients of two. Good for an ETA, not for a benchmark.
inline double relative_cost(const Cell& cell, int layers) { return layers + (layers - cell.layer) + 2; }

}  // namespace mtl
