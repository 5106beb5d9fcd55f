// In: the settings of a sweep. Out: everything it works on, loaded and checked.
#pragma once

#include <mtl/detail/torch.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <mtl/data/dataset_file.hpp>
#include <mtl/engine/prefix_cache.hpp>
#include <mtl/experiment/paper_arms.hpp>
#include <mtl/experiment/plan.hpp>
#include <mtl/train/train_options.hpp>

#include "sweep_description.hpp"
#include "sweep_settings.hpp"

namespace mtl::program {

/// What is told while hidden states are computed for all texts.
struct PrefixNews {
  std::function<void(const std::string&)> say;
  std::function<void(int layer, std::size_t done, std::size_t all)> progress;
};

/// Everything a sweep works on. It stays in its place: the cache reads its texts.
struct Experiment {
  SweepSettings settings = {};
  StoredDataset stored = {};
  BertConfig config = {};
  Computation computation = {};
  std::shared_ptr<PrefixCache> cache = nullptr;
  std::vector<std::shared_ptr<PretrainedBackbone>> backbones = {};  ///< of each job
  std::vector<std::vector<Arm>> jobs = {};                          ///< the arms of each (Sweep::run)
  Plan plan = {};
  std::atomic<std::size_t> cells_left = 0;  ///< whose results are still to be written

  const std::vector<Arm>& arms() const { return jobs.front(); }
};

/// Throws Error for training settings that would otherwise be refused in the middle of the work, when the run
/// folder has been written already.
void check_training(const SweepSettings& settings);

/// With one job. Throws Error where data, model and settings do not fit each other.
std::unique_ptr<Experiment> load_experiment(const SweepSettings& settings, const PrefixNews& news);

/// Sees to it that there are `count` jobs or more, each with a backbone of its own.
void add_jobs(Experiment& experiment, std::size_t count);

/// Removes RUN/prefix, also what a sweep of before left there that stored hidden states where this one does
/// not.
void remove_stored_states(const Experiment& experiment);

TrainOptions train_options(const SweepSettings& settings);

}  // namespace mtl::program
