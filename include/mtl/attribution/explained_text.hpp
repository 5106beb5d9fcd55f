// What an attribution reads (ExplainedText), the number it divides among the tokens (log_odds), and what a
// method must offer (AttributionMethod).
#pragma once

#include <mtl/detail/torch.hpp>

#include <concepts>
#include <cstdint>
#include <string_view>
#include <vector>

#include <mtl/attribution/token_group.hpp>
#include <mtl/detail/error.hpp>
#include <mtl/heads/sequence_classifier.hpp>
#include <mtl/model/bert_stack.hpp>

namespace mtl {

/// A classifier, one text, and the class that is to be explained.
struct ExplainedText {
  BertStack& backbone;
  const SequenceClassifier<dynamic_layer>& classifier;
  torch::Tensor ids;                    ///< [tokens] int64, with the special tokens at both ends
  std::int64_t target = 0;              ///< the class whose log-odds are explained
  std::int64_t pad_id = 0;              ///< the token that stands for "nothing here"
  std::vector<TokenGroup> groups = {};  ///< what may be left out together: spans, else words

  std::int64_t tokens() const { return ids.size(0); }
};

/// ln p(target) - ln(1 - p(target)), in nats: the target's logit less the log-sum-exp of the others.
///
/// The number that every method here explains. Unlike a logit it does not change when all logits do, and
/// unlike a probability its gradient does not vanish where the model is sure. logits: [texts, labels], at
/// least two labels; returns [texts]. Throws Error for a target that is no label.
inline torch::Tensor log_odds(const torch::Tensor& logits, std::int64_t target) {
  const auto labels = logits.size(1);
  require(labels > 1 && target >= 0 && target < labels,
          "the log-odds of class {} are asked for; the classifier has classes 0 to {}, and must have two",
          target, labels - 1);
  const auto others =
      torch::cat({logits.narrow(1, 0, target), logits.narrow(1, target + 1, labels - target - 1)}, 1);
  return logits.select(1, target) - others.logsumexp(1);
}

/// The log-odds of the target, from a trace up to the classifier's layer. A scalar, with its graph.
inline torch::Tensor traced_log_odds(const ExplainedText& text, const AttentionTrace& trace) {
  Taps taps{std::vector<torch::Tensor>(static_cast<std::size_t>(text.classifier.layer()) + 1),
            torch::tensor({std::int64_t{0}, text.tokens()}, torch::kInt64)};
  taps.layer.back() = trace.output;
  return log_odds(text.classifier.forward(taps), text.target).squeeze(0);
}

/// The trace of the text up to the classifier's layer, from its own word embeddings or from given ones.
inline AttentionTrace trace_of(const ExplainedText& text, const torch::Tensor& words) {
  return text.backbone.trace(text.ids, words, text.classifier.layer());
}
inline AttentionTrace trace_of(const ExplainedText& text) {
  return trace_of(text, text.backbone.word_embeddings(text.ids));
}

namespace detail {

/// [tokens] of any floating type as numbers.
inline std::vector<double> to_doubles(const torch::Tensor& values) {
  const auto on_cpu = values.detach().to(torch::kCPU, torch::kDouble).contiguous();
  const auto* const first = on_cpu.const_data_ptr<double>();
  return {first, first + on_cpu.numel()};
}

}  // namespace detail

/// A way to say how much each token matters.
///
/// Beyond the syntax: one score a token, special tokens included, in their order; is_signed says whether a
/// score may be negative; the same text and model give the same scores; no parameter and no gradient of a
/// parameter is changed.
template <class M>
concept AttributionMethod = requires(const M& method, const ExplainedText& text) {
  { M::name } -> std::convertible_to<std::string_view>;
  { M::is_signed } -> std::convertible_to<bool>;
  { method(text) } -> std::same_as<std::vector<double>>;
};

}  // namespace mtl
