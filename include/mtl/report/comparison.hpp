// In: the cells of a run. Out: two arms compared layer by layer, over the folds that both have finished.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/report/run_summary.hpp>
#include <mtl/stats/corrections.hpp>
#include <mtl/stats/descriptive.hpp>
#include <mtl/stats/paired_t_test.hpp>

namespace mtl {

/// Accuracy of both arms on one test fold, in percent; with several seeds, their mean.
struct FoldComparison {
  int fold = 0;
  int seeds = 0;  ///< that both arms have finished
  double treatment = 0;
  double control = 0;
};

/// Accuracy of one arm over the folds, in percent.
struct ArmAccuracy {
  double mean = 0;
  double population_sd = 0;   ///< divisor n: the SD of the paper's tables
  double sample_sd = 0;       ///< divisor n - 1
  stats::Interval ci95 = {};  ///< of the mean, by Student's t over the folds; NaN below two folds
};

/// Both arms at one layer.
struct LayerComparison {
  int layer = 0;
  std::vector<FoldComparison> folds = {};    ///< by fold number
  ArmAccuracy treatment = {}, control = {};  ///< NaN without folds
  stats::PairedT test = {};                  ///< treatment minus control, in points; a fold is a pair
  double p_holm = std::numeric_limits<double>::quiet_NaN();  ///< table_p(), corrected over the tested layers
};

/// One watched quantity's models, compared over all layers.
struct Comparison {
  std::string dataset = {};
  std::string watch = {};                    ///< what chose the models: "loss", "accuracy:main", ...
  std::string treatment = {}, control = {};  ///< names of the arms
  std::vector<std::string> notes = {};
  std::size_t done = 0, planned = 0;         ///< cells of the run
  std::vector<std::uint64_t> seeds = {};     ///< of the compared cells
  std::vector<LayerComparison> layers = {};  ///< by layer; with folds or without
};

/// The p-value of the tables: one-sided, treatment greater than control, uncorrected. NaN where there is no
/// test.
inline double table_p(const LayerComparison& layer) { return layer.test.p_greater; }

/// Texts of a test fold, and how many of them were classified correctly.
struct CorrectTexts {
  std::int64_t correct = 0;
  std::int64_t total = 0;
  double percent() const { return 100.0 * static_cast<double>(correct) / static_cast<double>(total); }
};

inline CorrectTexts count_correct(const WatchResult& result) {
  const auto right = [](const ClassPrediction& p) { return p.gold == p.predicted; };
  return {std::ranges::count_if(result.predictions, right),
          static_cast<std::int64_t>(result.predictions.size())};
}

/// The result that a watched quantity chose in a cell; nullptr when the cell did not watch it.
inline const WatchResult* find_watch(const CellResult& cell, std::string_view watch) {
  const auto found = std::ranges::find(cell.watches, watch, &WatchResult::watch);
  return found == cell.watches.end() ? nullptr : &*found;
}

/// The watched quantities of a run, in the order in which its cells list them.
inline std::vector<std::string> watched_quantities(const RunSummary& run) {
  std::vector<std::string> names;
  for (const auto& cell : run.cells)
    for (const auto& result : cell.watches)
      if (std::ranges::find(names, result.watch) == names.end()) names.push_back(result.watch);
  return names;
}

namespace detail {

/// A finished cell of either arm, and the result in question.
struct PairedCells {
  const CellResult* treatment = nullptr;
  const CellResult* control = nullptr;
};

using CellKey = std::tuple<int, int, std::uint64_t>;  // layer, fold, seed

inline std::string describe(const Cell& cell) {
  return fmt::format("arm '{}', layer {}, fold {}, seed {}", cell.arm, cell.layer, cell.fold, cell.seed);
}

inline std::map<CellKey, PairedCells> pair_cells(const RunSummary& run, const Comparison& what) {
  std::map<CellKey, PairedCells> pairs;
  for (const CellResult& result : run.cells) {
    const Cell& cell = result.cell;
    if ((cell.arm != what.treatment && cell.arm != what.control) || !find_watch(result, what.watch)) continue;
    auto& pair = pairs[{cell.layer, cell.fold, cell.seed}];
    auto& slot = cell.arm == what.treatment ? pair.treatment : pair.control;
    require(slot == nullptr, "{}: two results, digests {} and {}; which one belongs to the run is unclear",
            describe(cell), slot ? slot->digest : "", result.digest);
    slot = &result;
  }
  return pairs;
}

/// Throws Error unless both cells were judged on the same texts with the same truth, in the same order.
inline void require_same_texts(const CellResult& a, const CellResult& b, std::string_view watch) {
  const auto &left = find_watch(a, watch)->predictions, &right = find_watch(b, watch)->predictions;
  require(!left.empty() && !right.empty(), "{}: no test text was predicted for '{}'",
          describe(left.empty() ? a.cell : b.cell), watch);
  const auto differ = [](const ClassPrediction& x, const ClassPrediction& y) {
    return x.id == y.id && x.gold == y.gold;
  };
  const auto [x, y] = std::ranges::mismatch(left, right, differ);
  if (x == left.end() && y == right.end()) return;
  const auto show = [](const auto& list, auto at) {
    return at == list.end() ? std::string("none") : fmt::format("'{}' of class {}", at->id, at->gold);
  };
  throw Error(
      fmt::format("{} and {}: they cannot be compared: test text {} is {} in one and {} in the other; "
                  "the arms were not run on the same folds of the same data",
                  describe(a.cell), describe(b.cell), x - left.begin() + 1, show(left, x), show(right, y)));
}

inline ArmAccuracy arm_accuracy(const std::vector<double>& percents) {
  const std::vector<double> zeros(percents.size());  // the interval of a mean is that of its distance from 0
  return {stats::mean(percents), stats::population_sd(percents), stats::sample_sd(percents),
          stats::paired_t_test(percents, zeros).ci95};
}

/// Means over seeds within each fold, then the test over folds: seeds of one fold are no independent pairs.
inline LayerComparison compare_layer(int layer, const std::map<CellKey, PairedCells>& pairs,
                                     std::string_view watch) {
  std::map<int, std::vector<std::pair<double, double>>> by_fold;
  for (const auto& [key, pair] : pairs) {
    if (std::get<0>(key) != layer || !pair.treatment || !pair.control) continue;
    require_same_texts(*pair.treatment, *pair.control, watch);
    by_fold[std::get<1>(key)].emplace_back(count_correct(*find_watch(*pair.treatment, watch)).percent(),
                                           count_correct(*find_watch(*pair.control, watch)).percent());
  }
  LayerComparison result{.layer = layer, .folds = {}, .treatment = {}, .control = {}, .test = {}};
  std::vector<double> treatment, control;
  for (const auto& [fold, seeds] : by_fold) {
    std::vector<double> a, b;
    for (const auto& [x, y] : seeds) a.push_back(x), b.push_back(y);
    treatment.push_back(stats::mean(a));
    control.push_back(stats::mean(b));
    result.folds.push_back({fold, static_cast<int>(seeds.size()), treatment.back(), control.back()});
  }
  result.treatment = arm_accuracy(treatment);
  result.control = arm_accuracy(control);
  result.test = stats::paired_t_test(treatment, control);
  return result;
}

inline void correct_over_layers(Comparison& c) {
  std::vector<double> p;
  for (const auto& row : c.layers) p.push_back(table_p(row));
  const auto adjusted = stats::adjust_p_values(p, stats::Correction::Holm);
  for (std::size_t i = 0; i < p.size(); ++i) c.layers[i].p_holm = adjusted[i];
}

}  // namespace detail

/// Compares two arms of a run at every layer, by the models that `watch` chose.
///
/// Cells pair by layer, fold and seed; a cell whose partner is not finished, or did not watch `watch`, is
/// left out. Throws Error when partners were judged on different texts, when a cell has two results, or when
/// the run has cells but none watched `watch`.
inline Comparison compare(const RunSummary& run, std::string_view watch, std::string_view treatment = "multi",
                          std::string_view control = "single") {
  const auto known = watched_quantities(run);
  std::string names;
  for (const auto& name : known) names += (names.empty() ? "" : ", ") + name;
  require(known.empty() || std::ranges::find(known, watch) != known.end(),
          "no cell watched '{}'; watched were: {}", watch, names);
  Comparison result{.dataset = run.dataset,
                    .watch = std::string(watch),
                    .treatment = std::string(treatment),
                    .control = std::string(control),
                    .notes = run.notes,
                    .done = run.cells.size(),
                    .planned = run.planned,
                    .seeds = {},
                    .layers = {}};
  const auto pairs = detail::pair_cells(run, result);
  std::set<int> layers;
  std::set<std::uint64_t> seeds;
  for (const auto& [key, pair] : pairs) {
    layers.insert(std::get<0>(key));
    if (pair.treatment && pair.control) seeds.insert(std::get<2>(key));
  }
  for (const int layer : layers) result.layers.push_back(detail::compare_layer(layer, pairs, watch));
  result.seeds.assign(seeds.begin(), seeds.end());
  detail::correct_over_layers(result);
  return result;
}

/// compare() for every watched quantity of a run, the result first; the others only where both arms have a
/// fold in common. A run without cells gives one comparison without layers.
inline std::vector<Comparison> compare_all(const RunSummary& run) {
  auto watches = watched_quantities(run);
  if (watches.empty()) watches.emplace_back("loss");
  std::vector<Comparison> all;
  for (const auto& watch : watches) {
    auto comparison = compare(run, watch);
    const bool has_folds =
        std::ranges::any_of(comparison.layers, [](const auto& layer) { return !layer.folds.empty(); });
    if (all.empty() || has_folds) all.push_back(std::move(comparison));
  }
  return all;
}

}  // namespace mtl
