#include "sweep_cost.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <set>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/version.h>

#include <mtl/data/dataset_digest.hpp>
#include <mtl/engine/processor.hpp>
#include <mtl/experiment/eta.hpp>
#include <mtl/experiment/measure_cost.hpp>
#include <mtl/train/fit.hpp>
#include <mtl/train/progress_printer.hpp>
#include <mtl/version.hpp>

namespace mtl::program {

namespace {

/// What was measured, with which programs, on which machine, in words.
std::string conditions(const Experiment& experiment) {
  const auto& [dataset, folds, about] = experiment.stored;
  const auto& [weights, engine, frozen] = experiment.computation;
  const auto kernel_set = engine.engine == Engine::Fast ? active_kernels() : "libtorch's";
  return fmt::format(
      "mtl {}, libtorch {}, processor {}; {} texts a step; {}, {} kernels; hidden states below l {}; "
      "{} cells at the same time, {} threads each; model {}; texts {}; folds {}",
      MTL_VERSION, TORCH_VERSION, Digest().add(processor_facts()).hex().substr(0, 8),
      experiment.settings.batch, describe(engine), kernel_set, frozen, experiment.settings.jobs,
      at::get_num_threads(), weights, inputs_digest(dataset, {}), folds_digest(folds));
}

/// Whether a cell is to read stored hidden states.
bool reads_stored(const Experiment& experiment, const Cell& cell) {
  return experiment.cache && experiment.arms().front().prefix.layer_of(cell) > 0;
}

/// A file of hidden states is mapped to be read, and so in the process's memory: the steps that were measured
/// had made-up numbers instead.
void add_stored_states(std::vector<PredictedCost>& costs, const Experiment& experiment) {
  if (!experiment.cache) return;
  const auto bytes = experiment.cache->bytes_of_layer(experiment.backbones.front()->in_use());
  for (auto& cost : costs)
    if (cost.peak_memory > 0 && reads_stored(experiment, {.arm = cost.arm, .layer = cost.layer}))
      cost.peak_memory += static_cast<std::int64_t>(bytes);
}

}  // namespace

const PredictedCost& MeasuredSteps::of(std::size_t jobs, const std::string& arm, int layer) {
  const auto [place, first] = known_.try_emplace({jobs, at::get_num_threads(), arm, layer});
  if (!first) return place->second;
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  const auto& [settings, stored] = std::tie(experiment_.settings, experiment_.stored);
  try {
    place->second =
        measure_cost(std::span(experiment_.jobs).first(jobs), {arm, layer, 0, settings.seeds.front()},
                     stored.dataset, stored.folds, train_options(settings), experiment_.config.hidden);
  } catch (...) {
    known_.erase(place);
    throw;
  }
  longest_ = std::max(longest_, std::chrono::duration<double>(Clock::now() - begin).count());
  return place->second;
}

std::vector<PredictedCost> predict_costs(const Experiment& experiment, MeasuredSteps& measured,
                                         const std::function<void(const std::string&)>& say) {
  std::set<int> layers;
  for (const Cell& cell : experiment.plan.cells) layers.insert(cell.layer);
  const std::vector<int> rising(layers.begin(), layers.end());
  std::set<int> ends{rising.front(), rising.back(),
                     rising[rising.size() - std::min<std::size_t>(2, rising.size())]};
  const auto most = measured.longest() * static_cast<double>(experiment.arms().size() * ends.size());
  say(fmt::format("measures a few steps of each arm at layer {}, to predict what the sweep takes{}",
                  fmt::join(ends, ", "), most > 0 ? ": about " + spell_duration(most) : ""));
  std::vector<PredictedCost> costs;
  try {
    for (const auto& arm : experiment.arms()) {
      std::vector<PredictedCost> at_ends;
      for (const int layer : ends) at_ends.push_back(measured.of(experiment.jobs.size(), arm.name, layer));
      std::ranges::copy(interpolate_costs(at_ends, rising), std::back_inserter(costs));
    }
  } catch (const TrainingFailed&) {
    return {};  // the cells will say so
  }
  add_stored_states(costs, experiment);
  const auto made_for = conditions(experiment);
  for (auto& cost : costs) cost.made_for = made_for;
  return costs;
}

void print_costs(const std::vector<PredictedCost>& costs, const std::vector<Cell>& waiting,
                 const Experiment& experiment) {
  struct Row {
    std::size_t cells = 0;
    double epoch_seconds = 0;
    std::int64_t peak_memory = 0;
  };
  std::map<int, Row> rows;
  for (const Cell& cell : waiting)
    if (const auto* cost = find_cost(costs, cell)) {
      Row& row = rows[cell.layer];
      ++row.cells;
      row.epoch_seconds += cost->epoch_seconds;
      row.peak_memory = std::max(row.peak_memory, cost->peak_memory);
    }
  if (rows.empty()) return;
  const int epochs = experiment.settings.epochs;
  const int assumed = epochs > 0 ? epochs : Eta::assumed_epochs;
  const auto jobs = static_cast<double>(experiment.jobs.size());
  fmt::print(stderr, "predicted from a few steps, at {} epochs a cell:\n{:>5} {:>6} {:>16} {:>14} {:>12}\n",
             assumed, "layer", "cells", "seconds an epoch", "all cells", "memory");
  double all = 0;
  for (const auto& [layer, row] : rows) {
    fmt::print(stderr, "{:>5} {:>6} {:>16.2f} {:>14} {:>8} MiB\n", layer, row.cells,
               row.epoch_seconds / static_cast<double>(row.cells),
               spell_duration(row.epoch_seconds * assumed / jobs), row.peak_memory >> 20);
    all += row.epoch_seconds * assumed / jobs;
  }
  fmt::print(stderr, "{:>5} {:>6} {:>16} {:>14}\n", "all", waiting.size(), "", spell_duration(all));
  const bool stores =
      std::ranges::any_of(waiting, [&](const Cell& cell) { return reads_stored(experiment, cell); });
  fmt::print(stderr, "not counted, here and in the ETA: {}the test of each cell\n",
             stores ? "the hidden states, computed once a layer; " : "");
}

}  // namespace mtl::program
