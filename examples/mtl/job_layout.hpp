// In: an experiment, and what a sweep of before left. Out: how many of its cells are trained at the same
// time, with how many threads each: measured on a few steps, where nothing says it.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <mtl/experiment/cell_store.hpp>
#include <mtl/experiment/run_folder.hpp>

#include "sweep_cost.hpp"
#include "sweep_experiment.hpp"

namespace mtl::program {

/// How the processor's threads are divided among the cells that are trained at the same time.
struct JobLayout {
  std::size_t jobs = 1;
  int threads = 1;  ///< of each
};

/// As results and the run's description say it.
RunSummary::Facts facts_of(const JobLayout& layout);

/// The layout of the cells that are done; absent where there are none.
std::optional<JobLayout> layout_of_cells(const CellStore& store, const std::vector<PlannedCell>& planned);

/// The layout of a run that may have been stopped before its first cell was done; absent where it says none.
std::optional<JobLayout> layout_of_run(const RunSummary& run);

/// The layout that the settings ask for, of at most `cells` jobs. "auto" is that of the `earlier` sweep, so
/// that one that was stopped goes on to the same bits, or else what is measured to be the fastest and
/// fits into memory: 1 job, or 2, or 4 ... of an equal share of the threads each. `say` is told why. Leaves
/// libtorch with the threads of one job. Throws Stopped when a signal came.
JobLayout choose_layout(Experiment& experiment, std::size_t cells, const std::optional<JobLayout>& earlier,
                        MeasuredSteps& measured, const std::function<void(const std::string&)>& say);

}  // namespace mtl::program
