// In: a classifier and a text. Out: the log-odds that each token adds on the way from a text of padding.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
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
  int batch = 16;  ///< points of the way at a time, where the text is short

  std::vector<double> operator()(const ExplainedText& text) const { return explain(text).scores; }

  /// Throws Error for less than one step, or one point at a time.
  IntegratedGradientsResult explain(const ExplainedText& text) const {
    require(steps > 0, "integrated gradients in {} steps; at least one is needed", steps);
    require(batch > 0, "integrated gradients at {} points at a time; it takes at least one", batch);
    const torch::AutoGradMode record(true);
    const auto end = text.backbone.word_embeddings(text.ids).detach();
    const auto begin = text.backbone.word_embeddings(baseline(text)).detach();
    const auto way = end - begin;
    auto sum = torch::zeros_like(end, torch::kDouble);
    const auto shares = (torch::arange(steps, end.options()) + 0.5) / steps;
    for (const auto& part : shares.split(points_at_once(text.tokens()))) {
      const auto words = (begin + part.view({-1, 1, 1}) * way).requires_grad_(true);
      sum += torch::autograd::grad({log_odds_at(text, words).sum()}, {words})[0].sum(0);
    }
    const torch::NoGradGuard no_grad;
    const auto ends = log_odds_at(text, torch::stack({begin, end}));
    return {.scores = detail::to_doubles((sum * way / steps).sum(1)),
            .log_odds_of_baseline = ends[0].item<double>(),
            .log_odds_of_text = ends[1].item<double>()};
  }

 private:
  /// As many as make a thousand tokens: more are no faster, and the graph of every layer is in memory.
  std::int64_t points_at_once(std::int64_t tokens) const {
    return std::clamp<std::int64_t>(1024 / tokens, 1, batch);
  }

  /// The log-odds of the text at each of some points: [points]. words: [points, tokens, width].
  static torch::Tensor log_odds_at(const ExplainedText& text, const torch::Tensor& words) {
    const auto points = words.size(0);
    const Batch copies{
        text.ids.repeat({points}), torch::arange(points + 1, torch::kInt64) * text.tokens(), {}};
    const int layer = text.classifier.layer();
    Taps taps{std::vector<torch::Tensor>(static_cast<std::size_t>(layer) + 1), copies.starts};
    taps.layer.back() = text.backbone.output_of(copies, words.flatten(0, 1), layer);
    return log_odds(text.classifier.forward(taps), text.target);
  }

  static torch::Tensor baseline(const ExplainedText& text) {
    auto ids = text.ids.clone();
    if (text.tokens() > 2) ids.narrow(0, 1, text.tokens() - 2).fill_(text.pad_id);
    return ids;
  }
};

static_assert(AttributionMethod<IntegratedGradients>);

}  // namespace mtl
