#include "earlier_run.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include <mtl/detail/error.hpp>
#include <mtl/experiment/run_folder.hpp>

namespace mtl::program {

namespace {

/// What the results of two runs must share to stand in one report.
constexpr const char* shared_facts[] = {"texts", "model weights"};

std::string value_of(const RunSummary& summary, const std::string& name) {
  const auto found = std::ranges::find(summary.provenance, name, [](const auto& fact) { return fact.first; });
  return found == summary.provenance.end() ? "unknown" : found->second;
}

}  // namespace

std::optional<RunSummary> earlier_run(const CellStore& store, std::size_t found) {
  for (const char* file : {"run.json", "plan.jsonl"})
    if (!std::filesystem::exists(store.run() / file)) return std::nullopt;
  try {
    return load_results(store.run().string());
  } catch (const Error& problem) {
    require(store.results() == found,
            "{}; but not this one: --out {} holds {} results that this sweep does not make, which would drop "
            "out of its report; name another folder, or remove this one",
            problem.what(), store.run().string(), store.results() - found);
    fmt::print(stderr, "{}\n", problem.what());
    return std::nullopt;
  }
}

bool same_experiment(const RunSummary& earlier, const RunSummary& ours) {
  return std::ranges::all_of(
      shared_facts, [&](const char* name) { return value_of(earlier, name) == value_of(ours, name); });
}

void require_same_experiment(const std::string& run, const RunSummary& earlier, const RunSummary& ours) {
  if (earlier.cells.empty()) return;
  for (const char* name : shared_facts)
    require(
        value_of(earlier, name) == value_of(ours, name),
        "--out {}: holds {} results with other {} ({}; here {}), which would drop out of its report; name "
        "another folder, or remove this one",
        run, earlier.cells.size(), name, value_of(earlier, name), value_of(ours, name));
}

}  // namespace mtl::program
