// In: an SVG drawing. Out: the same as PNG, by librsvg, with the fonts that the machine has.
#pragma once

#include <string>

namespace mtl::program {

/// The bytes of a PNG file, `scale` pixels for each of the drawing's, fewer where the picture would be larger
/// than cairo draws. Nothing outside of the drawing is read. Throws mtl::WorkFailed where it cannot be drawn.
std::string svg_to_png(const std::string& svg, double scale = 2);

}  // namespace mtl::program
