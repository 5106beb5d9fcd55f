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
inline constexpr plot::Style treatment_style{.colour = "#0b5cad", .dash = "", .width = 2.25, .marker = 'o'};
inline constexpr plot::Style control_style{.colour = "#b3470b", .dash = "7 3", .width = 2.25, .marker = 's'};

namespace detail {

/// A curve over layers; sd < 0: no error bar.
struct LayerPoint {
  int layer;
  double mean, sd;
};

struct LayerCurve {
  std::string name;
  plot::Style style;
  double shift;  ///< pixels to the side, so that the error bars of two arms stay apart
  std::vector<LayerPoint> points;
};

inline std::vector<LayerCurve> accuracy_curves(const Comparison& c, const PaperTable* paper) {
  std::vector<LayerCurve> curves{{arm_title(c.treatment), treatment_style, -3, {}},
                                 {arm_title(c.control), control_style, 3, {}}};
  for (const auto& row : c.layers) {
    if (row.folds.empty()) continue;
    curves[0].points.push_back({row.layer, row.treatment.mean, row.treatment.population_sd});
    curves[1].points.push_back({row.layer, row.control.mean, row.control.population_sd});
  }
  if (!paper) return curves;
  curves.push_back(
      {"paper, Multi Task", {.colour = "#0b5cad", .dash = "2 3", .width = 1.25, .marker = ' '}, 0, {}});
  curves.push_back(
      {"paper, Single Task", {.colour = "#b3470b", .dash = "8 3 2 3", .width = 1.25, .marker = ' '}, 0, {}});
  for (const auto& row : paper->rows) {
    curves[2].points.push_back({row.layer, row.multi_mean, -1});
    curves[3].points.push_back({row.layer, row.single_mean, -1});
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
      const double reach = std::max(0.0, point.sd);
      range = {std::min(range.first_layer, point.layer), std::max(range.last_layer, point.layer),
               std::min(range.low, point.mean - reach), std::max(range.high, point.mean + reach)};
    }
  const double margin = std::max(0.5, 0.06 * (range.high - range.low));
  range.low -= margin;
  range.high += margin;
  return range;
}

inline std::string draw_curve(const LayerCurve& curve, const plot::Axis& x, const plot::Axis& y) {
  std::vector<plot::Point> points;
  std::string bars, markers;
  for (const auto& point : curve.points) {
    points.push_back({x.at(point.layer) + curve.shift, y.at(point.mean)});
    if (point.sd > 0)
      bars += plot::error_bar(points.back().x, y.at(point.mean - point.sd), y.at(point.mean + point.sd),
                              curve.style.colour);
    markers += plot::marker(points.back(), curve.style);
  }
  return bars + plot::polyline(points, curve.style) + markers;
}

/// Layer numbers, and under each the p-value of its test.
inline std::string layer_axis(const Comparison& c, const plot::Axis& x, double bottom,
                              const PlotRange& range) {
  auto drawing = plot::line({x.from, bottom}, {x.to, bottom}, plot::frame_colour);
  for (int layer = range.first_layer; layer <= range.last_layer; ++layer)
    drawing += plot::line({x.at(layer), bottom}, {x.at(layer), bottom + 5}, plot::frame_colour) +
               plot::text({x.at(layer), bottom + 20}, std::to_string(layer), "middle");
  drawing += plot::text({x.from - 8, bottom + 38}, "p", "end", 12);
  for (const auto& row : c.layers)
    if (!row.folds.empty())
      drawing +=
          plot::text({x.at(row.layer), bottom + 38},
                     row.test.status == stats::Status::Ok ? show_p(table_p(row)) : "none", "middle", 12);
  return drawing + plot::text({(x.from + x.to) / 2, bottom + 60},
                              "layer at which the auxiliary head taps (and the lower trained layer)",
                              "middle");
}

inline std::string accuracy_legend(const std::vector<LayerCurve>& curves, bool bars) {
  std::string drawing;
  for (std::size_t i = 0; i < curves.size(); ++i)
    drawing +=
        plot::legend_entry({72.0 + 175.0 * static_cast<double>(i), 24}, curves[i].style, curves[i].name);
  return bars ? drawing + plot::text({72, 47}, "bars: ± one SD over the folds (population SD)", "start", 12)
              : drawing;
}

}  // namespace detail

/// Accuracy in percent by layer: a curve, markers and bars of one population SD for each arm, the p of each
/// layer under its number, and the paper's two curves as thin lines. 820 x 440 pixels, text as text, no
/// links. The same comparison gives the same bytes.
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
  for (auto curve = curves.rbegin(); curve != curves.rend(); ++curve)
    drawing += detail::draw_curve(*curve, x, y);
  return plot::svg(820, 440, title, "The table beside this figure holds the same numbers.",
                   drawing + detail::accuracy_legend(curves, true));
}

}  // namespace mtl
