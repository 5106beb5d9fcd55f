// In: two texts, as found and as recomputed. Out: how many numbers they hold, and where they differ.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mtl {

/// Where a text is not what it should be.
struct TextDifference {
  std::size_t line = 0;  ///< counted from 1
  std::string found = {}, recomputed = {};
};

struct NumbersCompared {
  std::size_t numbers = 0;  ///< that agree
  std::vector<TextDifference> differences = {};
};

/// Numbers that differ by less than this, relative, are the same: another compiler may round the last digit
/// otherwise.
inline constexpr double same_number = 1e-9;

namespace detail {

inline bool starts_number(std::string_view text) { return !text.empty() && text[0] >= '0' && text[0] <= '9'; }

/// The number at the start of `text`, as it is written.
inline std::string_view number_at(std::string_view text, double& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return text.substr(0, error == std::errc{} ? static_cast<std::size_t>(end - text.data()) : 1);
}

/// Whole numbers (counts, digests) are the same when they are written alike; others when they nearly are.
inline bool same_numbers(std::string_view a, double x, std::string_view b, double y) {
  if (a == b) return true;
  const bool whole = a.find('.') == std::string_view::npos && b.find('.') == std::string_view::npos;
  return !whole && std::abs(x - y) <= same_number * std::max(std::abs(x), std::abs(y));
}

/// Compares two lines number by number; words between them have to be equal. Adds what agrees to `count`.
inline bool same_line(std::string_view a, std::string_view b, std::size_t& count) {
  while (!a.empty() && !b.empty()) {
    if (starts_number(a) && starts_number(b)) {
      double x = 0, y = 0;
      const auto left = number_at(a, x), right = number_at(b, y);
      if (!same_numbers(left, x, right, y)) return false;
      ++count;
      a.remove_prefix(left.size());
      b.remove_prefix(right.size());
    } else if (a[0] == b[0]) {
      a.remove_prefix(1);
      b.remove_prefix(1);
    } else {
      return false;
    }
  }
  return a.empty() && b.empty();
}

inline std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t from = 0; from < text.size();) {
    const auto end = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

}  // namespace detail

/// Compares line by line; of what differs the first `most` lines are listed.
inline NumbersCompared compare_numbers(std::string_view found, std::string_view recomputed,
                                       std::size_t most = 20) {
  NumbersCompared result;
  const auto a = detail::split_lines(found), b = detail::split_lines(recomputed);
  for (std::size_t i = 0; i < std::max(a.size(), b.size()) && result.differences.size() < most; ++i) {
    const auto left = i < a.size() ? a[i] : std::string_view("(no such line)");
    const auto right = i < b.size() ? b[i] : std::string_view("(no such line)");
    std::size_t count = 0;
    if (detail::same_line(left, right, count) && i < a.size() && i < b.size())
      result.numbers += count;
    else
      result.differences.push_back({i + 1, std::string(left), std::string(right)});
  }
  return result;
}

}  // namespace mtl
