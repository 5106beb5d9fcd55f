// In: what a sweep works on. Out: what its report must say about it: provenance, choices, dropped texts.
#pragma once

#include <string>

#include <mtl/data/dataset_file.hpp>
#include <mtl/engine/engine_options.hpp>
#include <mtl/model/bert_config.hpp>
#include <mtl/report/run_summary.hpp>

#include "sweep_settings.hpp"

namespace mtl::program {

/// What computes a run, as it was resolved.
struct Computation {
  std::string weights = {};   ///< digest of the base model
  EngineOptions engine = {};  ///< the one that this model and processor allow
  std::string frozen = {};    ///< what becomes of the frozen layers: "stored once, as bf16", "computed ..."
};

/// Everything of a RunSummary but its cells.
RunSummary describe_run(const SweepSettings& settings, const StoredDataset& stored, const BertConfig& config,
                        const Computation& computation);

}  // namespace mtl::program
