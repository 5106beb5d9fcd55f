// What a report is made from: the finished cells of a run and what is known about it. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <mtl/experiment/cell.hpp>
#include <mtl/experiment/predicted_cost.hpp>
#include <mtl/stats/corrected_resampled_t_test.hpp>

namespace mtl {

/// Texts that preparation left out, and why.
struct DroppedTexts {
  std::string reason;
  std::int64_t count = 0;
};

/// A run as the report stage sees it.
struct RunSummary {
  using Facts = std::vector<std::pair<std::string, std::string>>;  ///< name, value; shown in this order

  std::string dataset = {};               ///< livedoor, twitter, rakuten, manuals, tsv, ...
  std::vector<std::string> classes = {};  ///< names, by class number
  std::vector<CellResult> cells = {};     ///< the finished ones, in any order
  std::size_t planned = 0;                ///< cells of the plan
  Facts provenance = {};                  ///< versions, digests, seeds, machine
  Facts choices = {};                     ///< what was chosen where the paper is silent, and every setting
  std::vector<std::string> notes = {};    ///< what no reader may miss, one sentence each
  std::vector<DroppedTexts> dropped = {};
  std::vector<stats::FoldSize> fold_sizes =
      {};                                     ///< by fold: texts trained and tested on; empty: not recorded
  std::vector<PredictedCost> predicted = {};  ///< by arm and layer; empty: nothing was predicted
};

}  // namespace mtl
