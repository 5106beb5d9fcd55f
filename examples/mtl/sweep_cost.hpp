// In: an experiment whose jobs are chosen. Out: what its cells will take, measured on a few steps.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <mtl/experiment/predicted_cost.hpp>

#include "sweep_experiment.hpp"

namespace mtl::program {

/// What a few steps take, measured once for each arm, layer and division of the threads.
class MeasuredSteps {
 public:
  /// The experiment must live as long as this.
  explicit MeasuredSteps(const Experiment& experiment) : experiment_{experiment} {}

  /// Trains a few steps of an arm at a layer in the first `jobs` jobs at the same time. Throws Stopped when a
  /// signal came, TrainingFailed where not even these can be trained.
  const PredictedCost& of(std::size_t jobs, const std::string& arm, int layer);

  /// Seconds that the longest measurement took; 0 before the first.
  double longest() const { return longest_; }

 private:
  const Experiment& experiment_;
  std::map<std::tuple<std::size_t, int, std::string, int>, PredictedCost>
      known_;  ///< second: threads of each
  double longest_ = 0;
};

/// What cells of every arm take at every layer of the plan, beside as many others as there are jobs: measured
/// at the lowest and the two highest, and on the line between. The threads must be divided, and the settings
/// say into how many jobs. Empty where not even a few steps can be trained. `say` is told what is measured.
/// Throws Stopped when a signal came.
std::vector<PredictedCost> predict_costs(const Experiment& experiment, MeasuredSteps& measured,
                                         const std::function<void(const std::string&)>& say);

/// Prints one line a layer, for the cells that are still to be trained, and what is not in it.
void print_costs(const std::vector<PredictedCost>& costs, const std::vector<Cell>& waiting,
                 const Experiment& experiment);

}  // namespace mtl::program
