// One training of the experiment and what came out of it. Torch-free: reports read it without libtorch.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <mtl/train/epoch_record.hpp>

namespace mtl {

/// One training: an arm at a layer, judged on a fold, from a seed.
struct Cell {
  std::string arm = {};  ///< "multi", "single", ...
  int layer = 0;         ///< where the auxiliary head taps, and the lower trainable layer
  int fold = 0;          ///< the test fold
  std::uint64_t seed = 0;

  auto operator<=>(const Cell&) const = default;
};

/// A test text and what was predicted for it; both index the classes of the data set.
struct ClassPrediction {
  std::string id = {};
  int gold = 0;
  int predicted = 0;

  bool operator==(const ClassPrediction&) const = default;
};

/// The model that one watched quantity chose, judged on the test fold.
struct WatchResult {
  std::string watch = {};  ///< "loss", "loss:main", "accuracy:main"
  int best_epoch = 0;      ///< counted from 1
  double best_value = 0;
  std::vector<ClassPrediction> predictions = {};  ///< of the main head, in the order of the test fold
  /// Scores of the heads by name: "main.accuracy", "main.macro_f1", "pos.token_accuracy", "pos.span_f1", ...
  std::map<std::string, double> scores = {};
};

/// What RUN/cells/<...>/ holds of one cell.
struct CellResult {
  Cell cell = {};
  std::string digest = {};                ///< of everything that can change the outcome
  std::vector<WatchResult> watches = {};  ///< the first one is the result; the others stand beside it
  std::vector<EpochRecord> history = {};
  /// What it was made with: version of mtl and of libtorch, threads. Not part of the digest.
  std::map<std::string, std::string> environment = {};
  double seconds = 0;            ///< of the whole cell
  std::int64_t tokens = 0;       ///< trained on, over all epochs
  std::int64_t peak_memory = 0;  ///< bytes, of the process while it trained the cell; 0: not recorded
};

}  // namespace mtl
