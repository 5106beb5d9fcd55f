// Cells and their results as JSON: what plan.jsonl, result.json and history.jsonl hold.
#pragma once

#include <cmath>
#include <limits>
#include <string>

#include <nlohmann/json.hpp>

#include <mtl/detail/error.hpp>
#include <mtl/experiment/cell.hpp>

namespace mtl {

/// {"arm", "layer", "fold", "seed"}.
inline void to_json(nlohmann::json& json, const Cell& cell) {
  json = {{"arm", cell.arm}, {"layer", cell.layer}, {"fold", cell.fold}, {"seed", cell.seed}};
}

/// Throws nlohmann::json::exception for a missing key or a wrong type, as do all from_json() here.
inline void from_json(const nlohmann::json& json, Cell& cell) {
  json.at("arm").get_to(cell.arm);
  json.at("layer").get_to(cell.layer);
  json.at("fold").get_to(cell.fold);
  json.at("seed").get_to(cell.seed);
}

namespace detail {

/// JSON has no NaN; null stands for it.
inline double number_or_nan(const nlohmann::json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

inline std::map<std::string, double> numbers(const nlohmann::json& object) {
  std::map<std::string, double> values;
  for (const auto& [name, value] : object.items()) values[name] = number_or_nan(value);
  return values;
}

}  // namespace detail

/// A line of history.jsonl: {"epoch", "train_loss", "valid", "seconds"}.
inline void to_json(nlohmann::json& json, const EpochRecord& record) {
  json = {{"epoch", record.epoch},
          {"train_loss", record.train_loss},
          {"valid", record.valid},
          {"seconds", record.seconds}};
}

/// A null where a number is expected is a NaN.
inline void from_json(const nlohmann::json& json, EpochRecord& record) {
  json.at("epoch").get_to(record.epoch);
  record.train_loss = detail::number_or_nan(json.at("train_loss"));
  record.valid = detail::numbers(json.at("valid"));
  json.at("seconds").get_to(record.seconds);
}

/// Without the predictions, which stand in predictions.tsv.
inline void to_json(nlohmann::json& json, const WatchResult& result) {
  std::int64_t correct = 0;
  for (const auto& row : result.predictions) correct += row.gold == row.predicted;
  json = {{"watch", result.watch},   {"best_epoch", result.best_epoch},     {"best_value", result.best_value},
          {"scores", result.scores}, {"n_test", result.predictions.size()}, {"correct", correct}};
}

/// Without the predictions; a null where a number is expected is a NaN.
inline void from_json(const nlohmann::json& json, WatchResult& result) {
  json.at("watch").get_to(result.watch);
  json.at("best_epoch").get_to(result.best_epoch);
  result.best_value = detail::number_or_nan(json.at("best_value"));
  result.scores = detail::numbers(json.at("scores"));
}

/// Without the history, which stands in history.jsonl.
inline void to_json(nlohmann::json& json, const CellResult& result) {
  json = {{"cell", result.cell},
          {"digest", result.digest},
          {"watches", result.watches},
          {"environment", result.environment},
          {"seconds", result.seconds},
          {"tokens", result.tokens},
          {"peak_memory", result.peak_memory}};
}

/// Without the history.
inline void from_json(const nlohmann::json& json, CellResult& result) {
  json.at("cell").get_to(result.cell);
  json.at("digest").get_to(result.digest);
  json.at("watches").get_to(result.watches);
  if (json.contains("environment"))
    json.at("environment").get_to(result.environment);  // early cells have none
  json.at("seconds").get_to(result.seconds);
  json.at("tokens").get_to(result.tokens);
  result.peak_memory = json.value("peak_memory", std::int64_t{0});  // cells of version 0.1.0 have none
}

}  // namespace mtl
