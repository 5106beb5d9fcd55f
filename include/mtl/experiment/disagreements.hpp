// In: the results of two arms on one test fold. Out: the texts that one gets right and the other wrong.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/experiment/cell.hpp>

namespace mtl {

/// A test text on which the arms disagree about being right.
struct Disagreement {
  std::size_t place = 0;  ///< in the test fold
  std::string id = {};
  int gold = 0;
  int treatment = 0;  ///< what the treatment predicted
  int control = 0;

  bool operator==(const Disagreement&) const = default;
};

/// The paper's two cases (its section 4.2), in the order of the test fold.
struct Disagreements {
  std::vector<Disagreement> treatment_right = {};  ///< case ①: multi-task right, single-task wrong
  std::vector<Disagreement> control_right = {};    ///< case ②: the reverse
  std::size_t both_right = 0;
  std::size_t both_wrong = 0;
};

/// Compares the models that the first watched quantity chose. Throws Error unless both cells were judged on
/// the same texts with the same true classes.
inline Disagreements disagreements(const CellResult& treatment, const CellResult& control) {
  require(!treatment.watches.empty() && !control.watches.empty(), "a cell of layer {} has no predictions",
          treatment.cell.layer);
  const auto& ours = treatment.watches.front().predictions;
  const auto& theirs = control.watches.front().predictions;
  require(ours.size() == theirs.size(),
          "arm '{}' was judged on {} texts and arm '{}' on {}; are they cells of one layer, fold and seed?",
          treatment.cell.arm, ours.size(), control.cell.arm, theirs.size());
  Disagreements found;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    require(ours[i].id == theirs[i].id && ours[i].gold == theirs[i].gold,
            "test text {} is '{}' in arm '{}' and '{}' in arm '{}', or has another class there", i + 1,
            ours[i].id, treatment.cell.arm, theirs[i].id, control.cell.arm);
    const bool right = ours[i].predicted == ours[i].gold, other = theirs[i].predicted == ours[i].gold;
    const Disagreement one{i, ours[i].id, ours[i].gold, ours[i].predicted, theirs[i].predicted};
    if (right && !other) found.treatment_right.push_back(one);
    if (!right && other) found.control_right.push_back(one);
    found.both_right += right && other;
    found.both_wrong += !right && !other;
  }
  return found;
}

}  // namespace mtl
