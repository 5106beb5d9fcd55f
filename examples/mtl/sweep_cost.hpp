// In: an experiment whose jobs are chosen. Out: what its cells will take, measured on a few steps.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <mtl/experiment/predicted_cost.hpp>

#include "sweep_experiment.hpp"

namespace mtl::program {

/// Trains a few steps of an arm at a layer in the first `jobs` jobs at the same time. Throws Stopped when a
/// signal came, TrainingFailed where not even these can be trained.
PredictedCost measure_steps(const Experiment& experiment, std::size_t jobs, const std::string& arm,
                            int layer);

/// What cells of every arm take at every layer of the plan, beside as many others as there are jobs: measured
/// at the lowest and the two highest, and on the line between. Empty where not even a few steps can be
/// trained. `say` is told what is measured. Throws Stopped when a signal came.
std::vector<PredictedCost> predict_costs(const Experiment& experiment,
                                         const std::function<void(const std::string&)>& say);

/// Prints one line a layer, for the cells that are still to be trained.
void print_costs(const std::vector<PredictedCost>& costs, const std::vector<Cell>& waiting,
                 const Experiment& experiment);

}  // namespace mtl::program
