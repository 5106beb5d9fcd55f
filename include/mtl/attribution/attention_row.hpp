// In: a classifier and a text. Out: how one row of its attention divides among the tokens: the paper's
// picture is the row of [CLS] in the last layer, averaged over the heads.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

#include <mtl/attribution/explained_text.hpp>

namespace mtl {

/// Row `row` of the attention of every layer and head: [layers, heads, tokens], each sums to 1 over tokens.
/// row: a token's place; 0 is [CLS]; -1: the mean over the rows of all tokens. Without gradients.
inline torch::Tensor attention_rows(const ExplainedText& text, std::int64_t row = 0) {
  require(row >= -1 && row < text.tokens(), "row {} of the attention of a text of {} tokens", row,
          text.tokens());
  const torch::NoGradGuard no_grad;
  const auto trace =
      text.backbone.trace(text.ids, text.backbone.word_embeddings(text.ids), text.backbone.layers());
  std::vector<torch::Tensor> rows;
  for (const auto& attention : trace.attention)
    rows.push_back(row < 0 ? attention.mean(1) : attention.select(1, row));
  return torch::stack(rows);
}

/// One row of one layer, of one head or averaged over the heads.
struct AttentionRow {
  static constexpr std::string_view name = "attention";
  static constexpr bool is_signed = false;

  int layer = -1;          ///< 1 .. layers; -1: the last one
  std::int64_t head = -1;  ///< from 0; -1: the mean over the heads
  std::int64_t row = 0;    ///< a token's place; 0 is [CLS]; -1: the mean over all rows

  std::vector<double> operator()(const ExplainedText& text) const {
    const auto rows = attention_rows(text, row);
    const auto at = layer < 0 ? rows.size(0) : std::int64_t{layer};
    require(at >= 1 && at <= rows.size(0), "the attention of layer {}; the model has layers 1 to {}", layer,
            rows.size(0));
    require(head >= -1 && head < rows.size(1), "head {} of the attention; the model has heads 0 to {}", head,
            rows.size(1) - 1);
    const auto heads = rows[at - 1];
    return detail::to_doubles(head < 0 ? heads.to(torch::kDouble).mean(0) : heads[head]);
  }
};

static_assert(AttributionMethod<AttentionRow>);

}  // namespace mtl
