// In: queries and keys of a ragged batch. Out: what share of its attention each token gives to each other
// one. For evaluation and pictures; training attends without keeping these (ragged_attention).
#pragma once

#include <mtl/detail/torch.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/model/ragged_layout.hpp>

namespace mtl {

/// The attention probabilities of every text: [heads, tokens of the text, tokens of the text], where row i
/// says how token i divides its attention; a row sums to 1.
///
/// qkv: [tokens, 3 * hidden] as in ragged_attention(). starts: [texts + 1] int64 on the CPU. Throws Error
/// when starts do not cut the rows into texts. Source: Vaswani et al., "Attention is all you need" (2017),
/// equation 1.
inline std::vector<torch::Tensor> attention_probabilities(const torch::Tensor& qkv, std::int64_t heads,
                                                          const torch::Tensor& starts) {
  const std::int64_t width = qkv.size(1) / 3 / heads;
  std::vector<torch::Tensor> texts;
  std::int64_t first = 0;
  for (const auto length : detail::text_lengths(starts, qkv.size(0))) {
    const auto parts = qkv.narrow(0, first, length).view({length, 3, heads, width}).permute({1, 2, 0, 3});
    const auto scores = torch::matmul(parts[0], parts[1].transpose(1, 2));
    texts.push_back((scores / std::sqrt(static_cast<double>(width))).softmax(2));
    first += length;
  }
  return texts;
}

}  // namespace mtl
