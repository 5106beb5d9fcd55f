// In: a run. Out: one row for each cell, what it took and what every head scored: what no prediction tells.
#pragma once

#include <set>
#include <string>

#include <mtl/report/comparison.hpp>
#include <mtl/report/escape.hpp>
#include <mtl/report/numbers.hpp>

namespace mtl {

/// arm,layer,fold,seed,watch,epochs,best_epoch,seconds,tokens,peak_memory, then a column for each score that
/// any cell has; a row for each cell and watched quantity. Peak memory in bytes, empty where not recorded.
inline std::string cells_csv(const RunSummary& run) {
  std::set<std::string> names;
  for (const auto& cell : run.cells)
    for (const auto& watch : cell.watches)
      for (const auto& [name, value] : watch.scores) names.insert(name);
  std::string text = "arm,layer,fold,seed,watch,epochs,best_epoch,seconds,tokens,peak_memory";
  for (const auto& name : names) text += "," + escape_csv(name);
  text += "\n";
  for (const auto& cell : run.cells)
    for (const auto& watch : cell.watches) {
      text += fmt::format("{},{},{},{},{},{},{},{},{},{}", escape_csv(cell.cell.arm), cell.cell.layer,
                          cell.cell.fold, cell.cell.seed, escape_csv(watch.watch), cell.history.size(),
                          watch.best_epoch, show_exact(cell.seconds), cell.tokens,
                          cell.peak_memory == 0 ? "" : std::to_string(cell.peak_memory));
      for (const auto& name : names) {
        const auto found = watch.scores.find(name);
        text += "," + (found == watch.scores.end() ? "" : show_exact(found->second));
      }
      text += "\n";
    }
  return text;
}

}  // namespace mtl
