// In: a model, texts to learn from and texts to judge by. Out: the model at its best epoch, and its History.
#pragma once

#include <mtl/detail/torch.hpp>

#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include <mtl/data/batches.hpp>
#include <mtl/eval/evaluate.hpp>
#include <mtl/train/early_stopping.hpp>
#include <mtl/train/train_options.hpp>
#include <mtl/train/weights.hpp>

namespace mtl {

/// Training went wrong although its input was right, e.g. the loss became infinite.
class TrainingFailed : public WorkFailed {
 public:
  using WorkFailed::WorkFailed;
};

/// The best epoch by one watched quantity.
struct BestEpoch {
  std::string quantity;
  int epoch = 0;  ///< counted from 1
  double value = 0;
  TrainedWeights weights;
};

/// What happened in a training.
struct History {
  std::vector<EpochRecord> epochs;
  std::vector<BestEpoch> best;  ///< in the order of TrainOptions::watch
  std::int64_t tokens = 0;      ///< trained on, over all epochs
};

namespace detail {

/// One epoch of steps; returns the mean loss of its batches.
inline double train_epoch(TrainableModel& model, const Dataset& train, const TrainOptions& options,
                          Adam& adam, const RandomStream& seed, int epoch, History& history) {
  std::vector<std::size_t> order(train.examples.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto number = static_cast<std::uint64_t>(epoch);
  const auto batches = epoch_batches(order, options.batch_size, seed.named("order").at(number));
  double total = 0;
  for (std::size_t step = 0; step < batches.size(); ++step) {
    const Batch batch = make_batch(train, batches[step], options.prefix);
    std::vector<NamedLoss> losses;
    for (const auto& output : model.outputs(batch, seed.named("dropout").at(number).at(step)))
      losses.push_back({output.head, output.loss});
    const auto loss = options.loss(losses);
    const double value = loss.item<double>();
    if (!std::isfinite(value))
      throw TrainingFailed(fmt::format(
          "the loss is {} at step {} of epoch {}; likely cause: a learning rate that is too large", value,
          step + 1, epoch));
    adam.zero_grad();
    if (loss.requires_grad()) loss.backward();
    adam.step();
    total += value;
    history.tokens += batch.tokens();
    if (options.on_step)
      options.on_step(epoch, static_cast<int>(step) + 1, static_cast<int>(batches.size()), value);
    stop_if(options.should_stop);
  }
  return total / static_cast<double>(batches.size());
}

/// Shows the epoch to every watch; false when the last one is exhausted.
inline bool observe_all(TrainableModel& model, const EpochRecord& record, std::vector<EarlyStopping>& watches,
                        std::vector<BestEpoch>& best) {
  bool go_on = false;
  for (std::size_t w = 0; w < watches.size(); ++w) {
    const auto value = record.valid.find(watches[w].quantity());
    require(value != record.valid.end(), "early stopping cannot watch '{}': the model has no such head",
            watches[w].quantity());
    if (!watches[w].exhausted() && watches[w].observe(value->second))
      best[w] = {watches[w].quantity(), record.epoch, value->second, copy_trained(model)};
    go_on = go_on || !watches[w].exhausted();
  }
  return go_on;
}

}  // namespace detail

/// Trains what is not frozen until every watched quantity is exhausted, and leaves the model with the weights
/// of the best epoch of the first one.
///
/// The same seed gives the same result, bit for bit, at a given number of threads: batch order and dropout
/// come from it alone. Throws Error for an empty data set or an unknown quantity, TrainingFailed when the
/// loss is not finite, Stopped when options.should_stop says so. Source: paper, section 3.4.
inline History fit(TrainableModel& model, const Dataset& train, const Dataset& valid,
                   const TrainOptions& options) {
  require(!train.examples.empty(), "data set '{}' has no text to train on", train.name);
  require(!valid.examples.empty(), "data set '{}' has no text to validate on: early stopping needs some",
          valid.name);
  require(options.batch_size > 0, "a batch of {} texts", options.batch_size);
  const RandomStream seed{options.seed};
  Adam adam(parameter_groups(model, options.rates), options.adam);
  auto watches = watches_of(options.watch, options.patience);
  History history;
  history.best.resize(watches.size());
  bool go_on = true;
  for (int epoch = 1; go_on && (options.max_epochs == 0 || epoch <= options.max_epochs); ++epoch) {
    const auto begin = std::chrono::steady_clock::now();
    EpochRecord record{.epoch = epoch};
    record.train_loss = detail::train_epoch(model, train, options, adam, seed, epoch, history);
    record.valid = quantities(evaluate(model, valid, options.batch_size, options.should_stop, options.prefix),
                              options.loss);
    record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    go_on = detail::observe_all(model, record, watches, history.best);
    history.epochs.push_back(record);
    if (options.on_epoch) options.on_epoch(record);
  }
  for (const auto& best : history.best)
    if (best.epoch == 0)
      throw TrainingFailed(
          "no epoch had a finite validation loss; likely cause: a learning rate that is too large");
  restore(model, history.best.front().weights);
  return history;
}

}  // namespace mtl
