#include "job_layout.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <mtl/experiment/available_memory.hpp>
#include <mtl/experiment/fastest_jobs.hpp>
#include <mtl/train/fit.hpp>

namespace mtl::program {

namespace {

constexpr const char* jobs_fact = "cells at the same time";
constexpr const char* threads_fact = "threads of a cell";

/// Reads what facts_of() says. Absent where one is missing.
std::optional<JobLayout> layout_in(const std::map<std::string, std::string>& facts) {
  const auto number = [&](const char* name) {
    const auto found = facts.find(name);
    return found == facts.end() ? 0 : std::atoi(found->second.c_str());
  };
  const int jobs = number(jobs_fact), threads = number(threads_fact);
  if (jobs < 1 || threads < 1) return std::nullopt;
  return JobLayout{static_cast<std::size_t>(jobs), threads};
}

/// What the machine can give to training: all of it that is free, and what this process has already.
bool fits(const PredictedCost& cost) {
  const auto available = available_memory();
  return available == 0 || cost.peak_memory < available;
}

/// How many files of hidden states so many cells may read at the same time: slow ones read those of layers
/// that the others have left behind.
std::size_t files_read_by(const Experiment& experiment, std::size_t cells) {
  const auto& prefix = experiment.arms().front().prefix;
  std::set<int> layers;
  for (const auto& cell : experiment.plan.cells)
    if (const int layer = prefix.layer_of(cell); layer > 0) layers.insert(layer);
  return std::min(cells, layers.size());
}

/// How many cells, of no more than `most`, the limit on stored hidden states has room for at the same time.
std::size_t cells_with_room(const Experiment& experiment, std::size_t most) {
  const auto limit = parse_prefix_cache(experiment.settings.prefix_cache).limit;
  if (!experiment.cache || !limit) return most;
  const auto of_layer = experiment.cache->bytes_of_layer(experiment.backbones.front()->in_use());
  const auto files = static_cast<std::size_t>(std::max<std::uint64_t>(*limit / of_layer, 1));
  return files_read_by(experiment, most) <= files ? most : files;
}

/// How many jobs are fastest. Leaves libtorch with any number of threads.
std::size_t measure_layouts(Experiment& experiment, int threads, std::size_t most, MeasuredSteps& measured,
                            const std::function<void(const std::string&)>& say) {
  const auto& first = experiment.plan.cells.front();
  say(fmt::format("measures a few steps of {} l={}, alone and side by side, to divide the threads", first.arm,
                  first.layer));
  std::pair<std::size_t, PredictedCost> last{1, {}};
  const auto best = fastest_jobs(threads, most, [&](std::size_t jobs) {
    // Five in place of one are not tried where five times the memory is not there.
    auto expected = last.second;
    expected.peak_memory *= static_cast<std::int64_t>((jobs + last.first - 1) / last.first);
    if (jobs > 2 * last.first && !fits(expected)) return JobsCost{.fits = false};
    add_jobs(experiment, jobs);
    at::set_num_threads(threads / static_cast<int>(jobs));
    const auto& cost = measured.of(jobs, first.arm, first.layer);
    last = {jobs, cost};
    return JobsCost{cost.epoch_seconds, fits(cost)};
  });
  if (best.jobs == 1)
    say(fmt::format("one cell at a time, with {} threads: several side by side are no faster, or do not fit",
                    threads));
  else
    say(fmt::format("{} cells at a time, with {} of {} threads each: {:.2f} times as fast as one with all",
                    best.jobs, threads / static_cast<int>(best.jobs), threads, best.gain));
  return best.jobs;
}

}  // namespace

RunSummary::Facts facts_of(const JobLayout& layout) {
  return {{threads_fact, std::to_string(layout.threads)}, {jobs_fact, std::to_string(layout.jobs)}};
}

std::optional<JobLayout> layout_of_cells(const CellStore& store, const std::vector<PlannedCell>& planned) {
  for (const auto& [cell, digest] : planned)
    if (const auto result = store.load(cell, digest))
      if (const auto layout = layout_in(result->environment)) return layout;
  return std::nullopt;
}

std::optional<JobLayout> layout_of_run(const RunSummary& run) {
  return layout_in({run.provenance.begin(), run.provenance.end()});
}

JobLayout choose_layout(Experiment& experiment, std::size_t cells, const std::optional<JobLayout>& earlier,
                        MeasuredSteps& measured, const std::function<void(const std::string&)>& say) {
  const auto& settings = experiment.settings;
  const int threads = at::get_num_threads();
  const auto share = [&](std::size_t jobs) { return std::max(threads / static_cast<int>(jobs), 1); };
  const auto wanted = std::min(cells, static_cast<std::size_t>(threads));
  const auto most = cells_with_room(experiment, wanted);
  JobLayout layout{1, threads};
  try {
    if (settings.jobs != "auto")
      layout.jobs = parse_jobs(settings.jobs);
    else if (earlier && share(earlier->jobs) == earlier->threads)
      layout.jobs = earlier->jobs;
    else if (equal_shares(threads, most).size() > 1)
      layout.jobs = measure_layouts(experiment, threads, most, measured, say);
    else if (equal_shares(threads, wanted).size() > 1)
      say(fmt::format("one cell at a time, with {} threads: --prefix-cache {} has room for {}", threads,
                      settings.prefix_cache,
                      most == 1 ? "no more" : fmt::format("{}, which cannot share them equally", most)));
    else if (wanted > 1)
      say(fmt::format("one cell at a time, with {} threads: {} cells cannot share them equally", threads,
                      wanted));
  } catch (const TrainingFailed&) {
    // the cells will say so
  }
  const auto beside = std::min(layout.jobs, cells), room = cells_with_room(experiment, beside);
  require(
      room == beside,
      "{} cells side by side may need the hidden states of as many layers, and --prefix-cache {} has room "
      "for {}; allow more, or take --jobs {}",
      beside, settings.prefix_cache, room, room);
  // Fewer cells than jobs: the threads are divided all the same, and what comes out is too.
  layout.threads = share(layout.jobs);
  add_jobs(experiment, std::min(layout.jobs, cells));
  experiment.jobs.resize(std::clamp<std::size_t>(cells, 1, layout.jobs));
  experiment.backbones.resize(experiment.jobs.size());  // copies for a division that was not chosen
  at::set_num_threads(layout.threads);
  return layout;
}

}  // namespace mtl::program
