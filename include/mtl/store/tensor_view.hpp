// A named tensor as a checkpoint holds it: type, shape, and bytes that belong to somebody else.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/store/dtype.hpp>
#include <mtl/text/utf8.hpp>

namespace mtl {

/// A tensor of a checkpoint. `bytes` is little-endian, row by row, need not be aligned for its type, and is
/// only looked at: whoever gives the view says how long it stays valid.
struct TensorView {
  std::string name;
  Dtype dtype = Dtype::F32;
  std::vector<std::int64_t> shape;
  std::string_view bytes;
};

namespace detail {

// Far above what any model has, far below what a forged file could ask for.
inline constexpr std::size_t most_tensors = 100'000, longest_tensor_name = 1024, most_dimensions = 8;

/// Text of a file that is not trusted, for a message: at most 60 bytes, and nothing that moves a cursor.
inline std::string printable(std::string_view text) {
  std::string shown(text.substr(0, 60));
  std::ranges::replace_if(
      shown, [](char c) { return c < 0x20 || c > 0x7E; }, '?');
  return text.size() > shown.size() ? shown + "..." : shown;
}

/// Throws Error unless `name` can be a tensor's: UTF-8 that is fit to print, at most 1024 bytes.
inline void require_tensor_name(std::string_view name, const std::string& path) {
  require(name.size() <= longest_tensor_name, "{}: a tensor's name has {} bytes (at most {}); is it forged?",
          path, name.size(), longest_tensor_name);
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  const bool fit = !name.empty() && std::ranges::none_of(name, control) && !find_invalid_utf8(name);
  require(fit, "{}: a tensor's name of {} bytes is empty or not fit to print; the file is damaged or forged",
          path, name.size());
}

}  // namespace detail

}  // namespace mtl
