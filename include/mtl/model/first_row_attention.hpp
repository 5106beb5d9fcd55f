// In: the input of an encoder layer. Out: what the first row of every text, [CLS], gathers by attention; of
// no other row anything is computed, and no key and no value is made.
//
// For one head with query q, scores are q . (W_k h + b_k) = (W_k^T q) . h + q . b_k, and what is gathered is
// the sum of p (W_v h + b_v) = W_v (sum of p h) + b_v (sum of p): two products of one row with the text's
// rows take the place of 4 hidden^2 multiplications a token. Dropout makes the sum of p differ from 1.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include <mtl/engine/layer_parameters.hpp>
#include <mtl/model/dropout.hpp>
#include <mtl/model/ragged_layout.hpp>

namespace mtl {

namespace detail {

/// Rows of the dropout mask of the first query of a text: one a head, as RaggedLayout numbers them.
inline torch::Tensor first_query_rows(std::int64_t first, std::int64_t heads) {
  return torch::arange(first * heads, (first + 1) * heads, torch::kInt64);
}

/// What the queries of one text weigh and how much: the sum of p h, [heads, hidden], and of p, [heads, 1].
struct WeighedRows {
  torch::Tensor rows, weight;
};

/// x: [tokens, hidden] of one text. keyed: W_k^T q / sqrt(size), [heads, hidden]; bias: q . b_k / sqrt(size),
/// [heads, 1].
inline WeighedRows weigh_rows(const torch::Tensor& x, const torch::Tensor& keyed, const torch::Tensor& bias,
                              double p, const std::optional<RandomStream>& site,
                              const torch::Tensor& mask_rows) {
  const auto probability = torch::softmax(at::addmm(bias, keyed, x.t()), 1);
  const auto kept = dropout_rows(probability, p, site, mask_rows);
  return {at::mm(kept, x), kept.sum(1, /*keepdim=*/true)};
}

}  // namespace detail

/// x: [tokens, hidden] float32; starts: [texts + 1] int64 on the CPU. Returns [texts, hidden]: the rows
/// starts[i] of ragged_attention(), with the same dropout bits. The keys' bias, which softmax does not feel,
/// has its gradient of rounding, as there. Source: the algebra above; Devlin et al. (2019) for the layer.
inline torch::Tensor first_row_attention(const torch::Tensor& x, const torch::Tensor& starts,
                                         const LayerParameters& parameters, std::int64_t heads, double p,
                                         const std::optional<RandomStream>& site) {
  // texts, hidden = heads * size
  const auto hidden = x.size(1), size = hidden / heads;
  const auto lengths = detail::text_lengths(starts, x.size(0));
  const auto texts = static_cast<std::int64_t>(lengths.size());
  const auto of_heads = [&](const torch::Tensor& weight) { return weight.view({heads, size, hidden}); };
  const auto first = x.index_select(0, starts.slice(0, 0, -1));
  const auto query = at::linear(first, parameters[query_weight], parameters[query_bias])
                         .mul(1 / std::sqrt(static_cast<double>(size)))
                         .view({texts, heads, size})
                         .transpose(0, 1);  // [heads, texts, size]
  const auto keyed = at::bmm(query, of_heads(parameters[key_weight])).transpose(0, 1).unbind();
  const auto bias = at::bmm(query, parameters[key_bias].view({heads, size, 1})).transpose(0, 1).unbind();
  const auto rows = x.split_with_sizes(lengths);
  std::vector<torch::Tensor> gathered, weight;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const auto start = starts[static_cast<std::int64_t>(i)].item<std::int64_t>();
    auto one =
        detail::weigh_rows(rows[i], keyed[i], bias[i], p, site, detail::first_query_rows(start, heads));
    gathered.push_back(std::move(one.rows));
    weight.push_back(std::move(one.weight));
  }
  const auto value = at::bmm(torch::stack(gathered, 1), of_heads(parameters[value_weight]).transpose(1, 2));
  const auto shift = torch::stack(weight, 1) * parameters[value_bias].view({heads, 1, size});
  return (value + shift).transpose(0, 1).reshape({texts, hidden});
}

}  // namespace mtl
