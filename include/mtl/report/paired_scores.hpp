// In: the paired cells of a comparison. Out: their scores in the shapes that the statistics take: by text
// within folds, by seed, by layer and fold; and the proof that both arms were run on the same things.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <mtl/report/comparison.hpp>
#include <mtl/stats.hpp>
#include <mtl/store/digest.hpp>

namespace mtl::detail {

/// One layer of a comparison, text by text.
struct PairedScores {
  std::vector<std::vector<double>> text_differences =
      {};                                     ///< by fold and text: points, mean over the fold's seeds
  stats::PairedOutcomes outcomes = {};        ///< of the layer's first seed
  std::vector<stats::SeedScores> seeds = {};  ///< those that have finished every fold of the layer
};

inline std::vector<double> treatment_scores(const LayerComparison& row) {
  std::vector<double> scores;
  for (const auto& fold : row.folds) scores.push_back(fold.treatment);
  return scores;
}

inline std::vector<double> control_scores(const LayerComparison& row) {
  std::vector<double> scores;
  for (const auto& fold : row.folds) scores.push_back(fold.control);
  return scores;
}

/// n_test / n_train of the compared folds. A run that does not say gets the paper's 8 : 1 : 1.
inline double test_to_train(const RunSummary& run, const LayerComparison& row) {
  std::vector<stats::FoldSize> sizes;
  for (const auto& fold : row.folds) {
    const auto known = static_cast<std::size_t>(fold.fold) < run.fold_sizes.size();
    sizes.push_back(known ? run.fold_sizes[static_cast<std::size_t>(fold.fold)] : stats::FoldSize{8, 1});
  }
  return stats::test_to_train_ratio(sizes);
}

/// Adds 100 where the treatment alone is right and -100 where the control alone is, over the number of seeds.
inline void add_texts(std::vector<double>& differences, const WatchResult& a, const WatchResult& b,
                      int seeds) {
  differences.resize(a.predictions.size());
  for (std::size_t i = 0; i < differences.size(); ++i) {
    const int left = a.predictions[i].predicted == a.predictions[i].gold;
    const int right = b.predictions[i].predicted == b.predictions[i].gold;
    differences[i] += 100.0 * (left - right) / seeds;
  }
}

inline void add_outcomes(stats::PairedOutcomes& outcomes, const WatchResult& a, const WatchResult& b) {
  std::vector<int> gold, left, right;
  for (std::size_t i = 0; i < a.predictions.size(); ++i) {
    gold.push_back(a.predictions[i].gold);
    left.push_back(a.predictions[i].predicted);
    right.push_back(b.predictions[i].predicted);
  }
  const auto more = stats::paired_outcomes(gold, left, right);
  outcomes.both += more.both;
  outcomes.only_a += more.only_a;
  outcomes.only_b += more.only_b;
  outcomes.neither += more.neither;
}

inline PairedScores paired_scores(const std::map<CellKey, PairedCells>& pairs, const LayerComparison& row,
                                  std::string_view watch) {
  PairedScores scores;
  std::map<int, std::vector<double>> texts;
  std::map<int, int> seeds_of;
  for (const auto& fold : row.folds) seeds_of[fold.fold] = fold.seeds;
  std::map<std::uint64_t, stats::SeedScores> by_seed;
  for (const auto& [key, pair] : pairs) {
    const auto [layer, fold, seed] = key;
    if (layer != row.layer || !pair.treatment || !pair.control) continue;
    const auto &a = *find_watch(*pair.treatment, watch), &b = *find_watch(*pair.control, watch);
    add_texts(texts[fold], a, b, seeds_of.at(fold));
    auto& of_seed = by_seed[seed];
    of_seed.seed = seed;
    of_seed.a.push_back(count_correct(a).percent());
    of_seed.b.push_back(count_correct(b).percent());
  }
  for (auto& [fold, differences] : texts) scores.text_differences.push_back(std::move(differences));
  for (const auto& [key, pair] : pairs)
    if (std::get<0>(key) == row.layer && std::get<2>(key) == by_seed.begin()->first && pair.treatment &&
        pair.control)
      add_outcomes(scores.outcomes, *find_watch(*pair.treatment, watch), *find_watch(*pair.control, watch));
  for (auto& [seed, of_seed] : by_seed)
    if (of_seed.a.size() == row.folds.size()) scores.seeds.push_back(std::move(of_seed));
  return scores;
}

/// The folds that every layer with folds has finished.
inline std::vector<int> common_folds(const Comparison& c) {
  std::map<int, std::size_t> counts;
  std::size_t layers = 0;
  for (const auto& row : c.layers) {
    layers += !row.folds.empty();
    for (const auto& fold : row.folds) ++counts[fold.fold];
  }
  std::vector<int> folds;
  for (const auto& [fold, count] : counts)
    if (count == layers) folds.push_back(fold);
  return folds;
}

/// Accuracies of both arms by layer, over the common folds alone.
inline stats::LayerScores scores_of_common_folds(const Comparison& c) {
  const auto folds = common_folds(c);
  stats::LayerScores scores;
  for (const auto& row : c.layers) {
    if (row.folds.empty()) continue;
    scores.layers.push_back(row.layer);
    auto& treatment = scores.treatment.emplace_back();
    auto& control = scores.control.emplace_back();
    for (const auto& fold : row.folds)
      if (std::ranges::find(folds, fold.fold) != folds.end()) {
        treatment.push_back(fold.treatment);
        control.push_back(fold.control);
      }
  }
  return scores;
}

/// Accuracy of the main head on the validation fold, percent, at the epoch whose model was judged.
inline std::optional<double> validation_accuracy(const CellResult& cell, std::string_view watch) {
  const auto* result = find_watch(cell, watch);
  for (const auto& epoch : cell.history)
    if (result && epoch.epoch == result->best_epoch)
      if (const auto found = epoch.valid.find("accuracy:main"); found != epoch.valid.end())
        return 100 * found->second;
  return std::nullopt;
}

/// Validation accuracies in the shape of `outer`, mean over seeds; nothing where a cell has none.
inline std::optional<stats::LayerScores> validation_scores(const RunSummary& run, const Comparison& c,
                                                           const stats::LayerScores& outer) {
  std::map<std::tuple<bool, int, int>, std::vector<double>> values;  // treatment, layer, fold
  for (const auto& [key, pair] : pair_cells(run, c)) {
    if (!pair.treatment || !pair.control) continue;
    for (const auto* cell : {pair.treatment, pair.control})
      if (const auto value = validation_accuracy(*cell, c.watch))
        values[{cell == pair.treatment, cell->cell.layer, cell->cell.fold}].push_back(*value);
  }
  stats::LayerScores inner{.layers = outer.layers};
  for (const int layer : outer.layers)
    for (const bool treatment : {true, false}) {
      auto& row = (treatment ? inner.treatment : inner.control).emplace_back();
      for (const int fold : common_folds(c)) {
        const auto found = values.find({treatment, layer, fold});
        if (found == values.end()) return std::nullopt;
        row.push_back(stats::mean(found->second));
      }
    }
  return inner;
}

/// What one side of the pairs was run on: digests of its test texts by fold and of their classes, and its
/// seeds.
inline stats::ArmProvenance arm_provenance(const std::map<CellKey, PairedCells>& pairs,
                                           std::string_view watch, bool treatment) {
  Digest folds, data;
  stats::ArmProvenance arm;
  std::set<std::pair<int, std::string>> seen;
  std::set<std::uint64_t> seeds;
  for (const auto& [key, pair] : pairs) {
    if (!pair.treatment || !pair.control) continue;
    const CellResult& cell = treatment ? *pair.treatment : *pair.control;
    arm.arm = cell.cell.arm;
    seeds.insert(cell.cell.seed);
    for (const auto& text : find_watch(cell, watch)->predictions) {
      if (!seen.emplace(cell.cell.fold, text.id).second) continue;
      folds.add(std::int64_t{cell.cell.fold}).add(text.id);
      data.add(text.id).add(std::int64_t{text.gold});
    }
  }
  arm.folds = folds.hex();
  arm.data = data.hex();
  arm.seeds.assign(seeds.begin(), seeds.end());
  return arm;
}

/// Throws Error unless both arms were run on the same folds of the same texts from the same seeds.
inline stats::MatchedArms matched_arms(const std::map<CellKey, PairedCells>& pairs, const Comparison& c) {
  return stats::match_arms(arm_provenance(pairs, c.watch, true), arm_provenance(pairs, c.watch, false));
}

}  // namespace mtl::detail
