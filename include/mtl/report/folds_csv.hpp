// In: a run. Out: one row for each cell and watched quantity, from which every table can be recomputed.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <mtl/report/comparison.hpp>
#include <mtl/report/escape.hpp>
#include <mtl/report/numbers.hpp>

namespace mtl {

/// arm,layer,fold,seed,watch,n_test,correct,accuracy; sorted by cell; accuracy in percent, full precision.
inline std::string folds_csv(const RunSummary& run) {
  std::vector<const CellResult*> cells;
  for (const auto& cell : run.cells) cells.push_back(&cell);
  std::ranges::stable_sort(cells, {}, [](const CellResult* result) { return result->cell; });
  std::string text = "arm,layer,fold,seed,watch,n_test,correct,accuracy\n";
  for (const CellResult* result : cells)
    for (const WatchResult& watch : result->watches) {
      const CorrectTexts texts = count_correct(watch);
      text += fmt::format("{},{},{},{},{},{},{},{}\n", escape_csv(result->cell.arm), result->cell.layer,
                          result->cell.fold, result->cell.seed, escape_csv(watch.watch), texts.total,
                          texts.correct, show_exact(texts.percent()));
    }
  return text;
}

}  // namespace mtl
