// In: a classifier and a text. Out: the log-odds that each token adds on the way from a text of padding.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

#include <torch/csrc/autograd/autograd.h>

#include <mtl/attribution/explained_text.hpp>

namespace mtl {

/// What integrated gradients found, and how exact they are.
struct IntegratedGradientsResult {
  std::vector<double> scores;  ///< one a token, in nats; negative: the token speaks against the class
  double log_odds_of_baseline = 0;
  double log_odds_of_text = 0;

  /// What the scores should sum to less what they do: 0 but for the finite number of steps.
  double gap() const {
    double sum = 0;
    for (const double score : scores) sum += score;
    return log_odds_of_text - log_odds_of_baseline - sum;
  }
};

/// Gradients of the log-odds by the word embeddings, averaged over the straight way from the baseline to the
/// text (midpoint rule) and multiplied by the way.
///
/// The baseline is the same text with the padding token in place of every token between the special ones at
/// its ends; positions stay. Source: Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks"
/// (2017).
struct IntegratedGradients {
  static constexpr std::string_view name = "integrated-gradients";
  static constexpr bool is_signed = true;

  int steps = 50;

  std::vector<double> operator()(const ExplainedText& text) const { return explain(text).scores; }

  /// Throws Error for less than one step.
  IntegratedGradientsResult explain(const ExplainedText& text) const {
    require(steps > 0, "integrated gradients in {} steps; at least one is needed", steps);
    const torch::AutoGradMode record(true);
    const auto end = text.backbone.word_embeddings(text.ids).detach();
    const auto begin = text.backbone.word_embeddings(baseline(text)).detach();
    const auto way = end - begin;
    auto sum = torch::zeros_like(end, torch::kDouble);
    for (int step = 0; step < steps; ++step) {
      const double share = (step + 0.5) / steps;
      const auto words = (begin + share * way).requires_grad_(true);
      sum += torch::autograd::grad({traced_log_odds(text, trace_of(text, words))}, {words})[0];
    }
    const torch::NoGradGuard no_grad;
    return {.scores = detail::to_doubles((sum * way / steps).sum(1)),
            .log_odds_of_baseline = traced_log_odds(text, trace_of(text, begin)).item<double>(),
            .log_odds_of_text = traced_log_odds(text, trace_of(text, end)).item<double>()};
  }

 private:
  static torch::Tensor baseline(const ExplainedText& text) {
    auto ids = text.ids.clone();
    if (text.tokens() > 2) ids.narrow(0, 1, text.tokens() - 2).fill_(text.pad_id);
    return ids;
  }
};

static_assert(AttributionMethod<IntegratedGradients>);

}  // namespace mtl
