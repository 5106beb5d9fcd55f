// In: a CSV file of two columns. Out: two lists of numbers, paired by line.
#pragma once

#include <charconv>
#include <istream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <mtl/detail/error.hpp>

namespace mtl::stats {

/// Scores of two systems, pair by pair.
struct Pairs {
  std::vector<double> a, b;
};

namespace detail {

inline std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// A number in C notation, whatever the locale; NA, as R writes it, is NaN. Nothing when it is no number.
inline std::optional<double> parse_number(std::string_view field) {
  field = trimmed(field);
  if (field == "NA") return std::numeric_limits<double>::quiet_NaN();
  if (field.size() > 1 && field[0] == '+' && field[1] != '-') field.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc{} || end != field.data() + field.size()) return std::nullopt;
  return value;
}

}  // namespace detail

/// Reads `a,b` lines. The first line may be a header (one of its fields is no number); empty lines and a
/// byte order mark are skipped. `where` names the input in messages.
/// Throws Error, with the line, for another number of columns, a field that is no number, or a read error.
inline Pairs read_paired_csv(std::istream& input, const std::string& where) {
  Pairs pairs;
  std::string line;
  bool first = true;
  for (int number = 1; std::getline(input, line); ++number) {
    std::string_view row = line;
    if (number == 1 && row.starts_with("\xEF\xBB\xBF")) row.remove_prefix(3);
    row = detail::trimmed(row);
    if (row.empty()) continue;
    const auto comma = row.find(',');
    require(comma != std::string_view::npos && row.find(',', comma + 1) == std::string_view::npos,
            "{}, line {}: '{}': two columns with one comma between them are expected", where, number, row);
    const auto a = detail::parse_number(row.substr(0, comma)),
               b = detail::parse_number(row.substr(comma + 1));
    const bool header = first && (!a || !b);
    first = false;
    if (header) continue;
    require(a && b, "{}, line {}: '{}': not two numbers (decimal points are dots)", where, number, row);
    pairs.a.push_back(*a);
    pairs.b.push_back(*b);
  }
  require(!input.bad(), "{}: cannot be read to its end", where);
  return pairs;
}

}  // namespace mtl::stats
