// In: the cells of a run. Out: how well the auxiliary head finds each kind of span, by layer; as numbers and
// as SVG.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/report/accuracy_svg.hpp>
#include <mtl/report/comparison.hpp>
#include <mtl/report/plot.hpp>
#include <mtl/stats/descriptive.hpp>

namespace mtl {

/// Entity-level F1 of one kind of span by layer, mean over folds and seeds of the arms that have the head.
struct AuxiliaryCurve {
  std::string head;          ///< "pos"
  std::string kind;          ///< a part of speech, or "all kinds" for all spans counted together
  std::map<int, double> f1;  ///< by layer, in [0, 1]
};

/// The curves of the treatment's heads, all kinds together first, then by name. Empty where no head finds
/// spans.
inline std::vector<AuxiliaryCurve> auxiliary_curves(const RunSummary& run, const Comparison& c) {
  constexpr std::string_view sign = ".span_f1";
  std::map<std::pair<std::string, std::string>, std::map<int, std::vector<double>>> values;
  for (const auto& cell : run.cells) {
    const auto* result = find_watch(cell, c.watch);
    if (cell.cell.arm != c.treatment || !result) continue;
    for (const auto& [name, value] : result->scores) {
      const auto at = name.find(sign);
      if (at == std::string::npos || !std::isfinite(value)) continue;
      const auto rest = name.substr(at + sign.size());
      if (!rest.empty() && rest[0] != ':') continue;
      values[{name.substr(0, at), rest.empty() ? "" : rest.substr(1)}][cell.cell.layer].push_back(value);
    }
  }
  std::vector<AuxiliaryCurve> curves;
  for (const auto& [name, by_layer] : values) {
    curves.push_back({name.first, name.second.empty() ? "all kinds" : name.second, {}});
    for (const auto& [layer, list] : by_layer) curves.back().f1[layer] = stats::mean(list);
  }
  return curves;
}

namespace detail {

/// Colour, dash and shape of the n-th kind; after five they repeat, and the table beside the figure decides.
inline plot::Style kind_style(std::size_t n) {
  constexpr std::array<plot::Style, 5> styles{{{"#1c2128", "", 2.25, 'o'},
                                               {"#0b4f94", "7 3", 2, 's'},
                                               {"#a33c06", "2 3", 2, '^'},
                                               {"#1a6b3c", "9 3 2 3", 2, 'd'},
                                               {"#6b2a86", "4 4", 2, 'x'}}};
  return styles[n % styles.size()];
}

}  // namespace detail

/// F1 from 0 to 1 by layer, a curve for each kind. 820 x 340 pixels; empty text without curves.
inline std::string auxiliary_svg(const std::vector<AuxiliaryCurve>& curves) {
  if (curves.empty()) return {};
  int first = 1 << 20, last = 0;
  for (const auto& curve : curves)
    for (const auto& [layer, value] : curve.f1) first = std::min(first, layer), last = std::max(last, layer);
  const double aside = first == last ? 1.0 : 0.4;
  const plot::Axis x{first - aside, last + aside, 72, 640}, y{0, 1, 286, 24};
  auto drawing = plot::value_axis(x, y, "entity F1", 5) +
                 plot::line({x.from, y.from}, {x.to, y.from}, plot::frame_colour);
  for (int layer = first; layer <= last; ++layer)
    drawing += plot::text({x.at(layer), y.from + 18}, std::to_string(layer), "middle");
  drawing += plot::text({(x.from + x.to) / 2, y.from + 42}, "layer", "middle");
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const auto style = detail::kind_style(i);
    std::vector<plot::Point> points;
    std::string markers;
    for (const auto& [layer, value] : curves[i].f1) {
      points.push_back({x.at(layer), y.at(value)});
      markers += plot::marker(points.back(), style, 4.5);
    }
    drawing += plot::polyline(points, style) + markers +
               plot::legend_entry({660, 40 + 24 * static_cast<double>(i)}, style, curves[i].kind);
  }
  return plot::svg(820, 340, "Auxiliary head: entity F1 by kind of span and layer",
                   "The table beside this figure holds the same numbers.", drawing);
}

}  // namespace mtl
