// In: a predictions.tsv that any program wrote (id, fold, label) and a run. Out: that program as one more
// arm, judged on the run's own test folds. Refused unless every id and fold matches.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <mtl/data/corpus.hpp>
#include <mtl/data/parse_number.hpp>
#include <mtl/report/comparison.hpp>
#include <mtl/store/digest.hpp>

namespace mtl {

/// A system that this program did not train.
struct ExternalArm {
  std::string name = {};
  std::string digest = {};  ///< of the file's bytes
  std::string file = {};    ///< the bytes themselves: the report keeps them, so it can be verified
  std::map<std::string, int> predicted = {};  ///< class by id of the text
};

namespace detail {

/// Where each text of the run was tested: fold by id. Throws Error where a text stands in two test folds.
inline std::unordered_map<std::string, int> tested_folds(const RunSummary& run) {
  std::unordered_map<std::string, int> folds;
  for (const auto& cell : run.cells)
    for (const auto& watch : cell.watches)
      for (const auto& text : watch.predictions) {
        const auto [known, added] = folds.emplace(text.id, cell.cell.fold);
        require(added || known->second == cell.cell.fold,
                "text '{}' of this run was tested in folds {} and {}; it takes no predictions from outside",
                text.id, known->second, cell.cell.fold);
      }
  return folds;
}

inline int class_of(const RunSummary& run, std::string_view label, const std::string& where) {
  const auto found = std::ranges::find(run.classes, label);
  std::string names;
  for (const auto& name : run.classes) names += (names.empty() ? "" : ", ") + name;
  require(found != run.classes.end(), "{}: '{}' is no class of this run; its classes are {}", where, label,
          names);
  return static_cast<int>(found - run.classes.begin());
}

inline void check_arm_name(const RunSummary& run, const std::string& name) {
  const bool file_name = !name.empty() && name.size() <= 64 && name[0] != '.' &&
                         std::ranges::none_of(name, [](char c) { return c == '/' || (c >= 0 && c < ' '); });
  require(file_name, "--arm '{}': the name of an arm has 1 to 64 bytes, no slash and no leading dot", name);
  for (const auto& cell : run.cells)
    require(cell.cell.arm != name, "--arm {}: the run has an arm of this name already", name);
}

}  // namespace detail

/// Reads the predictions of an arm from outside: a line a text, `id TAB fold TAB label`, in any order; a
/// first line "id TAB fold TAB label" is a heading. `label` is the name of a class of the run.
///
/// Throws Error with file and line for a line of another shape, a text twice, a text or fold that the run did
/// not test, and for a text of the run that is missing.
inline ExternalArm read_external_arm(const RunSummary& run, const std::string& name, const std::string& path,
                                     std::string content) {
  detail::check_arm_name(run, name);
  require_utf8_lines(content, path);
  const auto folds = detail::tested_folds(run);
  ExternalArm arm{.name = name, .digest = digest_bytes(content)};
  std::size_t number = 0;
  for (const std::string_view line : detail::lines_of(detail::without_bom(content))) {
    const auto where = fmt::format("{}, line {}", path, ++number);
    const auto field = detail::fields_of(line, '\t');
    require(field.size() == 3, "{}: {} fields; expected id, fold and label, with a tab between", where,
            field.size());
    if (number == 1 && field[0] == "id" && field[1] == "fold") continue;
    const std::string id(field[0]);
    int fold = -1;
    require(detail::parse_whole(field[1], fold), "{}: '{}' is no fold number", where, field[1]);
    const auto known = folds.find(id);
    require(known != folds.end(), "{}: text '{}' was not tested in this run; every id has to match", where,
            id);
    require(known->second == fold,
            "{}: text '{}' is in fold {} here and in fold {} of the run; every fold has to match", where, id,
            fold, known->second);
    require(arm.predicted.emplace(id, detail::class_of(run, field[2], where)).second,
            "{}: text '{}' stands twice", where, id);
  }
  for (const auto& [id, fold] : folds)
    require(arm.predicted.contains(id), "{}: text '{}' of fold {} is missing; {} of {} texts are there", path,
            id, fold, arm.predicted.size(), folds.size());
  arm.file = std::move(content);
  return arm;
}

/// An arm of the run against one from outside, at every layer and by the paired tests of compare(); the arm
/// from outside is the same at all layers.
inline Comparison compare_external(const RunSummary& run, const ExternalArm& external, std::string_view watch,
                                   std::string_view arm, RunSummary* paired = nullptr) {
  RunSummary both{.dataset = run.dataset, .classes = run.classes, .planned = run.planned, .notes = run.notes};
  for (const auto& cell : run.cells) {
    const auto* result = find_watch(cell, watch);
    if (cell.cell.arm != arm || !result) continue;
    CellResult theirs{.cell = cell.cell, .digest = external.digest};
    theirs.cell.arm = external.name;
    theirs.watches.push_back({.watch = std::string(watch), .predictions = result->predictions});
    for (auto& text : theirs.watches[0].predictions) text.predicted = external.predicted.at(text.id);
    both.cells.push_back(cell);
    both.cells.push_back(std::move(theirs));
  }
  auto comparison = compare(both, watch, arm, external.name);
  comparison.done = run.cells.size();
  if (paired) *paired = std::move(both);
  return comparison;
}

}  // namespace mtl
