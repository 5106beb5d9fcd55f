// A small random classifier in doubles, and a text of it: what the tests of the attribution methods explain.
#pragma once

#include <mtl/detail/torch.hpp>

#include <memory>
#include <vector>

#include <mtl/attribution/explained_text.hpp>
#include <mtl/heads/sequence_classifier.hpp>
#include <mtl/model/bert_backbone.hpp>

namespace mtl::tests {

/// Three classes over a BERT of `layers` layers and two heads, with weights large enough to matter.
struct TinyExplained {
  std::shared_ptr<BertBackbone> backbone;
  std::shared_ptr<SequenceClassifier<dynamic_layer>> classifier;

  explicit TinyExplained(int layers = 3, std::int64_t heads = 2)
      : backbone{std::make_shared<BertBackbone>(BertConfig{.vocabulary = 40,
                                                           .hidden = 12,
                                                           .layers = layers,
                                                           .heads = heads,
                                                           .intermediate = 20,
                                                           .max_positions = 16,
                                                           .initializer_range = 0.4})},
        classifier{std::make_shared<SequenceClassifier<dynamic_layer>>(
            SequenceClassifierOptions{.hidden = 12, .labels = 3, .layer = layers, .seed = 5})} {
    backbone->to(torch::kDouble);
    classifier->to(torch::kDouble);
    const torch::NoGradGuard no_grad;
    for (auto& parameter : classifier->parameters()) parameter.mul_(20);
  }

  ExplainedText text(const std::vector<std::int64_t>& ids = {2, 9, 17, 30, 11, 25, 3},
                     std::int64_t target = 1) const {
    return {*backbone, *classifier, torch::tensor(ids, torch::kInt64), target, 0, {}};
  }

  /// The log-odds by the ordinary way through the model, for one text.
  double log_odds_of(const std::vector<std::int64_t>& ids, std::int64_t target = 1) const {
    const torch::NoGradGuard no_grad;
    const auto count = static_cast<std::int64_t>(ids.size());
    const Batch batch{
        torch::tensor(ids, torch::kInt64), torch::tensor({std::int64_t{0}, count}, torch::kInt64), {}};
    const auto taps = backbone->forward(batch, {.highest = classifier->layer()});
    const auto p = classifier->forward(taps).softmax(1)[0][target].item<double>();
    return std::log(p / (1 - p));
  }
};

}  // namespace mtl::tests
