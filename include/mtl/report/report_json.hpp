// In: a report. Out: every number of it as JSON: those that the predictions alone give, and apart from them
// those that were recorded while training.
#pragma once

#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include <mtl/eval/confusion.hpp>
#include <mtl/report/choices.hpp>
#include <mtl/report/evidence_findings.hpp>
#include <mtl/report/evidence_json.hpp>
#include <mtl/report/report.hpp>
#include <mtl/version.hpp>

namespace mtl {

namespace detail {

inline Json flips_json(const Report& report) {
  auto layers = Json::array(), texts = Json::array();
  for (const auto& row : report.flips.layers)
    layers.push_back({{"layer", row.layer},
                      {"both_right", row.both_right},
                      {"only_treatment", row.only_treatment},
                      {"only_control", row.only_control},
                      {"both_wrong", row.both_wrong}});
  for (const auto& text : report.flips.texts)
    texts.push_back({{"id", text.id},
                     {"class", report.run.classes.at(static_cast<std::size_t>(text.gold))},
                     {"fold", text.fold},
                     {"only_treatment_at", text.gained},
                     {"only_control_at", text.lost}});
  return {{"layers", std::move(layers)}, {"texts", std::move(texts)}};
}

/// Rows: true class; columns: predicted class; all folds and seeds of an arm and layer together.
inline Json confusion_json(const RunSummary& run, std::string_view watch) {
  std::map<std::pair<std::string, int>, ConfusionMatrix> matrices;
  for (const auto& cell : run.cells)
    if (const auto* result = find_watch(cell, watch)) {
      auto& matrix =
          matrices.try_emplace({cell.cell.arm, cell.cell.layer}, static_cast<int>(run.classes.size()))
              .first->second;
      for (const auto& text : result->predictions) matrix.add(text.gold, text.predicted);
    }
  auto list = Json::array();
  for (const auto& [key, matrix] : matrices) {
    auto rows = Json::array();
    for (int gold = 0; gold < matrix.classes(); ++gold) {
      auto row = Json::array();
      for (int predicted = 0; predicted < matrix.classes(); ++predicted)
        row.push_back(matrix.count(gold, predicted));
      rows.push_back(std::move(row));
    }
    list.push_back({{"arm", key.first}, {"layer", key.second}, {"rows", std::move(rows)}});
  }
  return list;
}

inline Json cell_costs_json(const RunSummary& run) {
  auto cells = Json::array();
  for (const auto& cell : run.cells) {
    Json scores = Json::object();
    for (const auto& watch : cell.watches)
      for (const auto& [name, value] : watch.scores) scores[watch.watch][name] = number_or_null(value);
    cells.push_back({{"arm", cell.cell.arm},
                     {"layer", cell.cell.layer},
                     {"fold", cell.cell.fold},
                     {"seed", cell.cell.seed},
                     {"digest", cell.digest},
                     {"epochs", cell.history.size()},
                     {"seconds", cell.seconds},
                     {"tokens", cell.tokens},
                     {"peak_memory", cell.peak_memory},
                     {"scores", std::move(scores)}});
  }
  return cells;
}

inline Json outside_json(const Report& report) {
  auto list = Json::array();
  for (const auto& [comparison, evidence] : report.outside)
    list.push_back({{"comparison", comparison_json(comparison)}, {"evidence", evidence_json(evidence)}});
  return list;
}

}  // namespace detail

/// What follows from the predictions (and from the sizes of the folds) alone.
inline nlohmann::ordered_json predictions_json(const Report& report) {
  auto comparisons = nlohmann::ordered_json::array();
  for (const auto& c : report.comparisons) comparisons.push_back(comparison_json(c));
  return {{"findings", all_findings(report.main(), report.evidence)},
          {"comparisons", std::move(comparisons)},
          {"evidence", evidence_json(report.evidence)},
          {"flips", detail::flips_json(report)},
          {"confusion", detail::confusion_json(report.run, report.main().watch)},
          {"outside", detail::outside_json(report)}};
}

/// What was recorded while training, and what the report was given beside the run.
inline nlohmann::ordered_json recorded_json(const Report& report) {
  const auto& run = report.run;
  nlohmann::ordered_json dropped = nlohmann::ordered_json::object(), arms = nlohmann::ordered_json::array();
  for (const auto& row : run.dropped) dropped[row.reason] = row.count;
  for (const auto& arm : report.options.outside) arms.push_back({{"name", arm.name}, {"digest", arm.digest}});
  nlohmann::ordered_json json{{"provenance", run.provenance},
                              {"settings", run.choices},
                              {"dropped", dropped},
                              {"cells", detail::cell_costs_json(run)},
                              {"arms", arms}};
  if (report.evidence.choices.size() > 1) json["layer_choice"] = choice_json(report.evidence.choices[1]);
  json["texts"] = report.options.texts;
  json["attention"] = report.options.attention;
  return json;
}

/// The whole report. Texts that are not UTF-8 are made so.
inline std::string report_json(const Report& report) {
  const nlohmann::ordered_json json{{"format", "mtl report"},
                                    {"mtl", MTL_VERSION},
                                    {"dataset", report.run.dataset},
                                    {"classes", report.run.classes},
                                    {"notes", report.run.notes},
                                    {"cells_done", report.run.cells.size()},
                                    {"cells_planned", report.run.planned},
                                    {"from_predictions", predictions_json(report)},
                                    {"recorded", recorded_json(report)}};
  return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace mtl
