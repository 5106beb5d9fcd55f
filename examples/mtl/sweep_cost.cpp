#include "sweep_cost.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <set>
#include <span>

#include <fmt/format.h>

#include <mtl/experiment/available_memory.hpp>
#include <mtl/experiment/cell_store.hpp>
#include <mtl/experiment/eta.hpp>
#include <mtl/experiment/fastest_jobs.hpp>
#include <mtl/experiment/measure_cost.hpp>
#include <mtl/train/progress_printer.hpp>

namespace mtl::program {

namespace {

PredictedCost measure(const Experiment& experiment, std::size_t jobs, const std::string& arm, int layer) {
  return measure_cost(std::span(experiment.jobs).first(jobs),
                      {arm, layer, 0, experiment.settings.seeds.front()}, experiment.stored.dataset,
                      experiment.stored.folds, train_options(experiment.settings), experiment.config.hidden);
}

/// What the machine can give to training: all of it that is free, and what this process has already.
bool fits(const PredictedCost& cost) {
  const auto available = available_memory();
  return available == 0 || cost.peak_memory < available;
}

/// Whether the stored hidden states have room while cells of two layers are under way.
bool has_room_for_two(const Experiment& experiment) {
  const auto limit = parse_prefix_cache(experiment.settings.prefix_cache).limit;
  return !experiment.cache || !limit ||
         2 * experiment.cache->bytes_of_layer(experiment.backbones.front()->in_use()) <= *limit;
}

/// How many jobs are fastest. Leaves libtorch with any number of threads.
std::size_t measure_layouts(Experiment& experiment, int threads, std::size_t most,
                            const std::function<void(const std::string&)>& say) {
  const auto& first = experiment.plan.cells.front();
  const auto best = fastest_jobs(threads, most, [&](std::size_t jobs) {
    add_jobs(experiment, jobs);
    at::set_num_threads(threads / static_cast<int>(jobs));
    const auto cost = measure(experiment, jobs, first.arm, first.layer);
    return JobsCost{cost.epoch_seconds, fits(cost)};
  });
  if (best.jobs == 1)
    say(fmt::format("one cell at a time, with {} threads: two side by side are no faster, or do not fit",
                    threads));
  else
    say(fmt::format("{} cells at a time, with {} of {} threads each: {:.2f} times as fast as one with all",
                    best.jobs, threads / static_cast<int>(best.jobs), threads, best.gain));
  return best.jobs;
}

}  // namespace

std::optional<JobLayout> earlier_layout(const CellStore& store, const std::vector<PlannedCell>& planned) {
  for (const auto& [cell, digest] : planned) {
    const auto result = store.load(cell, digest);
    if (!result) continue;
    const auto number = [&](const char* name) {
      const auto found = result->environment.find(name);
      return found == result->environment.end() ? 0 : std::atoi(found->second.c_str());
    };
    const int jobs = number("cells at the same time"), threads = number("threads of a cell");
    if (jobs > 0 && threads > 0) return JobLayout{static_cast<std::size_t>(jobs), threads};
  }
  return std::nullopt;
}

JobLayout choose_layout(Experiment& experiment, std::size_t cells, const std::optional<JobLayout>& earlier,
                        const std::function<void(const std::string&)>& say) {
  const auto& settings = experiment.settings;
  const int threads = at::get_num_threads();
  const auto share = [&](std::size_t jobs) { return std::max(threads / static_cast<int>(jobs), 1); };
  const auto most = std::min<std::size_t>(cells, static_cast<std::size_t>(threads));
  JobLayout layout{1, threads};
  try {
    if (settings.jobs != "auto")
      layout.jobs = parse_jobs(settings.jobs);
    else if (earlier && share(earlier->jobs) == earlier->threads)
      layout.jobs = earlier->jobs;
    else if (most > 1 && has_room_for_two(experiment))
      layout.jobs = measure_layouts(experiment, threads, most, say);
  } catch (const TrainingFailed&) {
    // the cells will say so
  }
  require(
      layout.jobs == 1 || has_room_for_two(experiment),
      "--jobs {}: cells side by side need room for the hidden states of two layers, and --prefix-cache {} "
      "has room for one; allow more, or take --jobs 1",
      layout.jobs, settings.prefix_cache);
  // Fewer cells than jobs: the threads are divided all the same, and what comes out is too.
  layout.threads = share(layout.jobs);
  add_jobs(experiment, std::min(layout.jobs, cells));
  experiment.jobs.resize(std::clamp<std::size_t>(cells, 1, layout.jobs));
  at::set_num_threads(layout.threads);
  return layout;
}

std::vector<PredictedCost> predict_costs(const Experiment& experiment) {
  std::set<int> layers;
  for (const Cell& cell : experiment.plan.cells) layers.insert(cell.layer);
  const std::vector<int> rising(layers.begin(), layers.end());
  std::set<int> ends{rising.front(), rising.back(),
                     rising[rising.size() - std::min<std::size_t>(2, rising.size())]};
  std::vector<PredictedCost> costs;
  try {
    for (const auto& arm : experiment.arms()) {
      std::vector<PredictedCost> measured;
      for (const int layer : ends)
        measured.push_back(measure(experiment, experiment.jobs.size(), arm.name, layer));
      std::ranges::copy(interpolate_costs(measured, rising), std::back_inserter(costs));
    }
  } catch (const TrainingFailed&) {
    return {};  // the cells will say so
  }
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
}

}  // namespace mtl::program
