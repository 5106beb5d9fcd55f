// RUN/plan.jsonl and RUN/run.json: what a run was to do and on what, beside the cells that say what came out.
// Torch-free: a report is made from here.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <mtl/experiment/cell_store.hpp>
#include <mtl/report/run_summary.hpp>
#include <mtl/store/atomic_file.hpp>

namespace mtl {

/// A cell of the plan, and the digest under which its result is stored.
struct PlannedCell {
  Cell cell;
  std::string digest;
};

/// Writes RUN/plan.jsonl, one cell a line in the order of training.
inline void write_plan(const std::filesystem::path& run, const std::vector<PlannedCell>& plan) {
  std::string lines;
  for (const auto& [cell, digest] : plan) {
    nlohmann::json line = cell;
    line["digest"] = digest;
    lines += line.dump() + "\n";
  }
  write_file_atomically((run / "plan.jsonl").string(), lines);
}

namespace detail {

/// Calls `read` and names the file in what it throws.
template <class Read>
auto read_json_of(const std::filesystem::path& file, Read read) {
  try {
    return read();
  } catch (const nlohmann::json::exception& problem) {
    throw Error(
        fmt::format("{}: {}; likely cause: the file was edited or cut short. `mtl sweep` writes it anew",
                    file.string(), problem.what()));
  }
}

}  // namespace detail

/// Reads RUN/plan.jsonl. Throws Error, naming the file and the line, when it is missing or damaged.
inline std::vector<PlannedCell> read_plan(const std::filesystem::path& run) {
  const auto file = run / "plan.jsonl";
  require(std::filesystem::exists(file), "{} is no run: it has no plan.jsonl; `mtl sweep --out {}` makes one",
          run.string(), run.string());
  std::istringstream lines(read_file(file.string()));
  std::vector<PlannedCell> plan;
  for (std::string line; std::getline(lines, line);) {
    const auto where = fmt::format("{}, line {}", file.string(), plan.size() + 1);
    plan.push_back(detail::read_json_of(where, [&] {
      const auto json = nlohmann::json::parse(line);
      return PlannedCell{json.get<Cell>(), json.at("digest").get<std::string>()};
    }));
  }
  return plan;
}

/// Writes RUN/run.json: everything of a summary but its cells.
inline void write_run_description(const std::filesystem::path& run, const RunSummary& summary) {
  nlohmann::json dropped = nlohmann::json::array();
  for (const auto& row : summary.dropped) dropped.push_back({{"reason", row.reason}, {"count", row.count}});
  nlohmann::json folds = nlohmann::json::array();
  for (const auto& size : summary.fold_sizes)
    folds.push_back({{"train", size.n_train}, {"test", size.n_test}});
  const nlohmann::json json{
      {"dataset", summary.dataset}, {"classes", summary.classes}, {"provenance", summary.provenance},
      {"choices", summary.choices}, {"notes", summary.notes},     {"dropped", dropped},
      {"fold_sizes", folds}};
  write_file_atomically((run / "run.json").string(), json.dump(2) + "\n");
}

namespace detail {

/// What the cells were made with, every different value once: a run may go on with other versions. What the
/// run's own description says already is not repeated.
inline void add_environments(RunSummary& summary) {
  std::map<std::string, std::string> values;
  std::set<std::pair<std::string, std::string>> known(summary.provenance.begin(), summary.provenance.end());
  for (const auto& cell : summary.cells)
    for (const auto& [name, value] : cell.environment)
      if (known.emplace(name, value).second) values[name] += (values[name].empty() ? "" : "; ") + value;
  summary.provenance.insert(summary.provenance.end(), values.begin(), values.end());
}

}  // namespace detail

/// A run's description, its plan, and the cells that are done; not what was predicted.
///
/// Throws Error, naming the file, when the folder is no run or what it holds is damaged.
inline RunSummary load_results(const std::string& run_folder) {
  const std::filesystem::path run = run_folder;
  const auto plan = read_plan(run);
  const auto file = run / "run.json";
  RunSummary summary{.planned = plan.size()};
  const auto text = read_file(file.string());
  detail::read_json_of(file, [&] {
    const auto json = nlohmann::json::parse(text);
    json.at("dataset").get_to(summary.dataset);
    json.at("classes").get_to(summary.classes);
    json.at("provenance").get_to(summary.provenance);
    json.at("choices").get_to(summary.choices);
    json.at("notes").get_to(summary.notes);
    for (const auto& row : json.at("dropped"))
      summary.dropped.push_back({row.at("reason").get<std::string>(), row.at("count").get<std::int64_t>()});
    for (const auto& row : json.value("fold_sizes", nlohmann::json::array()))  // version 0.1.0 wrote none
      summary.fold_sizes.push_back({row.at("train").get<std::int64_t>(), row.at("test").get<std::int64_t>()});
    return true;
  });
  const CellStore store(run, summary.classes);
  for (const auto& [cell, digest] : plan)
    if (auto result = store.load(cell, digest)) summary.cells.push_back(std::move(*result));
  detail::add_environments(summary);
  return summary;
}

/// A run as the report sees it: its results, and what was predicted. Throws Error as load_results().
inline RunSummary load_run(const std::string& run_folder) {
  RunSummary summary = load_results(run_folder);
  const std::filesystem::path run = run_folder;
  summary.predicted = detail::read_json_of(run / "predicted.json", [&] { return read_predictions(run); });
  return summary;
}

}  // namespace mtl
