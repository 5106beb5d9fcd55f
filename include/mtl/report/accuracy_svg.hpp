// In: a comparison, and the paper's table where it has one. Out: accuracy by layer for both arms, as SVG.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <mtl/report/comparison.hpp>
#include <mtl/report/numbers.hpp>
#include <mtl/report/paper_tables.hpp>
#include <mtl/report/plot.hpp>

namespace mtl {

/// How the arms look in every figure: the treatment solid with filled circles, the control dashed with open
/// squares.
inline constexpr plot::Style treatment_style{.colour = "#0b4f94", .dash = "", .width = 2.25, .marker = 'o'};
inline constexpr plot::Style control_style{.colour = "#a33c06", .dash = "7 3", .width = 2.25, .marker = 's'};

namespace detail {

/// A curve over layers; without a finite band: no interval.
struct LayerPoint {
  int layer;
  double mean;
  stats::Interval band = {};
};

struct LayerCurve {
  std::string name;
  plot::Style style;
  std::vector<LayerPoint> points;
};

/// An interval of percents ends at 0 and at 100.
inline stats::Interval within_percent(stats::Interval band) {
  return {std::max(0.0, band.low), std::min(100.0, band.high)};
}

inline std::vector<LayerCurve> accuracy_curves(const Comparison& c, const PaperTable* paper) {
  std::vector<LayerCurve> curves{{arm_title(c.treatment), treatment_style, {}},
                                 {arm_title(c.control), control_style, {}}};
  for (const auto& row : c.layers) {
    if (row.folds.empty()) continue;
    curves[0].points.push_back({row.layer, row.treatment.mean, row.treatment.ci95});
    curves[1].points.push_back({row.layer, row.control.mean, row.control.ci95});
  }
  if (!paper) return curves;
  curves.push_back(
      {"paper, Multi Task", {.colour = "#0b4f94", .dash = "2 3", .width = 1.25, .marker = '^'}, {}});
  curves.push_back(
      {"paper, Single Task", {.colour = "#a33c06", .dash = "8 3 2 3", .width = 1.25, .marker = 'd'}, {}});
  for (const auto& row : paper->rows) {
    curves[2].points.push_back({row.layer, row.multi_mean});
    curves[3].points.push_back({row.layer, row.single_mean});
  }
  return curves;
}

/// The values that the axes have to show, with a margin.
struct PlotRange {
  int first_layer = 1, last_layer = 1;
  double low = 0, high = 100;
};

inline PlotRange plot_range(const std::vector<LayerCurve>& curves) {
  PlotRange range{1 << 20, 0, 1e9, -1e9};
  for (const auto& curve : curves)
    for (const auto& point : curve.points) {
      const auto [low, high] = within_percent(point.band);
      range = {std::min(range.first_layer, point.layer), std::max(range.last_layer, point.layer),
               std::min({range.low, point.mean, std::isfinite(point.band.low) ? low : point.mean}),
               std::max({range.high, point.mean, std::isfinite(point.band.high) ? high : point.mean})};
    }
  const double margin = std::max(0.5, 0.06 * (range.high - range.low));
  range.low -= margin;
  range.high += margin;
  return range;
}

/// The band of a curve, in the stretches that have one; a single layer gets a bar.
inline std::string draw_band(const LayerCurve& curve, const plot::Axis& x, const plot::Axis& y) {
  std::string drawing;
  std::vector<plot::Point> upper, lower;
  const auto finish = [&] {
    if (upper.size() > 1) drawing += plot::band(upper, lower, curve.style);
    if (upper.size() == 1) drawing += plot::error_bar(upper[0].x, lower[0].y, upper[0].y, curve.style.colour);
    upper.clear();
    lower.clear();
  };
  for (const auto& point : curve.points) {
    if (!std::isfinite(point.band.low)) {
      finish();
      continue;
    }
    const auto [low, high] = within_percent(point.band);
    upper.push_back({x.at(point.layer), y.at(high)});
    lower.push_back({x.at(point.layer), y.at(low)});
  }
  finish();
  return drawing;
}

inline std::string draw_curve(const LayerCurve& curve, const plot::Axis& x, const plot::Axis& y) {
  std::vector<plot::Point> points;
  std::string markers;
  const double radius = curve.style.width < 2 ? 4 : 5;
  for (const auto& point : curve.points) {
    points.push_back({x.at(point.layer), y.at(point.mean)});
    markers += plot::marker(points.back(), curve.style, radius);
  }
  return plot::polyline(points, curve.style) + markers;
}

/// Layer numbers, and under each the p-value of its test: raw, and corrected over the layers.
inline std::string layer_axis(const Comparison& c, const plot::Axis& x, double bottom,
                              const PlotRange& range) {
  auto drawing = plot::line({x.from, bottom}, {x.to, bottom}, plot::frame_colour);
  for (int layer = range.first_layer; layer <= range.last_layer; ++layer)
    drawing += plot::line({x.at(layer), bottom}, {x.at(layer), bottom + 5}, plot::frame_colour) +
               plot::text({x.at(layer), bottom + 20}, std::to_string(layer), "middle");
  drawing += plot::text({x.from - 10, bottom + 20}, "layer", "end", 12) +
             plot::text({x.from - 10, bottom + 38}, "p", "end", 12) +
             plot::text({x.from - 10, bottom + 54}, "Holm", "end", 12);
  for (const auto& row : c.layers) {
    if (row.folds.empty()) continue;
    const bool tested = row.test.status == stats::Status::Ok;
    drawing +=
        plot::text({x.at(row.layer), bottom + 38}, tested ? show_p(table_p(row)) : "none", "middle", 12);
    if (tested) drawing += plot::text({x.at(row.layer), bottom + 54}, show_p(row.p_holm), "middle", 12);
  }
  return drawing + plot::text({(x.from + x.to) / 2, bottom + 78},
                              "layer at which the auxiliary head taps (and the lower trained layer)",
                              "middle");
}

inline std::string accuracy_legend(const std::vector<LayerCurve>& curves) {
  std::string drawing;
  for (std::size_t i = 0; i < curves.size(); ++i)
    drawing +=
        plot::legend_entry({72.0 + 180.0 * static_cast<double>(i), 24}, curves[i].style, curves[i].name);
  return drawing + plot::text({72, 47}, "bands: 95 percent interval of the mean over the folds", "start", 12);
}

}  // namespace detail

/// Accuracy in percent by layer: a curve with markers and a band for each arm (the 95 percent interval of the
/// mean, by Student's t over the folds), the p of each layer under its number, and the paper's two curves as
/// thin lines. 820 x 460 pixels, text as text, no links. The same comparison gives the same bytes.
inline std::string accuracy_svg(const Comparison& c, const PaperTable* paper = nullptr) {
  const auto title = fmt::format("{}: accuracy by layer, models chosen by {}", c.dataset, c.watch);
  const auto curves = detail::accuracy_curves(c, paper);
  if (std::ranges::all_of(curves, [](const auto& curve) { return curve.points.empty(); }))
    return plot::svg(
        820, 60, title, "Empty",
        plot::text({410, 36}, "No layer has a test fold that both arms have finished.", "middle"));
  const auto range = detail::plot_range(curves);
  const bool one_layer = range.first_layer == range.last_layer;
  const plot::Axis x{range.first_layer - (one_layer ? 1.0 : 0.4), range.last_layer + (one_layer ? 1.0 : 0.4),
                     72, 800};
  const plot::Axis y{range.low, range.high, 368, 62};
  auto drawing = plot::value_axis(x, y, "test accuracy, percent") + detail::layer_axis(c, x, y.from, range);
  for (const auto& curve : curves) drawing += detail::draw_band(curve, x, y);
  for (auto curve = curves.rbegin(); curve != curves.rend(); ++curve)
    drawing += detail::draw_curve(*curve, x, y);
  return plot::svg(820, 460, title, "The table beside this figure holds the same numbers.",
                   drawing + detail::accuracy_legend(curves));
}

}  // namespace mtl
