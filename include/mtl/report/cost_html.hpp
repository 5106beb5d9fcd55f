// In: the cells of a run. Out: what they took in time and memory, as parts of the page.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <mtl/report/html.hpp>
#include <mtl/report/numbers.hpp>
#include <mtl/report/run_summary.hpp>
#include <mtl/stats/descriptive.hpp>

namespace mtl::html {

namespace detail {

inline std::string show_memory(std::int64_t bytes) {
  return bytes == 0 ? "not recorded" : fmt::format("{:.0f} MiB", static_cast<double>(bytes) / 1048576);
}

inline std::string show_rate(const CellResult& cell) {
  return cell.seconds > 0 ? fmt::format("{:.0f}", static_cast<double>(cell.tokens) / cell.seconds) : "n/a";
}

/// Two columns: seconds of an epoch and peak memory.
inline void add_prediction(std::vector<std::string>& row, const PredictedCost* predicted) {
  row.push_back(predicted ? fmt::format("{:.2f}", predicted->epoch_seconds) : "none");
  row.push_back(predicted ? show_memory(predicted->peak_memory) : "none");
}

inline std::string every_cell(const RunSummary& run) {
  Table t{.caption = "Every cell",
          .columns = {"arm", "layer", "fold", "seed", "epochs", "seconds", "tokens", "tokens a second",
                      "peak memory"},
          .rows = {}};
  for (const auto& cell : run.cells)
    t.rows.push_back({arm_title(cell.cell.arm), std::to_string(cell.cell.layer),
                      std::to_string(cell.cell.fold), std::to_string(cell.cell.seed),
                      std::to_string(cell.history.size()), fmt::format("{:.1f}", cell.seconds),
                      std::to_string(cell.tokens), show_rate(cell), show_memory(cell.peak_memory)});
  return details("Time and memory of every cell", table(t));
}

}  // namespace detail

/// A row for each arm and layer, then every cell. Seconds are of the whole cell: training, validation, test.
inline std::string cost_tables(const RunSummary& run) {
  std::map<std::pair<std::string, int>, std::vector<const CellResult*>> groups;
  double all = 0;
  for (const auto& cell : run.cells) {
    groups[{cell.cell.arm, cell.cell.layer}].push_back(&cell);
    all += cell.seconds;
  }
  if (groups.empty()) return {};
  Table t{.caption = "Time and memory by arm and layer",
          .columns = {"arm", "layer", "cells", "mean seconds", "mean epochs", "tokens a second",
                      "peak memory", "seconds an epoch", "predicted", "peak memory, predicted"},
          .rows = {}};
  for (const auto& [key, cells] : groups) {
    double seconds = 0, epochs = 0, tokens = 0, training = 0;
    std::int64_t peak = 0;
    for (const auto* cell : cells) {
      seconds += cell->seconds;
      epochs += static_cast<double>(cell->history.size());
      tokens += static_cast<double>(cell->tokens);
      peak = std::max(peak, cell->peak_memory);
      for (const auto& epoch : cell->history) training += epoch.seconds;
    }
    const auto n = static_cast<double>(cells.size());
    t.rows.push_back({arm_title(key.first), std::to_string(key.second), std::to_string(cells.size()),
                      fmt::format("{:.1f}", seconds / n), fmt::format("{:.1f}", epochs / n),
                      seconds > 0 ? fmt::format("{:.0f}", tokens / seconds) : "n/a",
                      detail::show_memory(peak),
                      epochs > 0 ? fmt::format("{:.2f}", training / epochs) : "n/a"});
    detail::add_prediction(t.rows.back(), find_cost(run.predicted, cells.front()->cell));
  }
  return table(t) +
         paragraph(fmt::format(
             "All cells together took {:.0f} seconds. Peak memory is the largest resident set of the "
             "process while it trained the cell; the base model is in it, and stored hidden states as far "
             "as they were read, a GPU's memory is not. Predicted is what a few steps said before the cells "
             "were trained.",
             all)) +
         detail::every_cell(run);
}

}  // namespace mtl::html
