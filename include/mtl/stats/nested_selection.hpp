// In: scores of two arms by layer and fold. Out: the gain of the layer that one would have chosen without
// having seen the judging fold, beside that of the best of all layers in hindsight.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/stats/paired_t_test.hpp>

namespace mtl::stats {

/// Scores of two arms, [layer][fold], higher is better.
struct LayerScores {
  std::vector<int> layers = {};  ///< their numbers
  std::vector<std::vector<double>> treatment = {}, control = {};
};

/// What was chosen for one outer fold and what it was worth there.
struct SelectedFold {
  int treatment_layer = 0;          ///< the treatment's best on the inner folds
  int control_layer = 0;            ///< the control's best on the inner folds
  double treatment = no_number;     ///< of the treatment at its layer, on the outer fold
  double same_layer = no_number;    ///< of the control at the treatment's layer
  double best_control = no_number;  ///< of the control at its own layer
};

/// One way to choose, judged.
struct SelectionResult {
  std::vector<SelectedFold> folds = {};
  double treatment = no_number;  ///< mean over folds
  double same_layer = no_number;
  double best_control = no_number;
  PairedT over_same_layer = {};    ///< gain over the same layer's single-task model
  PairedT over_best_control = {};  ///< gain over the best single-task layer
};

/// Nested selection beside the naive one. Where status is not Ok, nothing was chosen.
struct NestedSelection {
  Status status = Status::Ok;
  SelectionResult nested = {};  ///< inner folds choose, the outer fold judges
  SelectionResult naive = {};   ///< the layer with the best mean over all folds, judged on the same folds
  double optimism = no_number;  ///< naive.treatment - nested.treatment: what choosing in hindsight adds
};

/// The mean over the other folds: what can choose a layer for a fold where there is no validation score.
/// A model of another fold has trained on this one's texts, so prefer validation scores where they exist.
/// Throws Error for fewer than two folds.
inline LayerScores scores_of_other_folds(LayerScores scores) {
  for (auto* arm : {&scores.treatment, &scores.control})
    for (auto& layer : *arm) {
      require(layer.size() >= 2, "nested selection: {} folds; choosing on the others needs two",
              layer.size());
      const auto n = static_cast<double>(layer.size());
      const double whole = mean(layer) * n;
      for (double& x : layer) x = (whole - x) / (n - 1);
    }
  return scores;
}

namespace detail {

inline Status selection_status(const LayerScores& scores, std::size_t folds) {
  const auto layers = scores.layers.size();
  if (layers == 0 || folds < 2) return Status::TooFewPairs;
  if (scores.treatment.size() != layers || scores.control.size() != layers) return Status::LengthMismatch;
  for (const auto* arm : {&scores.treatment, &scores.control})
    for (const auto& layer : *arm) {
      if (layer.size() != folds) return Status::LengthMismatch;
      if (!std::ranges::all_of(layer, [](double x) { return std::isfinite(x); })) return Status::NonFinite;
    }
  return Status::Ok;
}

/// The layer, by place, with the highest score in a fold; of equal ones, but for rounding, the first.
inline std::size_t best_layer(const std::vector<std::vector<double>>& scores, std::size_t fold) {
  const auto at_fold = [fold](const auto& layer) { return layer[fold]; };
  const double best = at_fold(*std::ranges::max_element(scores, {}, at_fold));
  const auto as_good = [&](double score) { return score >= best - 1e-12 * std::abs(best); };
  return static_cast<std::size_t>(std::ranges::find_if(scores, as_good, at_fold) - scores.begin());
}

/// Judges what `inner` chooses by the scores of `outer`.
inline SelectionResult judge_selection(const LayerScores& inner, const LayerScores& outer) {
  SelectionResult r;
  std::vector<double> treatment, same, best;
  for (std::size_t f = 0; f < outer.treatment.front().size(); ++f) {
    const auto t = best_layer(inner.treatment, f), c = best_layer(inner.control, f);
    r.folds.push_back(
        {outer.layers[t], outer.layers[c], outer.treatment[t][f], outer.control[t][f], outer.control[c][f]});
    treatment.push_back(outer.treatment[t][f]);
    same.push_back(outer.control[t][f]);
    best.push_back(outer.control[c][f]);
  }
  r.treatment = mean(treatment);
  r.same_layer = mean(same);
  r.best_control = mean(best);
  r.over_same_layer = paired_t_test(treatment, same);
  r.over_best_control = paired_t_test(treatment, best);
  return r;
}

/// Every fold's score replaced by the mean over all of them.
inline LayerScores means_over_folds(LayerScores scores) {
  for (auto* arm : {&scores.treatment, &scores.control})
    for (auto& layer : *arm) layer.assign(layer.size(), mean(layer));
  return scores;
}

}  // namespace detail

/// Chooses, for every outer fold and in each arm by itself, the layer with the highest score in `inner`, and
/// judges the choice by `outer`. inner.treatment[l][f] must not have seen test fold f: a validation score of
/// the model that was trained for fold f, or scores_of_other_folds(outer). Of equal layers the first is
/// taken. Never throws. Source: nested cross-validation as in Cawley and Talbot (2010).
inline NestedSelection select_layer(const LayerScores& outer, const LayerScores& inner) {
  NestedSelection r;
  const auto folds = outer.treatment.empty() ? 0 : outer.treatment.front().size();
  r.status = detail::selection_status(outer, folds);
  if (r.status == Status::Ok) r.status = detail::selection_status(inner, folds);
  if (r.status == Status::Ok && outer.layers != inner.layers) r.status = Status::LengthMismatch;
  if (r.status != Status::Ok) return r;
  r.nested = detail::judge_selection(inner, outer);
  r.naive = detail::judge_selection(detail::means_over_folds(outer), outer);
  r.optimism = r.naive.treatment - r.nested.treatment;
  return r;
}

}  // namespace mtl::stats
