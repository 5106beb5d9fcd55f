// In: a ragged batch. Out: the output of every BERT layer up to the highest that is wanted (Taps).
// The part of BertBackbone that does not depend on its template argument.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/engine/fast_encoder.hpp>
#include <mtl/model/backbone.hpp>
#include <mtl/model/bert_config.hpp>
#include <mtl/model/bert_embeddings.hpp>
#include <mtl/model/bert_layer.hpp>
#include <mtl/model/ragged_layout.hpp>
#include <mtl/model/random_weights.hpp>

namespace mtl {

/// The weights that a new model begins with.
struct InitialWeights {
  /// Seed of random ones: normal (0, initializer_range), biases 0, normalisation 1. Absent: they are left as
  /// the memory is, for a loader that fills them all.
  std::optional<std::uint64_t> seed = 1;
  torch::Device device = torch::kCPU;
};

/// One text on its way through the layers, everything in one graph.
struct AttentionTrace {
  std::vector<torch::Tensor> attention;  ///< attention[k - 1] of layer k: [heads, tokens, tokens]
  torch::Tensor output;                  ///< [tokens, hidden], of the highest layer asked for
};

/// A model of BERT's shape without its pooler, on ragged rows: BERT, RoBERTa, ELECTRA or DistilBERT, as the
/// options of its configuration say.
///
/// Activations are [tokens, hidden] without padding; only the plain engine's attention pads, inside itself.
/// Below the lowest layer with a parameter that learns, no graph is recorded. The fast engine computes on a
/// CPU from float32 weights, for heads of up to 128 columns, a multiple of 16; elsewhere the plain one does.
class BertStack : public torch::nn::Module {
 public:
  using Config = BertConfig;

  explicit BertStack(const BertConfig& config, const InitialWeights& initial = {})
      : config_{config}, embeddings_{*this, config, initial.device} {
    for (int i = 0; i < config.layers; ++i)
      layers_.emplace_back(*this, fmt::format("encoder.layer.{}.", i), config, initial.device);
    if (initial.seed) draw_weights(RandomStream(*initial.seed).named("backbone"));
  }

  const BertConfig& config() const { return config_; }
  int layers() const { return config_.layers; }
  std::int64_t hidden() const { return config_.hidden; }

  /// Dropout is applied in layers >= `layer` only; 0, the default, includes the embeddings. A frozen prefix
  /// without dropout is a fixed function of the text.
  void set_dropout_from(int layer) { dropout_from_ = layer; }

  /// Chooses how layers are computed. What an earlier choice had kept in memory is dropped.
  void set_engine(const EngineOptions& options) {
    engine_ = options;
    fast_.reset();
  }

  /// The engine that forward() uses, with the type that it computes in.
  EngineOptions engine() const {
    const bool fast = engine_.engine == Engine::Fast && FastEncoder::supports(config_) &&
                      embeddings_.device().is_cpu() && embeddings_.type() == torch::kFloat;
    return fast ? engine_ : EngineOptions{Engine::Plain, NumberType::Float32};
  }

  /// The highest layer whose output is a function of the text alone: nothing up to it learns or draws
  /// dropout. -1 where not even the embeddings' is.
  int fixed_layers() const {
    const bool drops = config_.hidden_dropout > 0 || config_.attention_dropout > 0;
    return std::min(lowest_that_learns(), drops ? dropout_from_ : layers() + 1) - 1;
  }

  /// Layers 0 .. pass.highest of the batch, each [tokens, hidden]; dropout from pass.dropout, by layer and
  /// site; float32, or the weights' type under the plain engine. Of a batch with a prefix nothing below the
  /// prefix's layer is there, and that layer is the prefix.
  ///
  /// Throws Error when a layer is asked for that is not there, and when a text is empty or longer than
  /// max_positions, or a token id is outside the vocabulary; and for a prefix that cannot stand for what it
  /// replaces: up to its layer something learns, draws dropout in this pass, or is read.
  Taps forward(const Batch& batch, const Pass& pass) {
    require(pass.highest >= 0 && pass.highest <= layers(),
            "layer {} is asked for; the backbone has layers 0 to {}", pass.highest, layers());
    check(batch);
    if (batch.prefix) check_prefix(batch, pass);
    return engine().engine == Engine::Fast ? forward_fast(batch, pass) : forward_plain(batch, pass);
  }

