// In: a run. Out: RUN/report/, every file whole.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include <mtl/report/report_files.hpp>
#include <mtl/store/atomic_file.hpp>

namespace mtl {

/// Writes every file of a report into `folder`/report, each atomically, report.html last, and returns the
/// path of report.html. Files that an earlier report had and this one has not are removed; the attention
/// pages stay. Throws Error when a file cannot be written.
inline std::string write_report(const Report& report, const std::string& folder) {
  const auto place = std::filesystem::path(folder) / "report";
  auto files = report_files(report);
  std::error_code failed;
  std::filesystem::remove_all(place / "arms", failed);
  if (!files.contains("auxiliary.svg")) std::filesystem::remove(place / "auxiliary.svg", failed);
  const auto last = files.extract("report.html");
  for (const auto& [name, contents] : files) {
    const auto path = place / name;
    std::filesystem::create_directories(path.parent_path(), failed);
    require(!failed, "{}: cannot be made: {}", path.parent_path().string(), failed.message());
    write_file_atomically(path.string(), contents);
  }
  write_file_atomically((place / last.key()).string(), last.mapped());
  return (place / last.key()).string();
}

/// The report of a run, with what it is given beside it.
inline std::string write_report(RunSummary run, const std::string& folder, ReportOptions options = {}) {
  return write_report(make_report(std::move(run), std::move(options)), folder);
}

}  // namespace mtl
