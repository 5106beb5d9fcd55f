// Everything that a training is told, beside its model and its data.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <mtl/data/batch.hpp>
#include <mtl/eval/stopped.hpp>
#include <mtl/loss/combiner.hpp>
#include <mtl/loss/weighted_sum.hpp>
#include <mtl/train/adam.hpp>
#include <mtl/train/epoch_record.hpp>
#include <mtl/train/parameter_groups.hpp>

namespace mtl {

/// Defaults are the paper's (section 3.4), but for the number of epochs, which it does not bound.
struct TrainOptions {
  int batch_size = 32;
  int max_epochs = 0;  ///< 0: no limit but early stopping
  int patience = 10;   ///< epochs without improvement
  /// Each keeps the weights of its best epoch; training ends when the last is exhausted. The first one
  /// chooses the weights that the model is left with.
  std::vector<std::string> watch = {"loss"};
  LearningRates rates = {};
  AdamOptions adam = {};
  AnyLossCombiner loss = weighted_sum(lambda<"main">(1.0));
  std::uint64_t seed = 1;  ///< of batch order and dropout
  /// Called after every step with the epoch (from 1), the step in it (from 1), the steps of an epoch, and the
  /// loss.
  std::function<void(int, int, int, double)> on_step = {};
  std::function<void(const EpochRecord&)> on_epoch = {};
  /// Hidden states of the documents at a frozen layer, to go on from; absent: every pass begins at the
  /// tokens.
  PrefixReader prefix = {};
  StopRequest should_stop = {};  ///< true makes fit() throw Stopped after the batch under way
};

}  // namespace mtl
