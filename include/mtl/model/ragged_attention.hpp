// In: queries, keys and values of a ragged batch. Out: what every token gathers from the tokens of its own
// text. Source: Vaswani et al., "Attention is all you need" (2017), section 3.2.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include <mtl/detail/random.hpp>
#include <mtl/model/dropout.hpp>
#include <mtl/model/place_rows.hpp>
#include <mtl/model/ragged_layout.hpp>

namespace mtl {

namespace detail {

/// Attention of one group. qkv: [texts * longest, 3 * hidden]. Returns [texts * longest, hidden]; rows of
/// padding hold finite numbers without a meaning.
inline torch::Tensor group_attention(const torch::Tensor& qkv, std::int64_t heads, const TextGroup& group,
                                     double p, const std::optional<RandomStream>& site) {
  const std::int64_t hidden = qkv.size(1) / 3, width = hidden / heads;
  const auto parts = qkv.view({group.texts, group.longest, 3, heads, width}).permute({2, 0, 3, 1, 4});
  const auto query = parts[0], key = parts[1], value = parts[2];
  torch::Tensor gathered;
  if (site && p > 0) {
    auto scores = torch::matmul(query * (1 / std::sqrt(static_cast<double>(width))), key.transpose(2, 3));
    if (group.bias.defined()) scores = scores.add_(group.bias.to(scores.scalar_type()));
    gathered = torch::matmul(dropout_rows(scores.softmax(3), p, site, group.numbers), value);
  } else {
    const auto mask = group.real.defined() ? std::optional{group.real} : std::nullopt;
    gathered = at::scaled_dot_product_attention(query, key, value, mask);
  }
  return gathered.transpose(1, 2).reshape({group.texts * group.longest, hidden});
}

}  // namespace detail

/// Multi-head self-attention within each text.
///
/// qkv: [tokens, 3 * hidden], query, key and value side by side, each `heads` heads of hidden / heads
/// columns. Returns [tokens, hidden]. `p` is the dropout of the attention probabilities, drawn where `site`
/// is present: the bits of a probability depend on token, head and place of the key, not on the padding.
inline torch::Tensor ragged_attention(const torch::Tensor& qkv, std::int64_t heads,
                                      const RaggedLayout& layout, double p,
                                      const std::optional<RandomStream>& site) {
  if (!layout.place.defined() && layout.groups.size() == 1)
    return detail::group_attention(qkv, heads, layout.groups.front(), p, site);
  const auto padded = layout.place.defined() ? place_rows(qkv, layout.place, layout.back) : qkv;
  std::vector<torch::Tensor> parts;
  for (const auto& group : layout.groups)
    parts.push_back(detail::group_attention(padded.narrow(0, group.first, group.texts * group.longest), heads,
                                            group, p, site));
  const auto joined = torch::cat(parts);
  return layout.place.defined() ? place_rows(joined, layout.back, layout.place) : joined;
}

}  // namespace mtl
