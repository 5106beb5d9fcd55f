// In: what a cell takes, alone and beside others. Out: how many cells are best trained at the same time.
// Torch-free.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

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

/// The numbers of jobs, `most` or fewer, that `threads` can be shared among equally: 1 and others, rising.
inline std::vector<std::size_t> equal_shares(int threads, std::size_t most) {
  std::vector<std::size_t> shares{1};
  for (int jobs = 2; jobs <= threads && static_cast<std::size_t>(jobs) <= most; ++jobs)
    if (threads % jobs == 0) shares.push_back(static_cast<std::size_t>(jobs));
  return shares;
}

/// Tries 1 job, then more, each with an equal share of `threads`, while that is no slower and fits. `measure`
/// is called with the number of jobs; nothing is measured where there is no choice.
inline FastestJobs fastest_jobs(int threads, std::size_t most,
                                const std::function<JobsCost(std::size_t)>& measure) {
  const auto shares = equal_shares(threads, most);
  FastestJobs best;
  if (shares.size() == 1) return best;
  const double alone = measure(1).cell_seconds;
  for (const auto jobs : std::span(shares).subspan(1)) {
    const auto cost = measure(jobs);
    if (!cost.fits) break;
    const double gain = alone * static_cast<double>(jobs) / cost.cell_seconds;
    if (gain < best.gain) break;
    if (gain >= best.gain * least_gain_of_jobs) best = {jobs, gain};
  }
  return best;
}

}  // namespace mtl
