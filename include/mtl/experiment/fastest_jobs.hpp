// In: what a cell takes, alone and beside others. Out: how many cells are best trained at the same time.
// Torch-free.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>

namespace mtl {

/// More jobs must be faster by this factor than fewer, so that chance does not choose them.
inline constexpr double least_gain_of_jobs = 1.03;

/// What was measured of one division of the threads.
struct JobsCost {
  double cell_seconds = 0;  ///< of a cell, beside as many others as there are jobs
  bool fits = true;         ///< into memory
};

struct FastestJobs {
  std::size_t jobs = 1;
  double gain = 1;  ///< how many times as fast as one job with all threads
};

/// Tries 1 job, then 2, 4, ... up to `most`, each with an equal share of `threads`, while that is faster and
/// fits. `measure` is called with the number of jobs; nothing is measured where there is no choice.
inline FastestJobs fastest_jobs(int threads, std::size_t most,
                                const std::function<JobsCost(std::size_t)>& measure) {
  const auto divides = [&](std::size_t jobs) {
    return jobs <= most && threads % static_cast<int>(jobs) == 0;
  };
  FastestJobs best;
  if (!divides(2)) return best;
  const double alone = measure(1).cell_seconds;
  for (std::size_t jobs = 2; divides(jobs); jobs *= 2) {
    const auto cost = measure(jobs);
    const double gain = alone * static_cast<double>(jobs) / cost.cell_seconds;
    if (gain < best.gain * least_gain_of_jobs || !cost.fits) break;
    best = {jobs, gain};
  }
  return best;
}

}  // namespace mtl
