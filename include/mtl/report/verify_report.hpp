// In: a run folder with its report. Out: whether every number of the report follows from the predictions.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <mtl/eval/scores.hpp>
#include <mtl/report/compare_numbers.hpp>
#include <mtl/report/report_files.hpp>
#include <mtl/store/atomic_file.hpp>

namespace mtl {

/// One file of a report, recomputed.
struct VerifiedFile {
  std::string name = {};
  bool from_predictions =
      false;  ///< else records of the training (times, learning curves, auxiliary scores) too
  NumbersCompared compared = {};
};

struct Verification {
  std::vector<VerifiedFile> files = {};
  std::size_t cells = 0;                 ///< whose recorded scores of the main head were recomputed
  std::vector<std::string> faults = {};  ///< recorded scores that the predictions do not give
  bool holds() const {
    return faults.empty() &&
           std::ranges::all_of(files, [](const auto& file) { return file.compared.differences.empty(); });
  }
};

namespace detail {

/// The run with nothing but its predictions: no scores, no history, no times.
inline RunSummary predictions_alone(const RunSummary& run) {
  RunSummary bare{.dataset = run.dataset,
                  .classes = run.classes,
                  .planned = run.planned,
                  .notes = run.notes,
                  .fold_sizes = run.fold_sizes};
  for (const auto& cell : run.cells) {
    CellResult kept{.cell = cell.cell, .digest = cell.digest};
    for (const auto& watch : cell.watches)
      kept.watches.push_back({.watch = watch.watch, .predictions = watch.predictions});
    bare.cells.push_back(std::move(kept));
  }
  return bare;
}

/// The scores of the main head that result.json records, against those of predictions.tsv.
inline void check_main_scores(const RunSummary& run, Verification& result) {
  for (const auto& cell : run.cells) {
    for (const auto& watch : cell.watches) {
      ConfusionMatrix matrix(static_cast<int>(run.classes.size()));
      for (const auto& text : watch.predictions) matrix.add(text.gold, text.predicted);
      for (const auto& [name, value] : scores(matrix))
        if (const auto found = watch.scores.find("main." + name);
            found != watch.scores.end() && !(std::abs(found->second - value) <= same_number))
          result.faults.push_back(fmt::format("{}, '{}': main.{} is {} in result.json, {} by the predictions",
                                              describe(cell.cell), watch.watch, name, found->second, value));
    }
    ++result.cells;
  }
}

/// Reads RUN/report/report.json. Throws Error, naming the file, when it is missing or damaged.
inline nlohmann::ordered_json read_report_json(const std::filesystem::path& folder) {
  const auto file = folder / "report.json";
  require(std::filesystem::exists(file), "{}: no report; `mtl report RUN` writes one", folder.string());
  try {
    auto json = nlohmann::ordered_json::parse(read_file(file.string()));
    require(json.at("format") == "mtl report", "{}: not a report of mtl", file.string());
    return json;
  } catch (const nlohmann::json::exception& problem) {
    throw Error(
        fmt::format("{}: {}; likely cause: the file was edited or cut short", file.string(), problem.what()));
  }
}

/// What the report was given beside the run, from the report's own folder.
inline ReportOptions options_of(const RunSummary& run, const std::filesystem::path& folder,
                                const nlohmann::ordered_json& report) {
  ReportOptions options;
  const auto& recorded = report.at("recorded");
  for (const auto& arm : recorded.at("arms")) {
    const std::string name = arm.at("name");
    check_arm_name(run, name);
    const auto path = (folder / "arms" / (name + ".tsv")).string();
    options.outside.push_back(read_external_arm(run, name, path, read_file(path)));
    require(options.outside.back().digest == arm.at("digest"),
            "{}: not the file that the report was made from", path);
  }
  options.texts = recorded.at("texts").get<std::map<std::string, std::string>>();
  options.attention = recorded.at("attention").get<std::vector<std::string>>();
  return options;
}

/// report.json without what was recorded while training.
inline std::string predictions_part(const nlohmann::ordered_json& part) { return part.dump(1) + "\n"; }

}  // namespace detail

/// Recomputes a report. First from the predictions alone: the tables, the figures of accuracy and
/// differences, and the part of report.json that follows from them. Then every file, with the records of the
/// training, so that no number of the page is left out.
///
/// Throws Error when the folder has no report, or when report or run are damaged.
inline Verification verify_report(const RunSummary& run, const std::string& run_folder) {
  Verification result;
  detail::check_main_scores(run, result);
  const auto folder = std::filesystem::path(run_folder) / "report";
  const auto json = detail::read_report_json(folder);
  try {
    const auto options = detail::options_of(run, folder, json);
    const auto bare = make_report(detail::predictions_alone(run), options);
    result.files.push_back({"report.json, from_predictions", true,
                            compare_numbers(detail::predictions_part(json.at("from_predictions")),
                                            detail::predictions_part(predictions_json(bare)))});
    const auto compare_file = [&](const std::string& name, const std::string& contents,
                                  bool from_predictions) {
      const auto path = (folder / name).string();
      const auto found = std::filesystem::exists(path) ? read_file(path) : std::string{};
      result.files.push_back({name, from_predictions, compare_numbers(found, contents)});
    };
    const auto first = files_of_predictions(bare);
    for (const auto& [name, contents] : first) compare_file(name, contents, true);
    for (const auto& [name, contents] : report_files(make_report(run, options)))
      if (!first.contains(name) && !name.starts_with("arms/")) compare_file(name, contents, false);
  } catch (const nlohmann::json::exception& problem) {
    throw Error(fmt::format("{}: {}; likely cause: another version wrote it, or it was edited",
                            (folder / "report.json").string(), problem.what()));
  }
  return result;
}

}  // namespace mtl
