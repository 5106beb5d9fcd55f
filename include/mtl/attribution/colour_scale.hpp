// In: a score and the largest one. Out: one of 256 reds, as in the paper's pictures; blues below zero.
// Torch-free.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

#include <fmt/format.h>

namespace mtl {

/// Levels of the scale: 0 is white.
inline constexpr int colour_levels = 256;

/// The score that gets the full colour: the largest magnitude of the shown ones. 0 where all are 0.
inline double full_scale(std::span<const double> scores) {
  double largest = 0;
  for (const double score : scores)
    if (std::isfinite(score)) largest = std::max(largest, std::abs(score));
  return largest;
}

/// The level of a score, rounded to the nearest: -255 .. 255, with the sign of the score. 0 where the scale
/// or the score has no size; what is beyond the scale has its full colour.
inline int colour_level(double score, double full) {
  if (!(full > 0) || !std::isfinite(score)) return 0;
  return static_cast<int>(std::lround(255 * std::clamp(score / full, -1.0, 1.0)));
}

/// #ffffff at 0, #ff0000 at 255, in equal steps of green and blue; below 0 from white to #4d99ff at -255.
/// Black text keeps at least 5:1 on all of them.
inline std::string colour_of(int level) {
  if (level >= 0) return fmt::format("#ff{0:02x}{0:02x}", 255 - level);
  return fmt::format("#{:02x}{:02x}ff", 255 + level * 178 / 255, 255 + level * 102 / 255);
}

}  // namespace mtl
