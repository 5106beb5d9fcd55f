// In: a backbone and the texts of a test fold. Out: one row of attention of each text. Batched; the attention
// of one batch at a time is in memory.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <mtl/attribution/explained_text.hpp>
#include <mtl/data/batch.hpp>
#include <mtl/data/batches.hpp>
#include <mtl/data/dataset.hpp>
#include <mtl/model/bert_stack.hpp>

namespace mtl {

/// Which row of which attention.
struct AttentionChoice {
  int layer = 1;           ///< from 1
  std::int64_t head = -1;  ///< from 0; -1: the mean over the heads
  std::int64_t row = 0;    ///< a token's place; 0 is [CLS]; -1: the mean over the rows of all tokens
};

/// One row a text, [tokens of the text], in the order of `which`. `tell` is called with the number of texts
/// done. Throws Error as BertStack::attention() does, and for a head or row that is not there.
inline std::vector<std::vector<double>> fold_attention(BertStack& backbone, const Dataset& dataset,
                                                       std::span<const std::size_t> which,
                                                       const AttentionChoice& choice, int batch_size,
                                                       const std::function<void(std::size_t)>& tell = {}) {
  const auto heads = backbone.config().heads;
  require(choice.head >= -1 && choice.head < heads, "head {} of the attention; the model has heads 0 to {}",
          choice.head, heads - 1);
  std::vector<std::vector<double>> rows;
  for (const auto& part : batches_in_order(which, batch_size)) {
    for (const auto& attention : backbone.attention(make_batch(dataset, part), choice.layer)) {
      require(choice.row < attention.size(1), "row {} of the attention; text '{}' has {} tokens", choice.row,
              dataset.examples[which[rows.size()]].id, attention.size(1));
      const auto row = choice.row < 0 ? attention.mean(1) : attention.select(1, choice.row);
      rows.push_back(detail::to_doubles(choice.head < 0 ? row.to(torch::kDouble).mean(0) : row[choice.head]));
    }
    if (tell) tell(rows.size());
  }
  return rows;
}

}  // namespace mtl
