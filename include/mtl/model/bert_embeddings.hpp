// In: token ids of a ragged batch. Out: layer 0, the sum of their embeddings, normalised.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstdint>
#include <optional>

#include <mtl/detail/error.hpp>
#include <mtl/detail/random.hpp>
#include <mtl/model/bert_config.hpp>
#include <mtl/model/bert_layer.hpp>
#include <mtl/model/dropout.hpp>
#include <mtl/model/ragged_layout.hpp>

namespace mtl {

/// Word, position and type embeddings; every token is of type 0. Parameters are named as in Hugging Face's
/// BERT.
class BertEmbeddings {
 public:
  BertEmbeddings(torch::nn::Module& owner, const BertConfig& config, torch::Device device)
      : word_{table(owner, "word", config.vocabulary, config, device)},
        position_{table(owner, "position", config.max_positions, config, device)},
        type_{table(owner, "token_type", config.type_vocabulary, config, device)},
        norm_{owner, "embeddings.LayerNorm", config, device},
        position_offset_{config.position_offset},
        hidden_dropout_{config.hidden_dropout} {}

  /// ids: [tokens] int64. Returns [tokens, hidden]. `site`: the dropout stream, absent for none.
  torch::Tensor forward(const torch::Tensor& ids, const RaggedLayout& layout,
                        const std::optional<RandomStream>& site) const {
    const auto positions = position_offset_ == 0 ? layout.positions : layout.positions + position_offset_;
    const auto sum = at::embedding(word_, ids) + type_[0] + at::embedding(position_, positions);
    return dropout(norm_(sum), hidden_dropout_, site);
  }

  bool learns() const {
    return word_.requires_grad() || position_.requires_grad() || type_.requires_grad() ||
           norm_.weight.requires_grad() || norm_.bias.requires_grad();
  }

  torch::Device device() const { return word_.device(); }

 private:
  static torch::Tensor table(torch::nn::Module& owner, const std::string& kind, std::int64_t rows,
                             const BertConfig& config, torch::Device device) {
    return add_parameter(owner, "embeddings." + kind + "_embeddings.weight", {rows, config.hidden}, device);
  }

  torch::Tensor word_, position_, type_;
  RowNorm norm_;
  std::int64_t position_offset_;
  double hidden_dropout_;
};

}  // namespace mtl
