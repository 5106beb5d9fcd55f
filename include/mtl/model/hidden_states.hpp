// In: a backbone and token ids. Out: the output of every layer for every token, padded into one tensor a
// layer.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <mtl/data/batch.hpp>
#include <mtl/detail/error.hpp>
#include <mtl/model/bert_stack.hpp>

namespace mtl {

/// Token ids of some texts, fed as they are: nothing is added or cut.
using TokenIds = std::vector<std::vector<std::int64_t>>;

namespace detail {

inline Batch batch_of_ids(std::span<const std::vector<std::int64_t>> texts) {
  std::vector<std::int64_t> ids, starts{0};
  for (const auto& text : texts) {
    ids.insert(ids.end(), text.begin(), text.end());
    starts.push_back(static_cast<std::int64_t>(ids.size()));
  }
  return {to_tensor(ids), to_tensor(starts), {}};
}

inline std::int64_t longest_of(const TokenIds& texts) {
  std::size_t longest = 0;
  for (const auto& text : texts) longest = std::max(longest, text.size());
  return static_cast<std::int64_t>(longest);
}

}  // namespace detail

/// Bytes of what hidden_states() returns; a number too large for any memory rather than one that overflowed.
inline double bytes_of_hidden_states(const BertConfig& config, const TokenIds& texts) {
  return static_cast<double>(texts.size()) * static_cast<double>(detail::longest_of(texts)) *
         static_cast<double>(config.hidden) * (config.layers + 1.0) * sizeof(float);
}

/// Element k: [texts, longest text, hidden] float32, the output of encoder layer k for each text (0: the
/// embeddings), zeros behind its end. Evaluated without dropout or gradients, `batch` texts at a time.
///
/// Throws Error when there is no text, `batch` is not positive, or as BertStack::forward() does.
inline std::vector<torch::Tensor> hidden_states(BertStack& backbone, const TokenIds& texts, int batch = 32) {
  require(!texts.empty(), "hidden states of no texts are asked for");
  require(batch > 0, "a batch of {} texts; it takes at least one", batch);
  const torch::NoGradGuard no_grad;
  const auto count = static_cast<std::int64_t>(texts.size()), longest = detail::longest_of(texts);
  std::vector<torch::Tensor> states;
  for (int k = 0; k <= backbone.layers(); ++k)
    states.push_back(torch::zeros({count, longest, backbone.hidden()}));
  const auto all = std::span(texts);
  for (std::size_t first = 0; first < texts.size(); first += static_cast<std::size_t>(batch)) {
    const auto some = all.subspan(first, std::min(static_cast<std::size_t>(batch), texts.size() - first));
    const auto taps = backbone.forward(detail::batch_of_ids(some), {.highest = backbone.layers()});
    for (std::size_t k = 0; k < states.size(); ++k) {
      std::int64_t row = 0;
      for (std::size_t i = 0; i < some.size(); ++i) {
        const auto length = static_cast<std::int64_t>(some[i].size());
        states[k][static_cast<std::int64_t>(first + i)]
            .narrow(0, 0, length)
            .copy_(taps.layer[k].narrow(0, row, length));
        row += length;
      }
    }
  }
  return states;
}

}  // namespace mtl
