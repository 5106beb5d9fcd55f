// In: a run. Out: RUN/report/, every file whole.
#pragma once

#include <filesystem>
#include <string>

#include <mtl/report/accuracy_svg.hpp>
#include <mtl/report/comparison.hpp>
#include <mtl/report/folds_csv.hpp>
#include <mtl/report/paper_tables.hpp>
#include <mtl/report/report_html.hpp>
#include <mtl/report/table_csv.hpp>
#include <mtl/report/table_latex.hpp>
#include <mtl/report/table_markdown.hpp>
#include <mtl/store/atomic_file.hpp>

namespace mtl {

/// Writes RUN/report/{table.md,table.csv,table.tex,folds.csv,accuracy.svg,report.html}, each atomically, and
/// returns the path of report.html, which is written last. Throws Error as compare() does, or when a file
/// cannot be written.
inline std::string write_report(const RunSummary& run, const std::string& run_folder) {
  const auto comparisons = compare_all(run);
  std::string markdown, latex;
  for (const Comparison& c : comparisons) {
    markdown += (markdown.empty() ? "" : "\n") + table_markdown(c);
    latex += (latex.empty() ? "" : "\n") + table_latex(c);
  }
  const auto folder = std::filesystem::path(run_folder) / "report";
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  require(!failed, "{}: cannot be made: {}", folder.string(), failed.message());
  const auto write = [&folder](const char* name, const std::string& contents) {
    write_file_atomically((folder / name).string(), contents);
  };
  write("table.md", markdown);
  write("table.csv", table_csv(comparisons));
  write("table.tex", latex);
  write("folds.csv", folds_csv(run));
  write("accuracy.svg", accuracy_svg(comparisons.front(), find_paper_table(run.dataset)) + "\n");
  write("report.html", report_html(run, comparisons));
  return (folder / "report.html").string();
}

}  // namespace mtl
