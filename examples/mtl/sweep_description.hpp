// In: what a sweep works on. Out: what its report must say about it: provenance, choices, dropped texts.
#pragma once

#include <string>

#include <mtl/data/dataset_file.hpp>
#include <mtl/engine/engine_options.hpp>
#include <mtl/model/bert_config.hpp>
#include <mtl/report/run_summary.hpp>

#include "sweep_settings.hpp"

namespace mtl::program {

/// Everything of a RunSummary but its cells. `weights`: digest of the base model; `engine`: the
/// one that computes.
RunSummary describe_run(const SweepSettings& settings, const StoredDataset& stored, const BertConfig& config,
                        const std::string& weights, const EngineOptions& engine);

}  // namespace mtl::program
