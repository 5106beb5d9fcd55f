// In: an arm and a cell. Out: what an epoch of it will take, measured on a few steps with a few texts.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <chrono>
#include <span>
#include <vector>

#include <mtl/data/dataset.hpp>
#include <mtl/data/folds.hpp>
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

/// Numbers in place of hidden states: a step takes as long with them.
inline PrefixReader made_up_states(const Dataset& dataset, int layer, std::int64_t hidden) {
  return [&dataset, layer, hidden](std::span<const std::size_t> documents) {
    const auto rows = static_cast<std::int64_t>(tokens_of(dataset, documents));
    return Prefix{layer, torch::linspace(-1, 1, rows * hidden).view({rows, hidden})};
  };
}

/// `count` of the texts, from all over the data set, so that their lengths are its lengths.
inline std::vector<std::size_t> spread_texts(std::size_t texts, std::size_t count) {
  std::vector<std::size_t> which;
  count = std::min(count, texts);
  for (std::size_t i = 0; i < count; ++i) which.push_back(i * texts / count);
  return which;
}

}  // namespace detail

/// Trains `cell` for three steps of at most eight texts, of which the first is not counted. The model is left
/// changed. `options`: of the sweep; `hidden`: width of the backbone. Throws as fit() does.
inline PredictedCost measure_cost(const Arm& arm, const Cell& cell, const Dataset& dataset,
                                  const Folds& folds, const TrainOptions& options, std::int64_t hidden) {
  using Clock = std::chrono::steady_clock;
  const auto few = static_cast<std::size_t>(std::min(options.batch_size, 8));
  const auto which = detail::spread_texts(dataset.examples.size(), 3 * few);
  const auto judged = std::span(which).first(std::min(few, which.size()));
  const auto model = arm.make(cell);
  std::vector<Clock::time_point> steps;
  Clock::time_point end;
  TrainOptions short_training{.batch_size = static_cast<int>(few),
                              .max_epochs = 1,
                              .rates = options.rates,
                              .adam = options.adam,
                              .loss = arm.loss,
                              .on_step = [&](int, int, int, double) { steps.push_back(Clock::now()); },
                              .on_epoch = [&](const EpochRecord&) { end = Clock::now(); },
                              .should_stop = options.should_stop};
  short_training.rates.head.insert(short_training.rates.head.end(), arm.rates.begin(), arm.rates.end());
  if (const int layer = arm.prefix.layer_of(cell); layer > 0)
    short_training.prefix = detail::made_up_states(dataset, layer, hidden);
  reset_peak_memory();
  const auto at_rest = peak_memory();
  const auto history = fit(*model, subset(dataset, which), subset(dataset, judged), short_training);
  const auto seconds = [](Clock::time_point a, Clock::time_point b) {
    return std::chrono::duration<double>(b - a).count();
  };
  const auto counted = static_cast<double>(std::max<std::size_t>(steps.size() - 1, 1));
  const double token = seconds(steps.front(), steps.back()) / counted * static_cast<double>(steps.size()) /
                       static_cast<double>(history.tokens);
  const double judged_token = seconds(steps.back(), end) / detail::tokens_of(dataset, judged);
  const double share = static_cast<double>(options.batch_size) / static_cast<double>(few);
  return {cell.arm, cell.layer,
          token * detail::tokens_of(dataset, folds.train(cell.fold)) +
              judged_token * detail::tokens_of(dataset, folds.valid(cell.fold)),
          at_rest + static_cast<std::int64_t>(share * static_cast<double>(peak_memory() - at_rest))};
}

}  // namespace mtl
