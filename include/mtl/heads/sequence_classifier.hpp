// In: the output of one encoder layer. Out: a class for every text, read from its first row, [CLS].
// The main head of the paper (section 3.4): one linear layer, no pooler.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <mtl/heads/cross_entropy.hpp>
#include <mtl/heads/head.hpp>
#include <mtl/heads/seeded_linear.hpp>
#include <mtl/heads/tapped_layer.hpp>
#include <mtl/model/dropout.hpp>

namespace mtl {

/// Run-time sizes of a SequenceClassifier.
struct SequenceClassifierOptions {
  std::int64_t hidden = 768;  ///< width of the backbone
  std::int64_t labels = 2;    ///< classes
  double dropout = 0;         ///< probability of zeroing an input of the linear layer; the paper names none
  int layer = dynamic_layer;  ///< the tapped layer, where the type does not say it
  std::uint64_t seed = 1;     ///< of the initial weights
};

/// What a SequenceClassifier says of one text.
struct ClassifiedText {
  std::int64_t label = 0;            ///< the most probable class; the lowest of equals
  std::vector<float> probabilities;  ///< of every class; they sum to 1
};

/// Classifies every text from its [CLS] row in the output of encoder layer `Layer`.
///
/// forward: taps -> [texts, labels] logits. Target: [texts] int64, ignored_label where there is no label.
/// Throws Error when the dropout is outside 0 <= p < 1, or when type and options name different layers.
template <int Layer = dynamic_layer, fixed_string Name = "main">
class SequenceClassifier : public torch::nn::Module {
 public:
  using Target = torch::Tensor;
  using Prediction = ClassifiedText;
  static constexpr std::string_view name = Name;
  static constexpr int tap = Layer;  ///< what the type says; layer() is what counts
  static constexpr bool reads_first_rows = true;

  /// Throws Error as the class says.
  explicit SequenceClassifier(const SequenceClassifierOptions& options = {})
      : layer_{tapped_layer(name, Layer, options.layer)},
        dropout_{options.dropout},
        linear_{std::make_shared<SeededLinear>(name, options.hidden, options.labels, options.seed)} {
    require(dropout_ >= 0 && dropout_ < 1, "head '{}': a dropout of {} is outside 0 <= p < 1", name,
            dropout_);
    register_module("linear", linear_);
  }

  /// The tapped layer, 1 .. N; 0 is the embedding output.
  int layer() const { return layer_; }

  /// Logits [texts, labels]; with dropout where the taps carry a stream for it.
  torch::Tensor forward(const Taps& taps) const {
    const auto site = taps.dropout ? std::optional{taps.dropout->named("head").named(name)} : std::nullopt;
    return linear_->forward(dropout(taps.first_rows(layer_), dropout_, site));
  }

  /// Summed cross entropy and how many texts have a label. Throws Error as summed_cross_entropy() does.
  Loss loss(const torch::Tensor& logits, const Target& target) const {
    return summed_cross_entropy(name, logits, target);
  }

  /// The class of every text, and the probabilities of all, as float32.
  std::vector<Prediction> decode(const torch::Tensor& logits, const Taps&) const {
    const auto p = logits.to(torch::kCPU, torch::kFloat).softmax(1).contiguous();
    const auto best = p.argmax(1).contiguous();
    const auto* const probability = p.template const_data_ptr<float>();
    const auto* const label = best.template const_data_ptr<std::int64_t>();
    std::vector<Prediction> texts;
    for (std::int64_t i = 0, labels = p.size(1); i < p.size(0); ++i)
      texts.push_back({label[i], {probability + i * labels, probability + (i + 1) * labels}});
    return texts;
  }

 private:
  int layer_;
  double dropout_;
  std::shared_ptr<SeededLinear> linear_;
};

static_assert(Head<SequenceClassifier<12>>);

}  // namespace mtl
