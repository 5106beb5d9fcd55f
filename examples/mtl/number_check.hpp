// In: a number as a user wrote it. Out: nothing, or the sentence that says which numbers are taken. CLI11's
// own checks take -1 for 2^64 - 1 where a setting has no sign, and a NaN for part of every range.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <mtl/data/parse_number.hpp>

namespace mtl::program {

/// Takes whole numbers from `least` to `most`, written in digits.
inline CLI::Validator whole_number(std::int64_t least, std::int64_t most) {
  const auto check = [=](const std::string& text) {
    std::int64_t value = 0;
    if (detail::parse_whole(text, value) && value >= least && value <= most) return std::string();
    return fmt::format("'{}' is no whole number from {} to {}", text, least, most);
  };
  return {check, "", "whole number"};
}

/// Takes every seed: whole numbers from 0 to the largest that a TOML file can hold.
inline CLI::Validator any_seed() { return whole_number(0, std::numeric_limits<std::int64_t>::max()); }

/// Takes numbers from `least` to `most`, both included.
inline CLI::Validator number_within(double least, double most) {
  const auto check = [=](const std::string& text) {
    double value = 0;
    if (detail::parse_whole(text, value) && value >= least && value <= most) return std::string();
    return fmt::format("'{}' is no number from {} to {}", text, least, most);
  };
  return {check, "", "number"};
}

}  // namespace mtl::program
