// In: the run folder. Out: what a sweep of before left in it, as far as the next one must know.
#pragma once

#include <optional>
#include <string>

#include <mtl/report/run_summary.hpp>

namespace mtl::program {

/// What a sweep left in the folder; absent where none came as far as its plan. A damaged description is
/// absent too, and said: the next sweep writes it anew, and cells are known by their digests, not by it.
std::optional<RunSummary> earlier_run(const std::string& run);

/// Whether it was about the same texts and the same weights of the base model.
bool same_experiment(const RunSummary& earlier, const RunSummary& ours);

/// Throws Error where the folder holds results on other texts or of another model: they would drop out of its
/// report.
void require_same_experiment(const std::string& run, const RunSummary& earlier, const RunSummary& ours);

}  // namespace mtl::program
