// The few shapes that the figures are drawn with, as SVG text. Pixels grow to the right and downwards.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <mtl/report/escape.hpp>

namespace mtl::plot {

/// Maps values [low, high] to pixels [from, to].
struct Axis {
  double low = 0, high = 1;
  double from = 0, to = 1;

  double at(double value) const { return from + (value - low) / (high - low) * (to - from); }
};

/// Round numbers in [low, high], about `count` of them, at steps of 1, 2 or 5 times a power of ten.
inline std::vector<double> ticks(double low, double high, int count) {
  const double rough = (high - low) / count, power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = power;
  for (const double factor : {2.0, 5.0, 10.0})
    if (step < rough * 0.999) step = factor * power;
  std::vector<double> result;
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k)
    result.push_back(k * step);
  return result;
}

/// How a series looks: colour, shape and dash together, so that none of them carries the meaning alone.
struct Style {
  std::string_view colour;
  std::string_view dash;  ///< stroke-dasharray; empty: solid
  double width = 2;
  char marker = 'o';  ///< 'o' disc; 's' square, '^' triangle, 'd' diamond, all open; 'x' cross; ' ' none
};

struct Point {
  double x, y;
};

inline std::string line(Point a, Point b, std::string_view colour, double width = 1) {
  return fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\" stroke-width=\"{}\"/>\n",
      a.x, a.y, b.x, b.y, colour, width);
}

/// `anchor`: start, middle or end.
inline std::string text(Point at, std::string_view words, std::string_view anchor = "start", int size = 13) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" font-size=\"{}\">{}</text>\n", at.x,
                     at.y, anchor, size, escape_markup(words));
}

/// Text along the vertical axis, read from below.
inline std::string vertical_text(Point at, std::string_view words, int size = 13) {
  return fmt::format(
      "<text transform=\"translate({:.1f} {:.1f}) rotate(-90)\" text-anchor=\"middle\" "
      "font-size=\"{}\">{}</text>\n",
      at.x, at.y, size, escape_markup(words));
}

inline std::string polyline(const std::vector<Point>& points, const Style& style, double opacity = 1) {
  std::string coordinates;
  for (const Point& p : points)
    coordinates += fmt::format("{}{:.1f},{:.1f}", coordinates.empty() ? "" : " ", p.x, p.y);
  const auto dash = style.dash.empty() ? std::string{} : fmt::format(" stroke-dasharray=\"{}\"", style.dash);
  return fmt::format(
      "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-opacity=\"{}\"{}/>\n",
      coordinates, style.colour, style.width, opacity, dash);
}

inline std::string marker(Point at, const Style& style, double radius = 5) {
  const double x = at.x, y = at.y, r = radius;
  const auto outline = [&](const std::string& path) {
    return fmt::format("<path d=\"{}\" fill=\"#fff\" stroke=\"{}\" stroke-width=\"2\"/>\n", path,
                       style.colour);
  };
  switch (style.marker) {
    case 'o':
      return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" fill=\"{}\"/>\n", x, y, r,
                         style.colour);
    case 's':
      return outline(
          fmt::format("M{:.1f} {:.1f}h{}v{}h{}z", x - r + 0.5, y - r + 0.5, 2 * r - 1, 2 * r - 1, 1 - 2 * r));
    case '^':
      return outline(fmt::format("M{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}z", x, y - r, x + r, y + r - 1,
                                 x - r, y + r - 1));
    case 'd':
      return outline(fmt::format("M{:.1f} {:.1f}l{} {}l{} {}l{} {}z", x, y - r, r, r, -r, r, -r, -r));
    case 'x':
      return fmt::format(
          "<path d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}M{:.1f} {:.1f}L{:.1f} {:.1f}\" stroke=\"{}\" "
          "stroke-width=\"2\"/>\n",
          x - r + 1, y - r + 1, x + r - 1, y + r - 1, x - r + 1, y + r - 1, x + r - 1, y - r + 1,
          style.colour);
    default:
      return {};
  }
}

/// The area between two curves over the same places, its edges dashed like the series.
inline std::string band(const std::vector<Point>& upper, const std::vector<Point>& lower,
                        const Style& style) {
  std::string corners;
  for (const Point& p : upper)
    corners += fmt::format("{}{:.1f},{:.1f}", corners.empty() ? "" : " ", p.x, p.y);
  for (auto p = lower.rbegin(); p != lower.rend(); ++p) corners += fmt::format(" {:.1f},{:.1f}", p->x, p->y);
  const auto dash = style.dash.empty() ? std::string{} : fmt::format(" stroke-dasharray=\"{}\"", style.dash);
  return fmt::format(
      "<polygon points=\"{}\" fill=\"{}\" fill-opacity=\"0.09\" stroke=\"{}\" stroke-opacity=\"0.45\" "
      "stroke-width=\"1\"{}/>\n",
      corners, style.colour, style.colour, dash);
}

/// A vertical bar from `low` to `high` at `x`, with end strokes.
inline std::string error_bar(double x, double low, double high, std::string_view colour) {
  return line({x, low}, {x, high}, colour, 1.5) + line({x - 4, low}, {x + 4, low}, colour, 1.5) +
         line({x - 4, high}, {x + 4, high}, colour, 1.5);
}

/// One entry of a legend: a stroke with its marker, then words.
inline std::string legend_entry(Point at, const Style& style, std::string_view words) {
  return polyline({at, {at.x + 34, at.y}}, style) + marker({at.x + 17, at.y}, style) +
         text({at.x + 42, at.y + 4.5}, words);
}

/// A whole drawing of the given size, with a title and a description for those who cannot see it.
inline std::string svg(int width, int height, std::string_view title, std::string_view description,
                       std::string_view body) {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
      "role=\"img\" "
      "aria-label=\"{2}\" font-family=\"system-ui, sans-serif\" "
      "fill=\"#222\">\n<title>{2}</title>\n<desc>{3}</desc>\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n{4}</svg>",
      width, height, escape_markup(title), escape_markup(description), body);
}

inline constexpr std::string_view grid_colour = "#d9dde3";
inline constexpr std::string_view frame_colour = "#5b6470";

/// Horizontal grid lines with their values at the left, and the name of the vertical axis.
inline std::string value_axis(const Axis& x, const Axis& y, std::string_view name, int count = 6) {
  const auto values = ticks(y.low, y.high, count);
  const double step = values.size() > 1 ? values[1] - values[0] : 1;
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 6);
  std::string drawing;
  for (const double value : values)
    drawing += line({x.from, y.at(value)}, {x.to, y.at(value)}, grid_colour) +
               text({x.from - 8, y.at(value) + 4.5},
                    fmt::format("{:.{}f}", std::abs(value) < step / 2 ? 0.0 : value, decimals), "end", 12);
  return drawing + vertical_text({x.from - 48, (y.from + y.to) / 2}, name) +
         line({x.from, y.from}, {x.from, y.to}, frame_colour);
}

}  // namespace mtl::plot
