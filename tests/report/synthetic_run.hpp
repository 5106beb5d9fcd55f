// Runs of any size that no machine has trained, with predictions that scatter as real ones do: texts have a
// difficulty, arms a skill, folds a luck. The same sizes give the same run.
#pragma once

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <mtl/detail/random.hpp>
#include <mtl/eval/confusion.hpp>
#include <mtl/experiment/cell_store.hpp>
#include <mtl/experiment/run_folder.hpp>
#include <mtl/report/run_summary.hpp>

namespace mtl::tests {

struct SyntheticSizes {
  std::string dataset = "livedoor";
  std::vector<std::string> classes = {"dokujo-tsushin", "it-life-hack", "kaden-channel",
                                      "livedoor-homme", "movie-enter",  "peachy",
                                      "smax",           "sports-watch", "topic-news"};
  int layers = 12, folds = 10, texts = 450, epochs = 12;
  std::vector<std::uint64_t> seeds = {1};
  double gain = 0.35;  ///< of the multi-task arm, in logits
};

inline std::string synthetic_id(const SyntheticSizes& sizes, int fold, int text) {
  const auto& name = sizes.classes[static_cast<std::size_t>(text) % sizes.classes.size()];
  return fmt::format("{}/{}-{:07}.txt", name, name, 5000000 + 1000 * fold + text);
}

inline WatchResult synthetic_result(const SyntheticSizes& sizes, const Cell& cell) {
  const auto classes = sizes.classes.size();
  const bool multi = cell.arm == "multi";
  const auto model =
      RandomStream(cell.seed).named(cell.arm).at(static_cast<std::uint64_t>(100 * cell.layer + cell.fold));
  const auto same = RandomStream(11).named("texts").at(static_cast<std::uint64_t>(cell.fold));
  const double skill = 2.35 - 0.05 * std::abs(cell.layer - 6) +
                       (multi ? sizes.gain * std::exp(-0.15 * cell.layer) : 0) + 0.12 * model.normal(0);
  WatchResult result{.watch = "loss", .best_epoch = sizes.epochs - 2, .best_value = 0.4};
  std::int64_t right = 0;
  for (int i = 0; i < sizes.texts; ++i) {
    const auto at = static_cast<std::uint64_t>(i);
    const double chance = 1 / (1 + std::exp(-(skill + 2.2 * same.normal(at))));
    const auto gold = static_cast<int>(at % classes);
    const bool correct = 0.75 * same.uniform(at + 100000) + 0.25 * model.uniform(at + 1) < chance;
    right += correct;
    result.predictions.push_back({synthetic_id(sizes, cell.fold, i), gold,
                                  correct ? gold : static_cast<int>((at + 1 + at % 3) % classes)});
  }
  const double accuracy = static_cast<double>(right) / sizes.texts;
  ConfusionMatrix matrix(static_cast<int>(classes));
  for (const auto& text : result.predictions) matrix.add(text.gold, text.predicted);
  result.scores = {{"main.accuracy", accuracy}, {"main.macro_f1", matrix.macro_f1()}};
  if (multi) {
    const double depth = 1 - std::exp(-0.9 * cell.layer);
    for (const auto& [name, best] : {std::pair{"pos.token_accuracy", 0.97},
                                     {"pos.span_f1", 0.95},
                                     {"pos.span_f1:名詞", 0.96},
                                     {"pos.span_f1:副詞", 0.82},
                                     {"pos.span_f1:形容詞", 0.88}})
      result.scores[name] = best * depth - 0.01 * model.uniform(7);
  }
  return result;
}

inline CellResult synthetic_cell(const SyntheticSizes& sizes, const Cell& cell) {
  const auto stream = RandomStream(cell.seed)
                          .named(cell.arm + " history")
                          .at(static_cast<std::uint64_t>(100 * cell.layer + cell.fold));
  CellResult result{
      .cell = cell,
      .digest = fmt::format(
          "{:08x}{:024x}", 16777216 + 4096 * cell.layer + 16 * cell.fold + (cell.arm == "multi"), cell.seed)};
  result.watches.push_back(synthetic_result(sizes, cell));
  for (int epoch = 1; epoch <= sizes.epochs; ++epoch) {
    const double loss =
        0.38 + 1.6 * std::exp(-0.5 * epoch) + 0.03 * stream.normal(static_cast<std::uint64_t>(epoch));
    result.history.push_back(
        {epoch, loss, {{"loss", loss}, {"loss:main", loss}, {"accuracy:main", 1 - 0.25 * loss}}, 11.0});
  }
  result.environment = {{"mtl", "0.1.0"}, {"libtorch", "2.13.0"}, {"threads", "2"}};
  result.seconds = 130 + 9 * (12 - cell.layer) + 4 * stream.uniform(999);
  result.tokens = 3600LL * 300 * sizes.epochs;
  result.peak_memory = (std::int64_t{900} + 14 * (12 - cell.layer)) << 20;
  return result;
}

/// The run as a value.
inline RunSummary synthetic_run(const SyntheticSizes& sizes) {
  RunSummary run{.dataset = sizes.dataset, .classes = sizes.classes};
  for (const auto seed : sizes.seeds)
    for (int fold = 0; fold < sizes.folds; ++fold)
      for (int layer = 1; layer <= sizes.layers; ++layer)
        for (const std::string arm : {"multi", "single"})
          run.cells.push_back(synthetic_cell(sizes, {arm, layer, fold, seed}));
  run.planned = run.cells.size();
  run.notes = {"made-up numbers, to try the report with; no model was trained"};
  run.provenance = {{"model", "/models/bert-base"},
                    {"model weights", "00112233445566778899aabbccddeeff"},
                    {"input", "made up"}};
  run.choices = {{"profile", "paper"},
                 {"batch", "32"},
                 {"λ_main", "1"},
                 {"λ_sub", "0.5"},
                 {"join", "text"},
                 {"early stopping watches", "loss"},
                 {"learning rate of encoder layers", "5e-05"},
                 {"learning rate of heads", "0.0001"}};
  run.dropped = {{"duplicate of another text", 15}, {"more texts than the others' classes", 2852}};
  run.fold_sizes.assign(static_cast<std::size_t>(sizes.folds), {8LL * sizes.texts, sizes.texts});
  return run;
}

/// The run as the folder that `mtl sweep` would have left.
inline void write_synthetic_run(const RunSummary& run, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  write_run_description(folder, run);
  std::vector<PlannedCell> plan;
  const CellStore store(folder, run.classes);
  for (const auto& cell : run.cells) {
    store.save(cell);
    plan.push_back({cell.cell, cell.digest});
  }
  write_plan(folder, plan);
}

}  // namespace mtl::tests
