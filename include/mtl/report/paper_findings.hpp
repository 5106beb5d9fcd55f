// In: a table of the paper, rederived. Out: what its figures show and what they do not, in plain sentences.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <mtl/report/findings.hpp>
#include <mtl/report/paper_rederived.hpp>

namespace mtl {

namespace detail {

template <class Keep>
std::vector<int> layers_where(const std::vector<RederivedRow>& rows, Keep keep) {
  std::vector<int> layers;
  for (const auto& row : rows)
    if (keep(row)) layers.push_back(row.printed.layer);
  return layers;
}

inline std::string layers_or_none(const std::vector<int>& layers) {
  return layers.empty() ? "no layer" : name_layers(layers);
}

inline std::string say_paper_p(const std::vector<RederivedRow>& rows) {
  const auto raw = layers_where(rows, [](const auto& r) { return r.printed.p < 0.05; });
  const auto holm = layers_where(rows, [](const auto& r) { return r.p_holm < 0.05; });
  const auto bh = layers_where(rows, [](const auto& r) { return r.p_bh < 0.05; });
  const auto nb = layers_where(rows, [](const auto& r) { return r.p_nadeau_bengio < 0.05; });
  return fmt::format(
      "The printed p is below 0.05 at {}. Twelve tests were made: with Holm's correction {} below 0.05, with "
      "that "
      "of Benjamini and Hochberg, which controls the share of false discoveries instead, {}. With Nadeau and "
      "Bengio's correction for the overlap of training sets, and none for the number of tests, {}.",
      layers_or_none(raw), layers_or_none(holm) + (holm.size() <= 1 ? " stays" : " stay"), layers_or_none(bh),
      layers_or_none(nb));
}

inline std::string say_paper_gain(const std::vector<RederivedRow>& rows) {
  const auto& gain = *std::ranges::max_element(rows, {}, &RederivedRow::diff);
  const auto multi = [](const auto& r) { return r.printed.multi_mean; };
  const auto single = [](const auto& r) { return r.printed.single_mean; };
  const auto &top = *std::ranges::max_element(rows, {}, multi),
             &base = *std::ranges::max_element(rows, {}, single);
  const auto rank = 1 + std::ranges::count_if(rows, [&](const auto& r) { return single(r) > single(gain); });
  return fmt::format(
      "The largest difference is at layer {}: {} points (p {}). The most accurate multi-task model is that "
      "of layer {} "
      "({}), the most accurate single-task model that of layer {} ({}); against the latter the multi-task "
      "model of "
      "layer {} differs by {} points. The single-task accuracy at layer {} ranks {} of {}.",
      gain.printed.layer, show_difference(gain.diff), show_p(gain.printed.p), top.printed.layer,
      show_points(multi(top)), base.printed.layer, show_points(single(base)), gain.printed.layer,
      show_difference(multi(gain) - single(base)), gain.printed.layer, rank, rows.size());
}

inline std::string say_paper_figures(const PaperTable& table, const std::vector<RederivedRow>& rows) {
  const auto wrong = layers_where(rows, [](const auto& r) { return !r.sign_agrees; });
  int means = 0, population = 0, sample = 0;
  for (const auto& row : rows) {
    means += row.means_attainable;
    for (const std::size_t arm : {0U, 1U}) population += row.population_sd[arm], sample += row.sample_sd[arm];
  }
  const auto all = 2 * rows.size();
  auto text = fmt::format(
      "A one-sided p is below 0.5 exactly where the difference is positive: this holds at {}. Folds of {} "
      "texts allow "
      "both printed means at {} of {} layers; of the {} printed pairs of mean and SD, {} can come from whole "
      "numbers "
      "of correct texts when the SD divides by n, {} when it divides by n - 1.",
      wrong.empty() ? "every layer" : "every layer but " + name_layers(wrong), table.texts, means,
      rows.size(), all, population, sample);
  if (population > sample) text += " The printed SDs are population SDs.";
  if (population == sample) text += " This table cannot tell the two formulas apart.";
  return text;
}

inline std::string say_paper_spread(const std::vector<RederivedRow>& rows) {
  std::vector<const RederivedRow*> known;
  for (const auto& row : rows)
    if (std::isfinite(row.sd_diff)) known.push_back(&row);
  const auto [low, high] = std::ranges::minmax(known, {}, [](const auto* r) { return r->sd_diff; });
  const auto [least, most] = std::ranges::minmax(known, {}, [](const auto* r) { return r->correlation; });
  return fmt::format(
      "Difference and p together imply the SD of the ten differences: from {} points (layer {}) to {} (layer "
      "{}). "
      "With the printed SDs that means a correlation of the two models' accuracies over the folds from "
      "{:.2f} (layer "
      "{}) to {:.2f} (layer {}): where it is low, pairing by folds gained little.",
      show_points(low->sd_diff), low->printed.layer, show_points(high->sd_diff), high->printed.layer,
      least->correlation, least->printed.layer, most->correlation, most->printed.layer);
}

}  // namespace detail

/// Paragraphs of plain text. `rows` are rederive(table)'s.
inline std::vector<std::string> paper_findings(const PaperTable& table,
                                               const std::vector<RederivedRow>& rows) {
  return {detail::say_paper_p(rows), detail::say_paper_gain(rows), detail::say_paper_figures(table, rows),
          detail::say_paper_spread(rows)};
}

/// A printed table as a comparison of ten folds without their accuracies: what the figures and tables of a
/// run are made from. Intervals come from the printed SDs and from the t that the printed p implies.
inline Comparison paper_comparison(const PaperTable& table) {
  Comparison c{.dataset = std::string(table.dataset),
               .watch = "the smallest validation loss",
               .treatment = "multi",
               .control = "single"};
  const double t95 = detail::t_of(0.025), sample = std::sqrt(detail::paper_folds / (detail::paper_folds - 1));
  const auto arm = [&](double mean, double sd) {
    const double reach = t95 * sd * sample / std::sqrt(detail::paper_folds);
    return ArmAccuracy{mean, sd, sd * sample, {mean - reach, mean + reach}};
  };
  for (const RederivedRow& row : rederive(table)) {
    LayerComparison layer{.layer = row.printed.layer, .folds = std::vector<FoldComparison>(10)};
    layer.treatment = arm(row.printed.multi_mean, row.printed.multi_sd);
    layer.control = arm(row.printed.single_mean, row.printed.single_sd);
    layer.p_holm = row.p_holm;
    auto& test = layer.test;
    test = {
        .n = 10, .mean_a = row.printed.multi_mean, .mean_b = row.printed.single_mean, .mean_diff = row.diff};
    test.sd_diff = row.sd_diff;
    test.se = row.sd_diff / std::sqrt(detail::paper_folds);
    test.df = detail::paper_folds - 1;
    test.t = row.t;
    test.p_greater = row.printed.p;
    test.p_less = 1 - row.printed.p;
    test.ci95 = {row.diff - t95 * test.se, row.diff + t95 * test.se};
    c.layers.push_back(layer);
  }
  return c;
}

}  // namespace mtl
