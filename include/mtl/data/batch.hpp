// In: some examples of a data set. Out: one ragged batch: their tokens one after another, no padding stored.
#pragma once

#include <mtl/detail/torch.hpp>

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <mtl/data/dataset.hpp>
#include <mtl/detail/error.hpp>

namespace mtl {

// Shapes, here and in every header on tensors:
//   texts   number of texts in the batch          tokens  their tokens, one text after another, no padding
//   hidden  width of the backbone                 labels  number of classes of a head

/// Hidden states that were computed before, from which a backbone goes on.
struct Prefix {
  int layer = 0;       ///< the encoder layer whose output they are; 0: the embeddings
  torch::Tensor rows;  ///< [tokens, hidden], of the batch's tokens; any floating type
};

/// Gives the hidden states of documents, by their places in the whole data set: [their tokens, hidden].
using PrefixReader = std::function<Prefix(std::span<const std::size_t> documents)>;

/// Some texts as tensors.
struct Batch {
  torch::Tensor ids;     ///< [tokens] int64
  torch::Tensor starts;  ///< [texts + 1] int64, on the CPU: text i is rows starts[i] .. starts[i + 1]
  /// By head name: [texts] int64 for a head that labels texts, [tokens] int64 for one that labels tokens;
  /// ignored_label where there is no label.
  std::map<std::string, torch::Tensor, std::less<>> targets;
  /// Where a backbone may begin, instead of at `ids`.
  std::optional<Prefix> prefix = std::nullopt;

  std::int64_t texts() const { return starts.size(0) - 1; }
  std::int64_t tokens() const { return ids.size(0); }
};

namespace detail {

inline torch::Tensor to_tensor(const std::vector<std::int64_t>& values) {
  return torch::tensor(values, torch::kInt64);
}

}  // namespace detail

/// Joins the examples `which` of `dataset`, in that order, with what `prefix` has of them, where it is given.
/// Throws Error when there is none, when an example has no tokens or misses a target that the data set names.
inline Batch make_batch(const Dataset& dataset, std::span<const std::size_t> which,
                        const PrefixReader& prefix = {}) {
  require(!which.empty(), "a batch of no texts of data set '{}'", dataset.name);
  std::vector<std::int64_t> ids, starts{0};
  std::map<std::string, std::vector<std::int64_t>, std::less<>> targets;
  for (const std::size_t i : which) {
    const Example& example = dataset.examples.at(i);
    require(!example.ids.empty(), "text '{}' of data set '{}' has no tokens", example.id, dataset.name);
    ids.insert(ids.end(), example.ids.begin(), example.ids.end());
    starts.push_back(static_cast<std::int64_t>(ids.size()));
    for (const auto& [head, names] : dataset.labels) {
      const auto found = example.targets.find(head);
      require(found != example.targets.end(),
              "text '{}' has no target for head '{}', which data set '{}' names", example.id, head,
              dataset.name);
      auto& joined = targets[head];
      joined.insert(joined.end(), found->second.begin(), found->second.end());
    }
  }
  Batch batch{detail::to_tensor(ids), detail::to_tensor(starts), {}};
  for (const auto& [head, values] : targets) batch.targets.emplace(head, detail::to_tensor(values));
  if (!prefix) return batch;
  std::vector<std::size_t> documents;
  for (const std::size_t i : which) documents.push_back(dataset.document(i));
  batch.prefix = prefix(documents);
  return batch;
}

}  // namespace mtl
