// In: a comparison and the evidence beside it. Out: what stands after correction, what could have been seen,
// and what choosing a layer is worth, in plain sentences.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <mtl/report/evidence.hpp>
#include <mtl/report/findings.hpp>
#include <mtl/report/numbers.hpp>

namespace mtl {

namespace detail {

template <class P>
std::vector<int> layers_below(const Evidence& evidence, P p, double alpha = 0.05) {
  std::vector<int> layers;
  for (const auto& layer : evidence.layers)
    if (p(layer) < alpha) layers.push_back(layer.layer);
  return layers;
}

inline std::string at_layers(const std::vector<int>& layers) {
  return layers.empty() ? "at no layer" : "at " + name_layers(layers);
}

inline double holm_of(const LayerEvidence& e) {
  return e.adjusted.at(static_cast<std::size_t>(stats::Correction::Holm));
}

/// One-sided p that allows for overlapping training sets, corrected over the layers by Holm: the strictest
/// test of a gain that the page makes.
inline std::vector<double> strict_p(const Evidence& evidence,
                                    double stats::CorrectedT::*tail = &stats::CorrectedT::p_greater) {
  std::vector<double> p;
  for (const auto& e : evidence.layers) p.push_back(e.corrected.*tail);
  return stats::adjust_p_values(p, stats::Correction::Holm);
}

inline std::vector<int> strict_layers(const Evidence& evidence,
                                      double stats::CorrectedT::*tail = &stats::CorrectedT::p_greater) {
  const auto p = strict_p(evidence, tail);
  std::vector<int> layers;
  for (std::size_t i = 0; i < p.size(); ++i)
    if (p[i] < 0.05) layers.push_back(evidence.layers[i].layer);
  return layers;
}

/// Where the same test, turned round, finds that the treatment is worse; nothing where it does not.
inline std::string say_losses(const Comparison& c, const Evidence& evidence) {
  const auto losses = rows_where(c, [](const auto& row) { return row.test.p_less < 0.05; });
  if (losses.empty()) return {};
  const auto strict = strict_layers(evidence, &stats::CorrectedT::p_less);
  return fmt::format(
      " In the other direction, {} is more accurate than {} {} by the paper's test; after both corrections "
      "{}.",
      arm_title(c.control), arm_title(c.treatment), at_layers(numbers_of(losses)), at_layers(strict));
}

/// What is said of a gain, in one or two sentences.
inline std::string say_gains(const Comparison& c, const Evidence& evidence) {
  const auto treatment = arm_title(c.treatment), control = arm_title(c.control);
  const auto raw = rows_where(c, [](const auto& row) { return table_p(row) < 0.05; });
  const auto strict = strict_layers(evidence);
  const auto tested = rows_where(c, [](const auto& row) { return row.test.status == stats::Status::Ok; });
  if (tested.empty())
    return fmt::format("In short: there is no layer at which {} and {} can be tested yet.", treatment,
                       control);
  if (!strict.empty())
    return fmt::format(
        "In short: {} is more accurate than {} {}, also after allowing for the number of layers looked at "
        "and for the "
        "overlap of the training sets.",
        treatment, control, at_layers(strict));
  if (!raw.empty())
    return fmt::format(
        "In short: by the paper's test {} is more accurate than {} {}, but at none of them does the gain "
        "withstand "
        "both corrections, for the number of layers looked at and for the overlap of the training sets. That "
        "is weak "
        "evidence for a gain, and no evidence against one.",
        treatment, control, at_layers(numbers_of(raw)));
  return fmt::format(
      "In short: this run does not show that {} is more accurate than {}. It does not show either that there "
      "is no "
      "difference.",
      treatment, control);
}

/// What a reader takes home.
inline std::string say_verdict(const Comparison& c, const Evidence& evidence) {
  return say_gains(c, evidence) + say_losses(c, evidence);
}

inline std::string say_corrected(const Evidence& evidence) {
  if (evidence.layers.size() < 2)
    return fmt::format(
        "With Nadeau and Bengio's correction for the overlap of the training sets, p is below 0.05 {}; "
        "by sign flips of the folds {}.",
        at_layers(layers_below(evidence, [](const auto& e) { return e.corrected.p_greater; })),
        at_layers(layers_below(evidence, [](const auto& e) { return e.sign_flip.p_greater; })));
  return fmt::format(
      "Corrected over the {} layers, p is below 0.05 {} by Holm and {} by max-T, which flips whole folds in "
      "all layers "
      "together. Corrected for the overlap of the training sets instead (Nadeau and Bengio), it is below "
      "0.05 {}; "
      "corrected for both, {}.",
      evidence.layers.size(), at_layers(layers_below(evidence, holm_of)),
      at_layers(layers_below(evidence, [](const auto& e) { return e.max_t.p_step_down; })),
      at_layers(layers_below(evidence, [](const auto& e) { return e.corrected.p_greater; })),
      at_layers(strict_layers(evidence)));
}

/// The smallest difference that the design sees four times in five.
inline std::string say_power(const Evidence& evidence) {
  std::vector<double> plain, corrected;
  for (const auto& e : evidence.layers)
    if (std::isfinite(e.detectable.difference)) {
      plain.push_back(e.detectable.difference);
      corrected.push_back(e.detectable_corrected.difference);
    }
  if (plain.empty()) return {};
  const auto range = [](const std::vector<double>& values) {
    const auto [low, high] = std::ranges::minmax(values);
    const auto from = show_detectable(low), to = show_detectable(high);
    return from == to ? from : fmt::format("{} to {}", from, to);
  };
  return fmt::format(
      "What could have been seen: a true gain of {} points, depending on the layer, has an 80 percent chance "
      "of a p "
      "below 0.05 in the paper's test; with both corrections it takes {} points. Smaller gains mostly go "
      "unseen here.",
      range(plain), range(corrected));
}

inline std::string say_gain(const stats::PairedT& test) {
  const auto p = show_p(test.p_greater);
  return show_difference(test.mean_diff) + " points" +
         (test.status == stats::Status::Ok ? " (p " + p + ")"
                                           : " (" + std::string(stats::status_sentence(test.status)) + ")");
}

inline std::string say_choice(const Comparison& c, const Evidence& evidence) {
  if (evidence.choices.empty() || evidence.choices[0].selection.status != stats::Status::Ok) return {};
  const auto& [status, nested, naive, optimism] = evidence.choices[0].selection;
  return fmt::format(
      "Choosing the layer costs something too. Where each fold is judged at the layer that the other test "
      "folds "
      "choose, {} gains {} over {} at the same layer, and {} over {} at the layer that those folds "
      "choose for "
      "it. The best layer in hindsight gives {} and {}; hindsight adds {} points to the accuracy of {}.",
      arm_title(c.treatment), say_gain(nested.over_same_layer), arm_title(c.control),
      say_gain(nested.over_best_control), arm_title(c.control), say_gain(naive.over_same_layer),
      say_gain(naive.over_best_control), show_difference(optimism), arm_title(c.treatment));
}

inline std::string say_equivalence(const Evidence& evidence) {
  const auto same = layers_below(evidence, [](const auto& e) { return 1 - e.bayes.p_rope; });
  const auto better = layers_below(evidence, [](const auto& e) { return 1 - e.bayes.p_greater; });
  const auto worse = layers_below(evidence, [](const auto& e) { return 1 - e.bayes.p_less; });
  std::string text = fmt::format(
      "The Bayesian correlated t-test asks whether the difference is worth speaking of: more than {:.0f} "
      "point. ",
      practical_equivalence);
  if (same.empty() && better.empty() && worse.empty())
    return text + "At no layer is it 95 percent sure of an answer, be it a gain, a loss or practically none.";
  if (!better.empty()) text += fmt::format("It is 95 percent sure of a gain {}. ", at_layers(better));
  if (!worse.empty()) text += fmt::format("It is 95 percent sure of a loss {}. ", at_layers(worse));
  if (!same.empty())
    text += fmt::format("It is 95 percent sure of practically no difference {}. ", at_layers(same));
  return text.substr(0, text.size() - 1);
}

inline std::string say_sizes(const Evidence& evidence) {
  if (!evidence.sizes_assumed || evidence.layers.empty()) return {};
  return "The run does not record how many texts each fold trained on; the corrections for overlap assume "
         "eight parts "
         "for training and one for testing.";
}

}  // namespace detail

/// Paragraphs of plain text about the corrections; findings() stands before them.
inline std::vector<std::string> evidence_findings(const Comparison& c, const Evidence& evidence) {
  if (evidence.layers.empty()) return {};
  std::vector<std::string> paragraphs{detail::say_corrected(evidence), detail::say_power(evidence),
                                      detail::say_choice(c, evidence), detail::say_equivalence(evidence),
                                      detail::say_sizes(evidence)};
  std::erase(paragraphs, "");
  return paragraphs;
}

/// All that the page says in words: the short answer, the paper's test, then what stands after correction.
inline std::vector<std::string> all_findings(const Comparison& c, const Evidence& evidence) {
  auto paragraphs = findings(c);
  if (evidence.layers.empty()) return paragraphs;
  paragraphs.insert(paragraphs.begin(), detail::say_verdict(c, evidence));
  for (auto& paragraph : evidence_findings(c, evidence)) paragraphs.push_back(std::move(paragraph));
  return paragraphs;
}

}  // namespace mtl
