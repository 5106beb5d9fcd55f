// Runs that no machine has trained, for the tests of reports.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <mtl/detail/random.hpp>
#include <mtl/report/run_summary.hpp>

namespace mtl::tests {

/// A cell whose model gets `correct` of `texts` texts right; the rest get the next class.
inline CellResult made_up_cell(const Cell& cell, int correct, int texts, int classes = 2,
                               const std::string& watch = "loss") {
  CellResult result{
      .cell = cell, .digest = "0123456789abcdef", .watches = {}, .history = {}, .seconds = 1, .tokens = 100};
  WatchResult judged{.watch = watch, .best_epoch = 1, .best_value = 0.5, .predictions = {}, .scores = {}};
  for (int i = 0; i < texts; ++i) {
    const int gold = i % classes;
    judged.predictions.push_back({"text-" + std::to_string(cell.fold) + "-" + std::to_string(i), gold,
                                  i < correct ? gold : (gold + 1) % classes});
  }
  result.watches.push_back(std::move(judged));
  return result;
}

/// What every run has beside its cells.
inline RunSummary made_up_run(std::vector<CellResult> cells) {
  const auto planned = cells.size();
  return {.dataset = "made-up",
          .classes = {"first", "second"},
          .cells = std::move(cells),
          .planned = planned,
          .provenance = {{"mtl", "0.1.0"}},
          .choices = {{"SD", "population"}},
          .notes = {},
          .dropped = {}};
}

/// Folds of one layer in both arms: correct texts of 100, fold by fold.
inline std::vector<CellResult> made_up_layer(int layer, const std::vector<int>& multi,
                                             const std::vector<int>& single) {
  std::vector<CellResult> cells;
  for (std::size_t fold = 0; fold < multi.size(); ++fold)
    cells.push_back(made_up_cell({"multi", layer, static_cast<int>(fold), 1}, multi[fold], 100));
  for (std::size_t fold = 0; fold < single.size(); ++fold)
    cells.push_back(made_up_cell({"single", layer, static_cast<int>(fold), 1}, single[fold], 100));
  return cells;
}

/// A run as a real one looks: all layers given, several watched quantities, histories, scores of an auxiliary
/// head.
inline RunSummary lifelike_run(const std::string& dataset, std::vector<std::string> classes,
                               const std::vector<int>& layers, int folds, double base) {
  std::vector<CellResult> cells;
  const auto count = static_cast<int>(classes.size());
  for (const std::string arm : {"multi", "single"})
    for (const int layer : layers)
      for (int fold = 0; fold < folds; ++fold) {
        const auto random = RandomStream(7).named(arm).at(static_cast<std::uint64_t>(100 * layer + fold));
        const double skill = base + 2.0 * random.uniform(0) + (arm == "multi" ? 1.2 : 0) - 0.15 * layer;
        auto cell = made_up_cell({arm, layer, fold, 1}, static_cast<int>(4.5 * skill), 450, count);
        cell.watches.front().scores = {{"main.accuracy", skill / 100}, {"main.macro_f1", skill / 100 - 0.01}};
        if (arm == "multi")
          cell.watches.front().scores.insert(
              {{"pos.token_accuracy", 0.9}, {"pos.span_f1", 0.8}, {"pos.span_f1:名詞", 0.85}});
        auto second = cell.watches.front();
        second.watch = "accuracy:main";
        cell.watches.push_back(std::move(second));
        for (int epoch = 1; epoch <= 6; ++epoch) {
          const double loss = 0.4 + 1.2 / epoch + 0.2 * random.uniform(static_cast<std::uint64_t>(epoch));
          cell.history.push_back({epoch, loss, {{"loss", loss}, {"loss:main", loss}}, 1.0});
        }
        cells.push_back(std::move(cell));
      }
  auto run = made_up_run(std::move(cells));
  run.dataset = dataset;
  run.classes = std::move(classes);
  run.dropped = {{"duplicate of another text", 15}, {"empty after normalisation", 2}};
  return run;
}

}  // namespace mtl::tests