  /// The attention probabilities of layer `layer` (1 .. layers()), without dropout and gradients: one tensor
  /// [heads, tokens, tokens] a text. By the plain engine. Throws Error as forward() does.
  std::vector<torch::Tensor> attention(const Batch& batch, int layer) {
    require(layer >= 1 && layer <= layers(),
            "the attention of layer {} is asked for; the backbone has layers 1 to {}", layer, layers());
    const torch::NoGradGuard no_grad;
    check(batch);
    const auto below = forward_plain(batch, {.highest = layer - 1}).layer.back();
    return layers_[static_cast<std::size_t>(layer - 1)].attention(below, batch.starts);
  }

  /// Rows of the word embedding table: [tokens, width of the embeddings]. ids: [tokens] int64. Throws Error
  /// for an id outside the vocabulary.
  torch::Tensor word_embeddings(const torch::Tensor& ids) const {
    check_ids(ids);
    return embeddings_.words(ids.to(embeddings_.device()));
  }

  /// The output of layer `highest` (1 .. layers()) from given word embeddings, without dropout, by the plain
  /// engine: [tokens, hidden]. Records as trace() does, whatever is frozen. words: [tokens, width of the
  /// embeddings]. Throws Error as forward() does.
  torch::Tensor output_of(const Batch& batch, const torch::Tensor& words, int highest) const {
    require(highest >= 1 && highest <= layers(), "layer {} is asked for; the backbone has layers 1 to {}",
            highest, layers());
    check(batch);
    const auto device = embeddings_.device();
    const auto layout = make_ragged_layout(batch.starts, batch.tokens(), config_.heads, device);
    auto output = embeddings_.complete(words, batch.ids.to(device), layout.positions, std::nullopt);
    for (int k = 1; k <= highest; ++k)
      output = layers_[static_cast<std::size_t>(k - 1)].forward(output, layout, std::nullopt);
    return output;
  }

  /// One text, without dropout, from given word embeddings up to layer `highest` (1 .. layers()): its
  /// attention probabilities are nodes of the graph. Records whatever is frozen, as long as gradients are
  /// enabled and something asks for one. ids: [tokens] int64; words: [tokens, width of the embeddings].
  /// Throws Error as forward() does.
  AttentionTrace trace(const torch::Tensor& ids, const torch::Tensor& words, int highest) const {
    require(highest >= 1 && highest <= layers(), "layer {} is asked for; the backbone has layers 1 to {}",
            highest, layers());
    check({ids, torch::tensor({std::int64_t{0}, ids.size(0)}, torch::kInt64), {}});
    const auto here = ids.to(embeddings_.device());
    AttentionTrace trace{
        {}, embeddings_.complete(words, here, torch::arange(ids.size(0), here.options()), std::nullopt)};
    for (int k = 1; k <= highest; ++k) {
      auto [attention, output] = layers_[static_cast<std::size_t>(k - 1)].trace(trace.output);
      trace.attention.push_back(std::move(attention));
      trace.output = std::move(output);
    }
    return trace;
  }

 private:
  Taps forward_plain(const Batch& batch, const Pass& pass) {
    const auto device = embeddings_.device();
    const auto layout = make_ragged_layout(batch.starts, batch.tokens(), config_.heads, device);
    Taps taps{prefix_taps(batch), batch.starts, pass.dropout};
    for (int k = static_cast<int>(taps.layer.size()); k <= pass.highest; ++k) {
      const torch::AutoGradMode record(torch::GradMode::is_enabled() && k >= lowest_that_learns());
      taps.layer.push_back(k == 0 ? embeddings_.forward(batch.ids.to(device), layout.positions, bits(pass, 0))
                                  : layers_[static_cast<std::size_t>(k - 1)].forward(taps.layer.back(),
                                                                                     layout, bits(pass, k)));
    }
    return taps;
  }

