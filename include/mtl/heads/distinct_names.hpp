// In: names known at compile time. Out: whether no two are the same.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace mtl {

/// Whether all names differ.
template <std::size_t N>
constexpr bool distinct_names(std::array<std::string_view, N> names) {
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) == names.end();
}

}  // namespace mtl
