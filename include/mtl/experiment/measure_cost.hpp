// In: arms and a cell. Out: what an epoch of it will take, measured on a few steps with a few texts, beside
// as many others as there will be.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <span>
#include <vector>

#include <ATen/Parallel.h>

#include <mtl/data/dataset.hpp>
#include <mtl/data/folds.hpp>
#include <mtl/detail/parallel_for.hpp>
#include <mtl/experiment/arm.hpp>
#include <mtl/experiment/peak_memory.hpp>
#include <mtl/experiment/predicted_cost.hpp>
#include <mtl/train/fit.hpp>

namespace mtl {

namespace detail {

inline double tokens_of(const Dataset& dataset, std::span<const std::size_t> which) {
  std::size_t tokens = 0;
  for (const auto i : which) tokens += dataset.examples.at(i).ids.size();
  return static_cast<double>(tokens);
}

inline double tokens_of(const Dataset& dataset) {
  double tokens = 0;
  for (const auto& example : dataset.examples) tokens += static_cast<double>(example.ids.size());
  return tokens;
}

/// Numbers in place of hidden states: a step takes as long with them.
inline PrefixReader made_up_states(const Dataset& dataset, int layer, std::int64_t hidden) {
  return [&dataset, layer, hidden](std::span<const std::size_t> documents) {
    const auto rows = static_cast<std::int64_t>(tokens_of(dataset, documents));
    return Prefix{layer, torch::linspace(-1, 1, rows * hidden).view({rows, hidden})};
  };
}

/// `count` texts, from all over the data set, so that their lengths are its lengths; of fewer, some more than
/// once, so that the steps to be measured are there and whole.
inline std::vector<std::size_t> spread_texts(std::size_t texts, std::size_t count) {
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < count && texts > 0; ++i) which.push_back(i * texts / count);
  return which;
}

/// Seconds of a token, measured.
struct TokenSeconds {
  double trained = 0, judged = 0;
};

/// Trains for an epoch of `train`, of two steps or more, of which the first is not counted.
inline TokenSeconds time_epoch(TrainableModel& model, const Dataset& train, const Dataset& valid,
                               TrainOptions options) {
  using Clock = std::chrono::steady_clock;
  std::vector<Clock::time_point> steps;
  Clock::time_point end;
  options.on_step = [&](int, int, int, double) { steps.push_back(Clock::now()); };
  options.on_epoch = [&](const EpochRecord&) { end = Clock::now(); };
  const auto history = fit(model, train, valid, options);
  const auto seconds = [](Clock::time_point a, Clock::time_point b) {
    return std::chrono::duration<double>(b - a).count();
  };
  const auto counted = static_cast<double>(std::max<std::size_t>(steps.size() - 1, 1));
  const double of_epoch = seconds(steps.front(), steps.back()) / counted * static_cast<double>(steps.size());
  return {of_epoch / static_cast<double>(history.tokens), seconds(steps.back(), end) / tokens_of(valid)};
}

/// Texts of a step: a few thousand tokens, with which a step costs per token what a whole one does.
inline std::size_t texts_of_step(const Dataset& dataset, int batch_size) {
  const auto texts = static_cast<double>(dataset.examples.size());
  const double enough = std::ceil(4096 * texts / std::max(tokens_of(dataset), 1.0));
  return static_cast<std::size_t>(std::min<double>(batch_size, std::max(8.0, enough)));
}

/// Seconds of an epoch in which so many tokens are trained and judged, in the mean of the jobs.
inline double epoch_seconds(std::span<const TokenSeconds> jobs, double trained, double judged) {
  double seconds = 0;
  for (const auto& token : jobs) seconds += token.trained * trained + token.judged * judged;
  return seconds / static_cast<double>(jobs.size());
}

/// The peak of steps of `whole` texts, from that of steps of `few`: what a step takes goes with its texts.
inline std::int64_t peak_of_whole_steps(std::int64_t at_rest, std::int64_t peak, std::size_t few, int whole) {
  const double share = static_cast<double>(whole) / static_cast<double>(few);
  return at_rest + static_cast<std::int64_t>(share * static_cast<double>(peak - at_rest));
}

/// How a cell is trained for a measurement.
inline TrainOptions short_training(const TrainOptions& options, const Arm& arm, int batch_size) {
  TrainOptions training{.batch_size = batch_size,
                        .max_epochs = 1,
                        .rates = options.rates,
                        .adam = options.adam,
                        .loss = arm.loss,
                        .should_stop = options.should_stop};
  training.rates.head.insert(training.rates.head.end(), arm.rates.begin(), arm.rates.end());
  return training;
}

}  // namespace detail

/// Trains `cell` for three steps of a few texts, of which the first is not counted, in every job at
/// the same time, and gives the mean of the jobs. Jobs are as Sweep::run() has them; each model is left
/// changed. `options`: of the sweep; `hidden`: width of the backbone. Throws as fit() does.
inline PredictedCost measure_cost(std::span<const std::vector<Arm>> jobs, const Cell& cell,
                                  const Dataset& dataset, const Folds& folds, const TrainOptions& options,
                                  std::int64_t hidden) {
  const auto few = detail::texts_of_step(dataset, options.batch_size);
  const auto which = detail::spread_texts(dataset.examples.size(), 3 * few);
  const auto train = subset(dataset, which);
  const auto valid = subset(dataset, std::span(which).first(std::min(few, which.size())));
  std::vector<const Arm*> arms;
  std::vector<std::unique_ptr<TrainableModel>> models;
  for (const auto& job : jobs) {
    arms.push_back(&*std::ranges::find(job, cell.arm, &Arm::name));
    models.push_back(arms.back()->make(cell));
  }
  std::vector<detail::TokenSeconds> measured(jobs.size());
  reset_peak_memory();
  const auto at_rest = peak_memory();
  detail::parallel_for(jobs.size(), static_cast<int>(jobs.size()), [&] {
    at::init_num_threads();
    return [&](std::size_t job) {
      auto training = detail::short_training(options, *arms[job], static_cast<int>(few));
      if (const int layer = arms[job]->prefix.layer_of(cell); layer > 0)
        training.prefix = detail::made_up_states(dataset, layer, hidden);
      measured[job] = detail::time_epoch(*models[job], train, valid, training);
    };
  });
  return {cell.arm, cell.layer,
          detail::epoch_seconds(measured, detail::tokens_of(dataset, folds.train(cell.fold)),
                                detail::tokens_of(dataset, folds.valid(cell.fold))),
          detail::peak_of_whole_steps(at_rest, peak_memory(), few, options.batch_size)};
}

}  // namespace mtl
