// In: token ids of a ragged batch. Out: layer 0, the sum of their embeddings, normalised.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include <mtl/detail/error.hpp>
#include <mtl/detail/random.hpp>
#include <mtl/model/bert_config.hpp>
#include <mtl/model/bert_layer.hpp>
#include <mtl/model/dropout.hpp>
#include <mtl/model/ragged_layout.hpp>

namespace mtl {

/// Rows of the position embedding as RoBERTa counts them: within each text the tokens that are not `pad` read
/// pad + 1, pad + 2, ...; the others read row `pad`.
///
/// ids: [tokens] int64; place: [tokens] int64, the place of each token in its text. Returns [tokens] int64.
inline torch::Tensor positions_behind_padding(const torch::Tensor& ids, const torch::Tensor& place,
                                              std::int64_t pad) {
  const auto real = ids.ne(pad).to(torch::kInt64);
  const auto seen = real.cumsum(0);  // over the whole batch
  const auto first = torch::arange(ids.size(0), ids.options()) - place;
  const auto before_text = (seen - real).index_select(0, first);
  return (seen - before_text) * real + pad;
}

/// Word, position and type embeddings; every token is of type 0. Where they are narrower than the model, a
/// linear layer widens them. Parameters are named as in Hugging Face's models. The embedding of the padding
/// token gets no gradient.
class BertEmbeddings {
 public:
  BertEmbeddings(torch::nn::Module& owner, const BertConfig& config, torch::Device device)
      : word_{table(owner, "word", config.vocabulary, config, device)},
        position_{table(owner, "position", config.max_positions, config, device)},
        type_{config.type_vocabulary == 0
                  ? torch::Tensor()
                  : table(owner, "token_type", config.type_vocabulary, config, device)},
        norm_{owner, "embeddings.LayerNorm", config.embedding_width(), config.layer_norm_eps, device},
        positions_{config.positions},
        pad_id_{config.pad_id},
        hidden_dropout_{config.hidden_dropout} {
    if (config.embedding_width() != config.hidden)
      project_.emplace(owner, "embeddings_project", config.hidden, config.embedding_width(), device);
  }

  /// ids, places: [tokens] int64, a token's place counted in its text. Returns [tokens, hidden]. `site`: the
  /// dropout stream, absent for none.
  torch::Tensor forward(const torch::Tensor& ids, const torch::Tensor& places,
                        const std::optional<RandomStream>& site) const {
    return complete(words(ids), ids, places, site);
  }

  /// The rows of the word table alone: [tokens, width of the embeddings].
  torch::Tensor words(const torch::Tensor& ids) const { return at::embedding(word_, ids, pad_id_); }

  /// forward() from given word embeddings. ids, positions: [tokens] int64.
  torch::Tensor complete(const torch::Tensor& words, const torch::Tensor& ids, const torch::Tensor& positions,
                         const std::optional<RandomStream>& site) const {
    auto sum = type_.defined() ? words + type_[0] : words;
    sum = sum + (positions_ == Positions::FromZero
                     ? at::embedding(position_, positions)
                     : at::embedding(position_, positions_behind_padding(ids, positions, pad_id_), pad_id_));
    const auto normal = dropout(norm_(sum), hidden_dropout_, site);
    return project_ ? (*project_)(normal) : normal;
  }

  bool learns() const {
    return word_.requires_grad() || position_.requires_grad() || (type_.defined() && type_.requires_grad()) ||
           norm_.learns() || (project_ && project_->learns());
  }

  torch::Device device() const { return word_.device(); }
  torch::ScalarType type() const { return word_.scalar_type(); }

 private:
  static torch::Tensor table(torch::nn::Module& owner, const std::string& kind, std::int64_t rows,
                             const BertConfig& config, torch::Device device) {
    return add_parameter(owner, "embeddings." + kind + "_embeddings.weight", {rows, config.embedding_width()},
                         device);
  }

  torch::Tensor word_, position_, type_;
  RowNorm norm_;
  std::optional<Affine> project_;
  Positions positions_;
  std::int64_t pad_id_;
  double hidden_dropout_;
};

}  // namespace mtl
