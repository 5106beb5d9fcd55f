// In: a comparison. Out: the differences of the folds by layer, as SVG: the data that the t-test sees.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include <mtl/report/accuracy_svg.hpp>
#include <mtl/report/comparison.hpp>
#include <mtl/report/numbers.hpp>
#include <mtl/report/plot.hpp>

namespace mtl {

namespace detail {

/// What the vertical axis has to show: every fold, every interval that is not wider than twice the folds,
/// zero.
inline PlotRange difference_range(const Comparison& c) {
  PlotRange range{1 << 20, 0, 0, 0};
  for (const auto& row : c.layers) {
    if (row.folds.empty()) continue;
    range.first_layer = std::min(range.first_layer, row.layer);
    range.last_layer = std::max(range.last_layer, row.layer);
    for (const auto& fold : row.folds) {
      range.low = std::min(range.low, fold.treatment - fold.control);
      range.high = std::max(range.high, fold.treatment - fold.control);
    }
  }
  const double reach = std::max(0.5, range.high - range.low);
  for (const auto& row : c.layers)
    if (std::isfinite(row.test.ci95.low)) {
      range.low = std::max(range.low - reach, std::min(range.low, row.test.ci95.low));
      range.high = std::min(range.high + reach, std::max(range.high, row.test.ci95.high));
    }
  range.low -= 0.08 * (range.high - range.low) + 0.1;
  range.high += 0.08 * (range.high - range.low) + 0.1;
  return range;
}

/// The folds as open circles beside one another, their mean as a diamond on its interval.
inline std::string draw_differences(const LayerComparison& row, const plot::Axis& x, const plot::Axis& y) {
  constexpr plot::Style fold_style{.colour = "#5b6470", .dash = "", .width = 1, .marker = 's'};
  constexpr plot::Style mean_style{.colour = "#0b4f94", .dash = "", .width = 2, .marker = 'd'};
  std::string drawing;
  const auto count = static_cast<double>(row.folds.size());
  const double step = std::min(4.5, 34 / std::max(1.0, count - 1));
  for (std::size_t i = 0; i < row.folds.size(); ++i) {
    const double shift = (static_cast<double>(i) - (count - 1) / 2) * step;
    drawing += plot::marker({x.at(row.layer) + shift, y.at(row.folds[i].treatment - row.folds[i].control)},
                            fold_style, 3);
  }
  if (std::isfinite(row.test.ci95.low)) {
    const double low = std::max(y.low, row.test.ci95.low), high = std::min(y.high, row.test.ci95.high);
    drawing += plot::error_bar(x.at(row.layer), y.at(low), y.at(high), mean_style.colour);
  }
  return drawing + plot::marker({x.at(row.layer), y.at(row.test.mean_diff)}, mean_style, 6);
}

}  // namespace detail

/// Differences in points, a small square for each fold, and their mean with its 95 percent interval, by
/// layer. 820 x 360 pixels; empty text where no layer has a fold. The same comparison gives the same bytes.
inline std::string differences_svg(const Comparison& c) {
  const auto range = detail::difference_range(c);
  if (range.first_layer > range.last_layer) return {};
  const bool one_layer = range.first_layer == range.last_layer;
  const plot::Axis x{range.first_layer - (one_layer ? 1.0 : 0.5), range.last_layer + (one_layer ? 1.0 : 0.5),
                     72, 800};
  const plot::Axis y{range.low, range.high, 300, 44};
  auto drawing =
      plot::value_axis(x, y, "difference, points") +
      plot::line({x.from, y.at(0)}, {x.to, y.at(0)}, plot::frame_colour, 1.5) +
      plot::text({72, 24},
                 fmt::format("above zero: {} is more accurate. Squares: folds. Diamond: their mean, with "
                             "its 95 percent interval",
                             arm_title(c.treatment)),
                 "start", 12);
  for (const auto& row : c.layers) {
    if (row.folds.empty()) continue;
    drawing += detail::draw_differences(row, x, y) +
               plot::text({x.at(row.layer), y.from + 20}, std::to_string(row.layer), "middle");
  }
  drawing += plot::text({(x.from + x.to) / 2, y.from + 44}, "layer", "middle");
  return plot::svg(820, 360,
                   fmt::format("{}: {} minus {} on every test fold, by layer", c.dataset,
                               arm_title(c.treatment), arm_title(c.control)),
                   "The tables of the folds hold the same numbers.", drawing);
}

}  // namespace mtl
