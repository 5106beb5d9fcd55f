// What the attribution stage hands to the report: a text on which the arms disagree, and what each method
// says of it in each arm. Plain values, torch-free.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <mtl/attribution/placed_text.hpp>

namespace mtl {

/// What one method says of one text in one arm.
struct MethodScores {
  std::string method = {};          ///< as AttributionMethod::name
  bool is_signed = false;           ///< scores may be negative
  std::vector<double> scores = {};  ///< one a token, special tokens included
};

/// One arm's side of a picture.
struct ArmAttribution {
  std::string arm = {};  ///< "single", "multi", ...
  std::string predicted = {};
  double probability = 0;        ///< of the class that is explained
  double log_odds = 0;           ///< of that class, in nats
  double baseline_log_odds = 0;  ///< of it for the baseline of integrated gradients
  double gradient_gap = 0;       ///< what the integrated gradients miss of the difference of the two
  std::vector<MethodScores> methods = {};  ///< the first one is the paper's
  /// The row of every layer and head: element (layer * heads + head) * tokens + token, all from 0.
  std::vector<float> rows = {};
};

/// Which of the two is right.
enum class CaseKind {
  TreatmentRight,  ///< the paper's ①: multi-task right, single-task wrong
  ControlRight     ///< ②: the reverse
};

/// A text with both arms: the control (single-task) is drawn above the treatment (multi-task).
struct AttentionPicture {
  std::string name = {};  ///< of its files: "case-1-1"
  CaseKind kind = CaseKind::TreatmentRight;
  PlacedText text = {};
  std::string gold = {};       ///< the true class
  std::string explained = {};  ///< the class whose log-odds are explained
  ArmAttribution control = {};
  ArmAttribution treatment = {};
};

/// What all pictures of a run have in common.
struct PictureSettings {
  int layer = 0;   ///< of the attention that is drawn first, from 1
  int layers = 0;  ///< of the model
  int head = -1;   ///< from 0; -1: the mean over the heads
  int heads = 0;
  std::string row = "cls";      ///< "cls", "mean", or a token's place
  std::string scale = "shown";  ///< the score of full red: "shown", "all" tokens, or a number
  std::string unit = "pieces";  ///< what is shaded: "pieces", "words-sum", "words-mean"
};

}  // namespace mtl
