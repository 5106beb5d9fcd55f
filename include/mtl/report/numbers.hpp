// How numbers and arms are written in tables, whatever the locale.
#pragma once

#include <cmath>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <mtl/report/comparison.hpp>

namespace mtl {

/// Percent or points as the paper prints them: three decimals. "n/a" for a NaN.
inline std::string show_points(double value) {
  return std::isfinite(value) ? fmt::format("{:.3f}", value) : "n/a";
}

/// A gain that a design could have seen. Accuracy cannot gain more than 100 points.
inline std::string show_detectable(double points) {
  return points > 100 ? std::string("over 100") : show_points(points);
}

/// A difference with its sign: +1.756.
inline std::string show_difference(double value) {
  return std::isfinite(value) ? fmt::format("{:+.3f}", value) : "n/a";
}

/// Mean and population SD: "91.778 ± 1.116".
inline std::string show_accuracy(double mean, double sd) {
  return std::isfinite(mean) ? show_points(mean) + " ± " + show_points(sd) : "n/a";
}

/// A p-value with four decimals, as in the paper.
inline std::string show_p(double p) {
  if (!std::isfinite(p)) return "n/a";
  return p < 0.00005 ? "<0.0001" : fmt::format("{:.4f}", p);
}

/// The p-value of a row, or why there is none.
inline std::string show_test(const LayerComparison& layer) {
  return layer.test.status == stats::Status::Ok ? show_p(table_p(layer))
                                                : std::string(stats::status_sentence(layer.test.status));
}

/// Full precision, shortest form that reads back; empty for a NaN, as CSV readers expect.
inline std::string show_exact(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

/// The heading of an arm: the paper's words for its two, else the arm's own name.
inline std::string arm_title(std::string_view arm) {
  if (arm == "multi") return "Multi Task";
  if (arm == "single") return "Single Task";
  return std::string(arm);
}

/// "12 of 18 cells"
inline std::string show_progress(const Comparison& c) {
  return fmt::format("{} of {} cells", c.done, c.planned);
}

/// "1 fold", "3 folds"
inline std::string count_of(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace mtl
