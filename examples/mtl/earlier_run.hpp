// In: the run folder. Out: what a sweep of before left in it, as far as the next one must know.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <mtl/experiment/cell_store.hpp>
#include <mtl/report/run_summary.hpp>

namespace mtl::program {

/// What a sweep left in the folder; absent where none came as far as its plan. A damaged run.json or
/// plan.jsonl is absent too, and said, for the next sweep writes it anew: but only where all results of the
/// folder, which are then known by their digests alone, are of the next sweep's `found` cells. Throws Error
/// where others would drop out of the report.
std::optional<RunSummary> earlier_run(const CellStore& store, std::size_t found);

/// Whether it was about the same texts and the same weights of the base model.
bool same_experiment(const RunSummary& earlier, const RunSummary& ours);

/// Throws Error where the folder holds results on other texts or of another model: they would drop out of its
/// report.
void require_same_experiment(const std::string& run, const RunSummary& earlier, const RunSummary& ours);

}  // namespace mtl::program
