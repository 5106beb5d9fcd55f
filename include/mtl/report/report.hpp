// What a report says, before it takes any form: every number of it, computed from the predictions and results
// of a run. The forms (page, tables, figures, JSON) are made from this value alone.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <mtl/report/auxiliary_scores.hpp>
#include <mtl/report/comparison.hpp>
#include <mtl/report/evidence.hpp>
#include <mtl/report/external_arm.hpp>
#include <mtl/report/flips.hpp>

namespace mtl {

/// An arm of the run against one from outside.
struct ExternalComparison {
  Comparison comparison = {};
  Evidence evidence = {};
};

/// What a report may be given beside the run.
struct ReportOptions {
  std::vector<ExternalArm> outside = {};  ///< systems that this program did not train
  std::map<std::string, std::string> texts =
      {};                                   ///< by id; shown where the arms disagree. Empty: no text is shown
  std::vector<std::string> attention = {};  ///< attention pages, as paths relative to the report's folder
};

struct Report {
  RunSummary run = {};
  std::vector<Comparison> comparisons = {};    ///< of compare_all(): the result first
  Evidence evidence = {};                      ///< of the first comparison
  Flips flips = {};                            ///< of the first comparison
  std::vector<AuxiliaryCurve> auxiliary = {};  ///< of the first comparison
  std::vector<ExternalComparison> outside =
      {};  ///< for each arm from outside: the treatment, then the control
  ReportOptions options = {};

  const Comparison& main() const { return comparisons.front(); }
};

namespace detail {

inline std::vector<ExternalComparison> compare_outside(const RunSummary& run, const Comparison& main,
                                                       const std::vector<ExternalArm>& outside) {
  std::vector<ExternalComparison> result;
  for (const auto& arm : outside)
    for (const auto& ours : {main.treatment, main.control}) {
      RunSummary paired;
      auto comparison = compare_external(run, arm, main.watch, ours, &paired);
      auto evidence = gather_evidence(paired, comparison);
      result.push_back({std::move(comparison), std::move(evidence)});
    }
  return result;
}

/// Throws Error unless every prediction and every truth is a class of the run.
inline void require_classes(const RunSummary& run) {
  const auto classes = static_cast<int>(run.classes.size());
  for (const auto& cell : run.cells)
    for (const auto& watch : cell.watches)
      for (const auto& text : watch.predictions)
        for (const int number : {text.gold, text.predicted})
          require(number >= 0 && number < classes,
                  "{}: text '{}' has class {} of {} classes (counted from 0)", describe(cell.cell), text.id,
                  number, classes);
}

}  // namespace detail

/// Computes everything. Throws Error as compare() and find_flips() do, or when a prediction is no class of
/// the run.
inline Report make_report(RunSummary run, ReportOptions options = {}) {
  detail::require_classes(run);
  Report report{.run = std::move(run)};
  report.comparisons = compare_all(report.run);
  const Comparison& main = report.comparisons.front();
  report.evidence = gather_evidence(report.run, main);
  report.flips = find_flips(report.run, main);
  report.auxiliary = auxiliary_curves(report.run, main);
  report.outside = detail::compare_outside(report.run, main, options.outside);
  for (auto& [id, text] : options.texts) text = kept_text(text);
  report.options = std::move(options);
  return report;
}

}  // namespace mtl
