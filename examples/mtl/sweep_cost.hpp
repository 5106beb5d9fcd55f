// In: an experiment. Out: how many of its cells are trained at the same time, and what they will take, both
// measured on a few steps.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <mtl/experiment/cell_store.hpp>
#include <mtl/experiment/predicted_cost.hpp>
#include <mtl/experiment/run_folder.hpp>

#include "sweep_experiment.hpp"

namespace mtl::program {

/// How the processor's threads are divided among the cells that are trained at the same time.
struct JobLayout {
  std::size_t jobs = 1;
  int threads = 1;  ///< of each
};

/// The layout of the cells that are done; absent where there are none.
std::optional<JobLayout> earlier_layout(const CellStore& store, const std::vector<PlannedCell>& planned);

/// The layout that the settings ask for, of at most `cells` jobs. "auto" is that of the `earlier` cells, so
/// that a sweep that was stopped goes on to the same bits, or else what is measured to be the fastest and
/// fits into memory: 1 job, or 2, or 4 ... of an equal share of the threads each. `say` is told why. Leaves
/// libtorch with the threads of one job. Throws Stopped when a signal came.
JobLayout choose_layout(Experiment& experiment, std::size_t cells, const std::optional<JobLayout>& earlier,
                        const std::function<void(const std::string&)>& say);

/// What cells of every arm take at every layer of the plan, beside as many others as there are jobs: measured
/// at the lowest and the two highest, and on the line between. Empty where not even a few steps can be
/// trained. Throws Stopped when a signal came.
std::vector<PredictedCost> predict_costs(const Experiment& experiment);

/// Prints one line a layer, for the cells that are still to be trained.
void print_costs(const std::vector<PredictedCost>& costs, const std::vector<Cell>& waiting,
                 const Experiment& experiment);

}  // namespace mtl::program
