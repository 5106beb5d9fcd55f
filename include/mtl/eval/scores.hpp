// In: what was counted of a head. Out: its scores by name, as results and reports hold them.
#pragma once

#include <map>
#include <string>

#include <mtl/eval/confusion.hpp>
#include <mtl/eval/token_evaluation.hpp>

namespace mtl {

/// Scores in [0, 1] by name. A score of nothing (no text, no token, no span) is absent rather than 0.
using Scores = std::map<std::string, double>;

/// Of a head that labels texts: "accuracy", "macro_f1".
inline Scores scores(const ConfusionMatrix& matrix) {
  if (matrix.total() == 0) return {};
  return {{"accuracy", matrix.accuracy()}, {"macro_f1", matrix.macro_f1()}};
}

/// Of a head that labels tokens: "token_accuracy"; over all kinds together "span_precision", "span_recall",
/// "span_f1" (micro); and for every kind that occurs "span_f1:<kind>".
inline Scores scores(const TokenEvaluation& evaluation) {
  Scores result;
  if (evaluation.tokens().total() > 0) result["token_accuracy"] = evaluation.tokens().value();
  const Hits all = evaluation.spans().total();
  if (!all.occurs()) return result;
  result["span_precision"] = all.precision();
  result["span_recall"] = all.recall();
  result["span_f1"] = all.f1();
  for (const auto& [kind, hits] : evaluation.spans().kinds()) result["span_f1:" + kind] = hits.f1();
  return result;
}

}  // namespace mtl
