// What cells were expected to take, before any was trained: predicted from a few steps, kept as
// RUN/predicted.json, shown beside what they took. Torch-free.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <mtl/experiment/cell.hpp>
#include <mtl/store/atomic_file.hpp>

namespace mtl {

/// An epoch of a cell of an arm at a layer, validation included.
struct PredictedCost {
  std::string arm = {};
  int layer = 0;
  double epoch_seconds = 0;
  std::int64_t peak_memory = 0;  ///< bytes of the process; 0: unknown
  std::string made_for = {};     ///< settings, data and division of the threads that it holds for, in words

  bool operator==(const PredictedCost&) const = default;
};

inline void to_json(nlohmann::json& json, const PredictedCost& cost) {
  json = {{"arm", cost.arm},
          {"layer", cost.layer},
          {"epoch_seconds", cost.epoch_seconds},
          {"peak_memory", cost.peak_memory},
          {"made_for", cost.made_for}};
}

inline void from_json(const nlohmann::json& json, PredictedCost& cost) {
  json.at("arm").get_to(cost.arm);
  json.at("layer").get_to(cost.layer);
  json.at("epoch_seconds").get_to(cost.epoch_seconds);
  json.at("peak_memory").get_to(cost.peak_memory);
  cost.made_for = json.value("made_for", "");  // earlier versions wrote none
}

/// The costs of every layer in `layers` for one arm, from those of some: on the line between the two nearest.
/// `measured`: of one arm, rising by layer, at least one.
inline std::vector<PredictedCost> interpolate_costs(const std::vector<PredictedCost>& measured,
                                                    const std::vector<int>& layers) {
  std::vector<PredictedCost> all;
  for (const int layer : layers) {
    const auto above = std::ranges::lower_bound(measured, layer, {}, &PredictedCost::layer);
    const auto& high = above == measured.end() ? measured.back() : *above;
    const auto& low = above == measured.begin() ? measured.front() : *(above - 1);
    const double share =
        high.layer == low.layer ? 0 : static_cast<double>(layer - low.layer) / (high.layer - low.layer);
    const auto between = [&](double a, double b) { return a + std::clamp(share, 0.0, 1.0) * (b - a); };
    all.push_back({low.arm, layer, between(low.epoch_seconds, high.epoch_seconds),
                   static_cast<std::int64_t>(between(static_cast<double>(low.peak_memory),
                                                     static_cast<double>(high.peak_memory)))});
  }
  return all;
}

/// The prediction for a cell's arm and layer; null where there is none.
inline const PredictedCost* find_cost(const std::vector<PredictedCost>& costs, const Cell& cell) {
  const auto found = std::ranges::find_if(
      costs, [&](const PredictedCost& cost) { return cost.arm == cell.arm && cost.layer == cell.layer; });
  return found == costs.end() ? nullptr : &*found;
}

/// Reads it back; empty where the run has none. Throws nlohmann::json::exception for a file that is damaged.
inline std::vector<PredictedCost> read_predictions(const std::filesystem::path& run) {
  const auto file = run / "predicted.json";
  if (!std::filesystem::exists(file)) return {};
  return nlohmann::json::parse(read_file(file.string())).get<std::vector<PredictedCost>>();
}

/// Adds to RUN/predicted.json what it does not have: a sweep that goes on keeps what was predicted at first,
/// unless that was made for something else. A damaged file is written anew.
inline void add_predictions(const std::filesystem::path& run, const std::vector<PredictedCost>& costs) {
  std::vector<PredictedCost> all;
  try {
    all = read_predictions(run);
  } catch (const nlohmann::json::exception&) {
    // nothing else is in it
  }
  std::erase_if(all, [&](const PredictedCost& old) {
    const auto* const cost = find_cost(costs, {.arm = old.arm, .layer = old.layer});
    return cost && cost->made_for != old.made_for;
  });
  for (const auto& cost : costs)
    if (!find_cost(all, {.arm = cost.arm, .layer = cost.layer})) all.push_back(cost);
  if (!all.empty())
    write_file_atomically((run / "predicted.json").string(), nlohmann::json(all).dump(1) + "\n");
}

}  // namespace mtl
