// In: a field of a text file. Out: the number that it is, if it is one.
#pragma once

#include <charconv>
#include <string_view>
#include <system_error>

namespace mtl::detail {

/// Reads the whole of `text` as a number; false when it is none, or one that `Number` cannot hold.
template <class Number>
bool parse_whole(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace mtl::detail
