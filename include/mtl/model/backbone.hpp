// What an encoder reads (Batch, Pass), what it gives back (Taps), and what it must offer (Backbone).
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <optional>
#include <vector>

#include <mtl/data/batch.hpp>
#include <mtl/detail/random.hpp>

namespace mtl {

/// How one forward pass is run, beside the batch it reads.
struct Pass {
  int highest = 0;  ///< no layer above this one is computed
  /// The dropout bits of this step, addressed by layer and site; absent in evaluation. Both arms of a cell
  /// are given the same stream.
  std::optional<RandomStream> dropout = std::nullopt;
  /// The layers whose output will be read row by row; empty for all, or for none where `first_rows` is set.
  /// Of the others a backbone may leave no output.
  std::vector<int> read = {};
  /// The first row of every text will be read in layer `highest`, by Taps::first_rows(). Where `read` does
  /// not name that layer, a backbone may compute no other row of it.
  bool first_rows = false;

  bool reads(int layer) const {
    return read.empty() ? !first_rows : std::ranges::find(read, layer) != read.end();
  }
};

/// Outputs of the encoder for one ragged batch.
struct Taps {
  std::vector<torch::Tensor> layer;  ///< layer[k]: [tokens, hidden], output of encoder layer k; layer[0] is
                                     ///< the embedding. None above Pass::highest; undefined where the
                                     ///< pass does not read it.
  torch::Tensor starts;  ///< [texts + 1] int64, on the CPU: text i is rows starts[i] .. starts[i + 1]; its
                         ///< first row is [CLS].
  std::optional<RandomStream> dropout = std::nullopt;  ///< as in the pass, for the dropout of heads
  torch::Tensor first = {};  ///< [texts, hidden]: the first rows of the highest layer, where they were asked
                             ///< for and made by themselves

  /// The first row, [CLS], of every text in the output of layer k: [texts, hidden].
  torch::Tensor first_rows(int k) const {
    if (first.defined() && k + 1 == static_cast<int>(layer.size())) return first;
    const auto& rows = layer.at(static_cast<std::size_t>(k));
    return rows.index_select(0, starts.slice(0, 0, -1).to(rows.device()));
  }
};

template <class M>
concept Module = std::derived_from<M, torch::nn::Module>;

/// An encoder that can be tapped at every layer.
///
/// Beyond the syntax: forward() fills layer[0 .. pass.highest], at least those that the pass reads, in
/// float32 or better, makes Taps::first_rows(pass.highest) where the pass asks for it, and computes nothing
/// above; without pass.dropout it is a pure function of weights and batch; parameters are named
/// "encoder.layer.<k - 1>.*" for layer k, as in Hugging Face's BERT, so that layers can be frozen by number.
template <class B>
concept Backbone = Module<B> && requires(B& backbone, const B& fixed, const Batch& batch, const Pass& pass) {
  typename B::Config;
  { backbone.forward(batch, pass) } -> std::same_as<Taps>;
  { fixed.config() } -> std::same_as<const typename B::Config&>;
  { fixed.layers() } -> std::same_as<int>;
  { fixed.hidden() } -> std::same_as<std::int64_t>;
};

}  // namespace mtl