  Taps forward_fast(const Batch& batch, const Pass& pass) {
    if (!fast_) fast_.emplace(config_, engine_.precision);
    const int lowest = lowest_that_learns();
    const auto starts = batch.starts.contiguous();
    Taps taps{prefix_taps(batch), batch.starts, pass.dropout};
    LayerOutput states;
    if (batch.prefix) states = fast_->enter(taps.layer.back());
    for (int k = static_cast<int>(taps.layer.size()); k <= pass.highest; ++k) {
      const torch::AutoGradMode record(torch::GradMode::is_enabled() && k >= lowest);
      if (k == 0) {
        taps.layer.push_back(embeddings_.forward(batch.ids, places_in_texts(starts), bits(pass, 0)));
        states = fast_->enter(taps.layer.back());
        continue;
      }
      const auto& layer = layers_[static_cast<std::size_t>(k - 1)];
      if (k == pass.highest && pass.first_rows) {
        // Also beside the whole layer: what a classifier reads must not depend on what others read.
        taps.first = layer.first_rows(states.past, starts, bits(pass, k));
        if (!pass.reads(k)) {
          taps.layer.emplace_back();
          break;
        }
      }
      states = fast_->layer(k, states, layer.parameters(), starts, bits(pass, k));
      taps.layer.push_back(pass.reads(k) ? states.past : torch::Tensor());
    }
    return taps;
  }

  /// What the taps begin with: the batch's prefix as its layer's output, and nothing below; empty without
  /// one.
  std::vector<torch::Tensor> prefix_taps(const Batch& batch) const {
    if (!batch.prefix) return {};
    std::vector<torch::Tensor> taps(static_cast<std::size_t>(batch.prefix->layer));
    taps.push_back(batch.prefix->rows.to(embeddings_.device(), embeddings_.type()));
    return taps;
  }

  void check_prefix(const Batch& batch, const Pass& pass) const {
    const auto& [layer, rows] = *batch.prefix;
    require(layer >= 0 && layer <= pass.highest,
            "a batch begins behind layer {}, but layers 0 to {} are asked for", layer, pass.highest);
    require(rows.dim() == 2 && rows.size(0) == batch.tokens() && rows.size(1) == hidden(),
            "the prefix of a batch of {} tokens does not hold {} numbers for each", batch.tokens(), hidden());
    require(layer < lowest_that_learns(),
            "a batch begins behind layer {}, but something up to there learns, and the prefix would not",
            layer);
    require(!pass.dropout || layer <= fixed_layers(),
            "a batch begins behind layer {}, but dropout is asked for up to there", layer);
    for (int k = 0; k < layer; ++k)
      require(!pass.reads(k), "a batch begins behind layer {}, but layer {} is read", layer, k);
  }

  std::optional<RandomStream> bits(const Pass& pass, int layer) const {
    if (!pass.dropout || layer < dropout_from_) return std::nullopt;
    return layer == 0 ? pass.dropout->named("embeddings")
                      : pass.dropout->named("layer").at(static_cast<std::uint64_t>(layer));
  }

  int lowest_that_learns() const {
    if (embeddings_.learns()) return 0;
    int k = 1;
    while (k <= layers() && !layers_[static_cast<std::size_t>(k - 1)].learns()) ++k;
    return k;
  }

  void check(const Batch& batch) const {
    const auto lengths = detail::text_lengths(batch.starts, batch.tokens());
    const auto room = config_.longest_text();
    for (std::size_t i = 0; i < lengths.size(); ++i)
      require(lengths[i] <= room, "text {} of the batch has {} tokens; the model has positions for {}", i,
              lengths[i], room);
    check_ids(batch.ids);
  }

  void check_ids(const torch::Tensor& ids) const {
    const auto [least, greatest] = ids.aminmax();
    const auto low = least.item<std::int64_t>(), high = greatest.item<std::int64_t>();
    require(low >= 0 && high < config_.vocabulary,
            "token id {} is outside the model's vocabulary 0 .. {}; does the tokenizer belong to this model?",
            low < 0 ? low : high, config_.vocabulary - 1);
  }

  /// Every parameter from its own name alone, whatever else the model has.
  void draw_weights(const RandomStream& stream) {
    const torch::NoGradGuard no_grad;
    for (auto& item : named_parameters()) {
      auto& value = item.value();
      if (item.key().ends_with(".bias")) {
        value.zero_();
      } else if (item.key().ends_with("LayerNorm.weight")) {
        value.fill_(1);
      } else {
        auto drawn = torch::empty(value.sizes());
        fill_normal(drawn, config_.initializer_range, stream.named(item.key()));
        value.copy_(drawn);
      }
    }
  }

  BertConfig config_;
  BertEmbeddings embeddings_;
  std::vector<BertLayer> layers_;
  int dropout_from_ = 0;
  EngineOptions engine_ = {};
  std::optional<FastEncoder> fast_;  ///< made when first used
};

}  // namespace mtl
