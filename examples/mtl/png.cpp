#include "png.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include <cairo.h>
#include <librsvg/rsvg.h>

#include <mtl/detail/error.hpp>

namespace mtl::program {

namespace {

[[noreturn]] void fail(GError* problem) {
  const std::string why = problem != nullptr ? problem->message : "unknown reason";
  g_clear_error(&problem);
  throw WorkFailed("a picture cannot be drawn as PNG: " + why);
}

void require_drawn(cairo_status_t status) {
  if (status != CAIRO_STATUS_SUCCESS)
    throw WorkFailed(fmt::format("a picture cannot be drawn as PNG: {}", cairo_status_to_string(status)));
}

cairo_status_t append(void* bytes, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

std::string svg_to_png(const std::string& svg, double scale) {
  GError* problem = nullptr;
  const std::unique_ptr<RsvgHandle, void (*)(void*)> drawing(
      rsvg_handle_new_from_data(reinterpret_cast<const guint8*>(svg.data()), svg.size(), &problem),
      &g_object_unref);
  if (drawing == nullptr) fail(problem);
  double width = 0, height = 0;
  if (!rsvg_handle_get_intrinsic_size_in_pixels(drawing.get(), &width, &height))
    throw WorkFailed("a picture cannot be drawn as PNG: it has no size");
  constexpr double most = 32000;  // cairo's coordinates are 16 bits
  scale = std::min({scale, most / width, most / height});
  const RsvgRectangle whole{0, 0, std::ceil(width * scale), std::ceil(height * scale)};
  const std::unique_ptr<cairo_surface_t, void (*)(cairo_surface_t*)> surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(whole.width),
                                 static_cast<int>(whole.height)),
      &cairo_surface_destroy);
  require_drawn(cairo_surface_status(surface.get()));
  const std::unique_ptr<cairo_t, void (*)(cairo_t*)> context(cairo_create(surface.get()), &cairo_destroy);
  if (!rsvg_handle_render_document(drawing.get(), context.get(), &whole, &problem)) fail(problem);
  std::string bytes;
  require_drawn(cairo_surface_write_to_png_stream(surface.get(), append, &bytes));
  return bytes;
}

}  // namespace mtl::program
