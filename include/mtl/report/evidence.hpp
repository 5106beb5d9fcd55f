// In: a run and the comparison of two of its arms. Out: what a careful reviewer asks for beside the paper's
// t-test, layer by layer and over all layers.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <mtl/report/comparison.hpp>
#include <mtl/report/paired_scores.hpp>
#include <mtl/stats.hpp>

namespace mtl {

/// Differences of at most this many points of accuracy count as practically none.
inline constexpr double practical_equivalence = 1.0;

/// Replicates of a bootstrap; the ends of its intervals move by about a twentieth of a standard error.
inline constexpr int bootstrap_replicates = 2000;

/// One layer. Differences are treatment minus control, in points.
struct LayerEvidence {
  int layer = 0;
  double test_to_train = 0;          ///< n_test / n_train of the compared folds
  stats::CorrectedT corrected = {};  ///< Nadeau and Bengio
  stats::SignFlip sign_flip = {};
  stats::Wilcoxon wilcoxon = {};
  stats::McNemar mcnemar = {};  ///< out-of-fold predictions of the first seed, pooled
  stats::Bootstrap by_texts = {};
  stats::Bootstrap by_folds = {};
  stats::CorrelatedBayes bayes = {};
  stats::Detectable detectable = {};  ///< one-sided at 0.05, by the plain test
  stats::Detectable detectable_corrected =
      {};  ///< at 0.05 over the number of layers, folds' overlap allowed for
  /// The table's p, corrected over the layers; by stats::corrections. NaN where there is no test.
  std::array<double, stats::corrections.size()> adjusted = {};
  stats::MaxTLayer max_t = {};
  std::optional<stats::SeedSummary> seeds = {};  ///< where several seeds have finished the same folds
};

/// How the layer of a fold was chosen without having seen its test texts.
struct LayerChoice {
  std::string by = {};  ///< "other test folds", "validation accuracy"
  stats::NestedSelection selection = {};
};

struct Evidence {
  std::vector<LayerEvidence> layers = {};  ///< those of the comparison that have folds
  stats::MaxT max_t = {};                  ///< over the folds that every layer has
  std::vector<LayerChoice> choices = {};
  std::string folds_digest = {};          ///< of which text was tested in which fold
  std::string data_digest = {};           ///< of the tested texts and their classes
  std::vector<std::uint64_t> seeds = {};  ///< of training, the same in both arms
  bool sizes_assumed = false;             ///< the run does not say how many texts a fold trained on
};

namespace detail {

/// The design of a comparison: as many pairs as folds.
inline void add_power(LayerEvidence& e, const LayerComparison& row, std::size_t layers) {
  if (row.test.status != stats::Status::Ok) return;
  const auto n = static_cast<double>(row.test.n);
  e.detectable = stats::detectable_difference({.n = n}, row.test.sd_diff);
  e.detectable_corrected = stats::detectable_difference(
      {.n = n, .alpha = 0.05 / static_cast<double>(layers), .test_to_train = e.test_to_train},
      row.test.sd_diff);
}

inline LayerEvidence layer_evidence(const RunSummary& run, const LayerComparison& row,
                                    const PairedScores& scores, std::size_t layers) {
  LayerEvidence e{.layer = row.layer, .test_to_train = test_to_train(run, row)};
  const auto a = treatment_scores(row), b = control_scores(row);
  e.corrected = stats::corrected_resampled_t_test(row.test, e.test_to_train);
  e.sign_flip = stats::sign_flip_test(a, b);
  e.wilcoxon = stats::wilcoxon_signed_rank(a, b);
  e.mcnemar = stats::mcnemar_test(scores.outcomes);
  const stats::BootstrapOptions how{.replicates = bootstrap_replicates};
  e.by_texts = stats::bootstrap_texts(scores.text_differences, how);
  e.by_folds = stats::bootstrap_folds(a, b, how);
  e.bayes = stats::correlated_bayes_t_test(row.test, e.test_to_train, practical_equivalence);
  add_power(e, row, layers);
  if (scores.seeds.size() > 1) e.seeds = stats::summarize_seeds(scores.seeds);
  return e;
}

inline void add_corrections(Evidence& evidence, const Comparison& c) {
  std::vector<double> p;
  for (const auto& row : c.layers)
    if (!row.folds.empty()) p.push_back(table_p(row));
  for (std::size_t k = 0; k < stats::corrections.size(); ++k) {
    const auto adjusted = stats::adjust_p_values(p, stats::corrections[k]);
    for (std::size_t i = 0; i < adjusted.size(); ++i) evidence.layers[i].adjusted[k] = adjusted[i];
  }
}

inline void add_over_layers(Evidence& evidence, const RunSummary& run, const Comparison& c) {
  const auto scores = scores_of_common_folds(c);
  evidence.max_t = stats::max_t_test(scores.treatment, scores.control);
  for (std::size_t i = 0; i < evidence.max_t.layers.size(); ++i)
    evidence.layers[i].max_t = evidence.max_t.layers[i];
  if (scores.layers.size() < 2 || scores.treatment.front().size() < 2) return;
  evidence.choices.push_back(
      {"other test folds", stats::select_layer(scores, stats::scores_of_other_folds(scores))});
  if (const auto inner = validation_scores(run, c, scores))
    evidence.choices.push_back({"validation accuracy", stats::select_layer(scores, *inner)});
}

}  // namespace detail

/// Everything that is computed of a comparison beside its t-tests. A layer without folds is left out; a test
/// that the data do not allow has a status in the place of its numbers. Throws Error as compare() does.
inline Evidence gather_evidence(const RunSummary& run, const Comparison& c) {
  Evidence evidence{.sizes_assumed = run.fold_sizes.empty()};
  const auto pairs = detail::pair_cells(run, c);
  std::size_t tested = 0;
  for (const auto& row : c.layers) tested += row.test.status == stats::Status::Ok;
  for (const auto& row : c.layers)
    if (!row.folds.empty())
      evidence.layers.push_back(detail::layer_evidence(run, row, detail::paired_scores(pairs, row, c.watch),
                                                       std::max<std::size_t>(tested, 1)));
  if (evidence.layers.empty()) return evidence;
  detail::add_corrections(evidence, c);
  detail::add_over_layers(evidence, run, c);
  const auto arms = detail::matched_arms(pairs, c);
  evidence.folds_digest = arms.folds();
  evidence.data_digest = arms.data();
  evidence.seeds = c.seeds;
  return evidence;
}

}  // namespace mtl
