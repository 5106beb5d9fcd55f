// In: a report. Out: one row for each text on which the arms disagree somewhere.
#pragma once

#include <string>

#include <mtl/report/escape.hpp>
#include <mtl/report/report.hpp>

namespace mtl {

/// id,class,fold,only_treatment_at,only_control_at; layers separated by spaces.
inline std::string flips_csv(const Report& report) {
  const auto list = [](const std::set<int>& layers) {
    std::string text;
    for (const int layer : layers) text += (text.empty() ? "" : " ") + std::to_string(layer);
    return text;
  };
  std::string text = "id,class,fold,only_treatment_at,only_control_at\n";
  for (const auto& flip : report.flips.texts)
    text += fmt::format("{},{},{},{},{}\n", escape_csv(flip.id),
                        escape_csv(report.run.classes.at(static_cast<std::size_t>(flip.gold))), flip.fold,
                        list(flip.gained), list(flip.lost));
  return text;
}

}  // namespace mtl
