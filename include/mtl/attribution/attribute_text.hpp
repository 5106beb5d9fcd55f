// In: a classifier and a text. Out: what every method says of it: one arm's side of a picture.
#pragma once

#include <mtl/detail/torch.hpp>

#include <string>
#include <vector>

#include <mtl/attribution/attention_picture.hpp>
#include <mtl/attribution/attention_rollout.hpp>
#include <mtl/attribution/attention_row.hpp>
#include <mtl/attribution/fold_attention.hpp>
#include <mtl/attribution/gradient_weighted_attention.hpp>
#include <mtl/attribution/integrated_gradients.hpp>
#include <mtl/attribution/leave_one_span_out.hpp>

namespace mtl {

namespace detail {

template <AttributionMethod M>
MethodScores scores_of(const M& method, const ExplainedText& text) {
  return {std::string(M::name), M::is_signed, method(text)};
}

}  // namespace detail

/// All methods on one text. choice: the attention that is drawn first; steps: of the integrated gradients;
/// batch: texts at a time of leaving out, and points of integrated gradients. Throws Error as the methods do.
inline ArmAttribution attribute_text(const ExplainedText& text, const std::string& arm,
                                     const std::vector<std::string>& classes, const AttentionChoice& choice,
                                     int steps, int batch) {
  ArmAttribution side{.arm = arm};
  const torch::NoGradGuard no_grad;  // the methods that need gradients ask for them
  const Batch alone{text.ids, torch::tensor({std::int64_t{0}, text.tokens()}, torch::kInt64), {}};
  const auto taps = text.backbone.forward(alone, {.highest = text.classifier.layer()});
  const auto logits = text.classifier.forward(taps);
  side.predicted = classes.at(static_cast<std::size_t>(logits.argmax(1).item<std::int64_t>()));
  side.probability = logits.to(torch::kDouble).softmax(1)[0][text.target].item<double>();
  side.log_odds = log_odds(logits, text.target).item<double>();

  const auto rows = attention_rows(text, choice.row).to(torch::kFloat).contiguous();
  side.rows.assign(rows.const_data_ptr<float>(), rows.const_data_ptr<float>() + rows.numel());
  const AttentionRow paper{.layer = choice.layer, .head = choice.head, .row = choice.row};
  side.methods = {detail::scores_of(paper, text), detail::scores_of(AttentionRollout{}, text),
                  detail::scores_of(GradientWeightedAttention{}, text)};
  const auto integrated = IntegratedGradients{.steps = steps, .batch = batch}.explain(text);
  side.baseline_log_odds = integrated.log_odds_of_baseline;
  side.gradient_gap = integrated.gap();
  side.methods.push_back({std::string(IntegratedGradients::name), true, integrated.scores});
  side.methods.push_back(detail::scores_of(LeaveOneSpanOut{.batch = batch}, text));
  return side;
}

}  // namespace mtl
