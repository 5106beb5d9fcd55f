// In: the output of one encoder layer. Out: an IOB2 label for every token.
// The auxiliary head of the paper (section 3.4): dropout, then one linear layer.
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

/// Run-time sizes of an IOB2TokenHead.
struct IOB2TokenHeadOptions {
  std::int64_t hidden = 768;  ///< width of the backbone
  std::int64_t labels = 7;    ///< 2n + 1 for n kinds of span, O first
  double dropout = 0.1;       ///< probability of zeroing an input of the linear layer
  int layer = dynamic_layer;  ///< the tapped layer, where the type does not say it
  std::uint64_t seed = 1;     ///< of the initial weights
};

/// Labels every token from the output of encoder layer `Layer`.
///
/// forward: taps -> [tokens, labels] logits. Target: [tokens] int64, ignored_label where there is no label.
/// Throws Error when `labels` is not 2n + 1, when the dropout is outside 0 <= p < 1, or when type and options
/// name different layers.
template <int Layer = dynamic_layer, fixed_string Name = "pos">
class IOB2TokenHead : public torch::nn::Module {
 public:
  using Target = torch::Tensor;
  using Prediction = std::vector<std::int64_t>;  ///< label ids of one text, in token order
  static constexpr std::string_view name = Name;
  static constexpr int tap = Layer;  ///< what the type says; layer() is what counts

  /// Throws Error as the class says.
  explicit IOB2TokenHead(const IOB2TokenHeadOptions& options = {})
      : layer_{tapped_layer(name, Layer, options.layer)},
        dropout_{options.dropout},
        linear_{std::make_shared<SeededLinear>(name, options.hidden, options.labels, options.seed)} {
    require(options.labels % 2 == 1,
            "head '{}': {} labels cannot be IOB2; n kinds of span need 2n + 1 (O, and B and I of each)", name,
            options.labels);
    require(dropout_ >= 0 && dropout_ < 1, "head '{}': a dropout of {} is outside 0 <= p < 1", name,
            dropout_);
    register_module("linear", linear_);
  }

  /// The tapped layer, 1 .. N; 0 is the embedding output.
  int layer() const { return layer_; }

  /// Logits [tokens, labels]; with dropout where the taps carry a stream for it.
  torch::Tensor forward(const Taps& taps) const {
    const auto site = taps.dropout ? std::optional{taps.dropout->named("head").named(name)} : std::nullopt;
    return linear_->forward(dropout(taps.layer.at(static_cast<std::size_t>(layer_)), dropout_, site));
  }

  /// Summed cross entropy and how many tokens have a label. Throws Error as summed_cross_entropy() does.
  Loss loss(const torch::Tensor& logits, const Target& target) const {
    return summed_cross_entropy(name, logits, target);
  }

  /// The most probable label of every token, by text; label by label, so that an I may follow an O.
  std::vector<Prediction> decode(const torch::Tensor& logits, const Taps& taps) const {
    const auto best = logits.argmax(1).to(torch::kCPU).contiguous();
    const auto* const label = best.template const_data_ptr<std::int64_t>();
    const auto* const start = taps.starts.template const_data_ptr<std::int64_t>();
    std::vector<Prediction> texts;
    for (std::int64_t i = 0; i + 1 < taps.starts.size(0); ++i)
      texts.emplace_back(label + start[i], label + start[i + 1]);
    return texts;
  }

 private:
  int layer_;
  double dropout_;
  std::shared_ptr<SeededLinear> linear_;
};

static_assert(Head<IOB2TokenHead<2>>);

}  // namespace mtl
