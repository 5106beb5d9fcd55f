// In: the training histories of a run. Out: one small figure for a layer, validation loss by epoch, as SVG.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <mtl/report/accuracy_svg.hpp>
#include <mtl/report/plot.hpp>
#include <mtl/report/run_summary.hpp>

namespace mtl {

namespace detail {

/// One cell's curve: (epoch, value).
struct LearningCurve {
  bool treatment = false;
  std::vector<plot::Point> points;
};

inline std::vector<LearningCurve> learning_curves(const RunSummary& run, const Comparison& c, int layer,
                                                  const std::string& quantity) {
  std::vector<LearningCurve> curves;
  for (const auto& result : run.cells) {
    if (result.cell.layer != layer || (result.cell.arm != c.treatment && result.cell.arm != c.control))
      continue;
    LearningCurve curve{.treatment = result.cell.arm == c.treatment, .points = {}};
    for (const auto& epoch : result.history)
      if (const auto found = epoch.valid.find(quantity);
          found != epoch.valid.end() && std::isfinite(found->second))
        curve.points.push_back({static_cast<double>(epoch.epoch), found->second});
    if (!curve.points.empty()) curves.push_back(std::move(curve));
  }
  return curves;
}

inline std::string epoch_axis(const plot::Axis& x, double bottom) {
  auto drawing = plot::line({x.from, bottom}, {x.to, bottom}, plot::frame_colour);
  for (const double epoch : plot::ticks(x.low, x.high, 6))
    if (epoch >= 1 && epoch == std::floor(epoch))
      drawing += plot::text({x.at(epoch), bottom + 17}, fmt::format("{:.0f}", epoch), "middle", 12);
  return drawing + plot::text({(x.from + x.to) / 2, bottom + 35}, "epoch", "middle", 12);
}

}  // namespace detail

/// Validation `quantity` ("loss:main") by epoch at one layer: a thin line for each cell, solid with a round
/// end for the treatment, dashed with a square end for the control. Empty text where no cell recorded it.
inline std::string learning_svg(const RunSummary& run, const Comparison& c, int layer,
                                const std::string& quantity) {
  const auto curves = detail::learning_curves(run, c, layer, quantity);
  if (curves.empty()) return {};
  double epochs = 2, low = 1e300, high = -1e300;
  for (const auto& curve : curves)
    for (const auto& point : curve.points) {
      epochs = std::max(epochs, point.x);
      low = std::min(low, point.y);
      high = std::max(high, point.y);
    }
  const double margin = std::max(1e-3, 0.08 * (high - low));
  const plot::Axis x{1, epochs, 72, 390}, y{low - margin, high + margin, 196, 34};
  auto drawing = plot::value_axis(x, y, quantity, 4) + detail::epoch_axis(x, y.from) +
                 plot::text({72, 20}, fmt::format("layer {}", layer));
  for (const auto& curve : curves) {
    auto style = curve.treatment ? treatment_style : control_style;
    style.width = 1.25;
    std::vector<plot::Point> points;
    for (const auto& point : curve.points) points.push_back({x.at(point.x), y.at(point.y)});
    drawing += plot::polyline(points, style, 0.75) + plot::marker(points.back(), style, 3);
  }
  return plot::svg(410, 240,
                   fmt::format("Learning curves at layer {}: validation {} by epoch", layer, quantity),
                   fmt::format("{} lines, one for each cell", curves.size()), drawing);
}

}  // namespace mtl
