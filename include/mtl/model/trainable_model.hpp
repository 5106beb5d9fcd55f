// What the training loop, the sweep and the evaluation see of a model: no template, heads by name.
#pragma once

#include <mtl/detail/torch.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/data/batch.hpp>
#include <mtl/detail/random.hpp>
#include <mtl/heads/head.hpp>

namespace mtl {

/// A head of a model, as the loop sees it.
struct HeadInfo {
  std::string name;  ///< key of its target, λ, parameters and scores
  int layer = 0;     ///< the tapped layer
};

/// What one head says of a batch.
struct HeadOutput {
  std::string_view head;
  torch::Tensor logits;  ///< [texts, labels] or [tokens, labels] float32
  Loss loss;             ///< undefined sum where the batch has no target of this name
};

/// A backbone with its heads behind one interface. MultiTaskEncoder is the model of it.
class TrainableModel {
 public:
  virtual ~TrainableModel() = default;

  /// In the order of the type list.
  virtual std::vector<HeadInfo> heads() const = 0;

  /// Layers of the backbone.
  virtual int layers() const = 0;

  /// One forward pass: logits of every head, and its loss where the batch carries its target. `dropout` is
  /// the stream of this training step; without it the pass is an evaluation.
  virtual std::vector<HeadOutput> outputs(const Batch& batch,
                                          const std::optional<RandomStream>& dropout = std::nullopt) = 0;

  /// Parameters are named "backbone.<Hugging Face name>" and "heads.<head>.<name>".
  virtual torch::nn::Module& module() = 0;
};

}  // namespace mtl
