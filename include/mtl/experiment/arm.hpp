// One side of the comparison: how a cell's model is made, and what its losses weigh.
#pragma once

#include <mtl/detail/torch.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <mtl/data/batch.hpp>
#include <mtl/experiment/cell.hpp>
#include <mtl/loss/combiner.hpp>
#include <mtl/model/trainable_model.hpp>
#include <mtl/train/parameter_groups.hpp>

namespace mtl {

/// What an arm's models need not compute: hidden states that are the same for all of them.
struct ArmPrefix {
  /// The layer behind which a cell's passes begin; 0: they begin at the tokens. Absent: 0 for all.
  std::function<int(const Cell&)> layer = {};
  /// Its hidden states; called with the cell's model made, as it is before training. Empty where they cannot
  /// be had, so that the cell is trained without.
  std::function<PrefixReader(const Cell&)> states = {};
  std::string signature = {};  ///< changes with what else determines them, beside the weights and the tokens

  int layer_of(const Cell& cell) const { return layer ? layer(cell) : 0; }
};

/// A named set of heads with λ.
///
/// make() gives a model that starts from the pretrained weights, frozen where it is to be frozen; two arms
/// that are given cells of the same fold and seed start from the same main head. `signature` is text that
/// changes whenever the outcome of this arm's cells could change for reasons that lie in the arm alone: its
/// heads, λ, and the labels that its own targets hold.
struct Arm {
  std::string name;
  std::string signature;
  AnyLossCombiner loss;
  std::vector<HeadRate> rates;  ///< learning rates of heads that only this arm has
  std::function<std::unique_ptr<TrainableModel>(const Cell&)> make;
  ArmPrefix prefix = {};
};

}  // namespace mtl
