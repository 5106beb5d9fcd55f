// In: a report. Out: every file of it, by name.
#pragma once

#include <map>
#include <string>

#include <mtl/report/accuracy_svg.hpp>
#include <mtl/report/cells_csv.hpp>
#include <mtl/report/differences_svg.hpp>
#include <mtl/report/evidence_text.hpp>
#include <mtl/report/flips_csv.hpp>
#include <mtl/report/folds_csv.hpp>
#include <mtl/report/report_html.hpp>
#include <mtl/report/report_json.hpp>
#include <mtl/report/table_csv.hpp>
#include <mtl/report/table_latex.hpp>
#include <mtl/report/table_markdown.hpp>

namespace mtl {

/// A drawing as a file of its own; nothing to draw gives no file.
inline void add_drawing(std::map<std::string, std::string>& files, const std::string& name,
                        const std::string& drawing) {
  if (!drawing.empty()) files[name] = drawing + "\n";
}

/// The files that the predictions and the sizes of the folds give, and nothing else.
inline std::map<std::string, std::string> files_of_predictions(const Report& report) {
  std::string markdown, latex, evidence;
  for (const Comparison& c : report.comparisons) {
    markdown += (markdown.empty() ? "" : "\n") + table_markdown(c);
    latex += (latex.empty() ? "" : "\n") + table_latex(c);
  }
  std::map<std::string, std::string> files{{"table.md", markdown},
                                           {"table.tex", latex},
                                           {"table.csv", table_csv(report.comparisons)},
                                           {"folds.csv", folds_csv(report.run)},
                                           {"evidence.csv", evidence_csv(report.main(), report.evidence)},
                                           {"flips.csv", flips_csv(report)}};
  add_drawing(files, "accuracy.svg", accuracy_svg(report.main(), find_paper_table(report.run.dataset)));
  add_drawing(files, "differences.svg", differences_svg(report.main()));
  return files;
}

/// All files of a report, as RUN/report/ holds them; predictions of arms from outside stand in arms/.
inline std::map<std::string, std::string> report_files(const Report& report) {
  auto files = files_of_predictions(report);
  files["evidence.md"] = evidence_markdown(report.main(), report.evidence);
  files["evidence.tex"] = evidence_latex(report.main(), report.evidence);
  files["cells.csv"] = cells_csv(report.run);
  files["report.json"] = report_json(report);
  files["report.html"] = report_html(report);
  add_drawing(files, "auxiliary.svg", auxiliary_svg(report.auxiliary));
  for (const auto& arm : report.options.outside) files["arms/" + arm.name + ".tsv"] = arm.file;
  return files;
}

}  // namespace mtl
