// What a test answers when it has no number to give.
#pragma once

#include <limits>
#include <string_view>

namespace mtl::stats {

/// Stands where a number does not exist.
inline constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

/// Why a test has no p-value. Degenerate data is an answer, not an exception.
enum class Status {
  Ok,
  LengthMismatch,  ///< the lists differ in length, so nothing is paired
  TooFewPairs,     ///< fewer than two
  NonFinite,       ///< a NaN or an infinity among the scores
  NoDifference,    ///< every pair is equal
  Degenerate,      ///< the differences are constant up to rounding: t would be a quotient of noise
  NotApplicable,   ///< the data are not of the kind that the test is made for
};

/// The name that stands in files.
constexpr std::string_view status_name(Status status) {
  switch (status) {
    case Status::Ok:
      return "ok";
    case Status::LengthMismatch:
      return "length_mismatch";
    case Status::TooFewPairs:
      return "too_few_pairs";
    case Status::NonFinite:
      return "non_finite";
    case Status::NoDifference:
      return "no_difference";
    case Status::Degenerate:
      return "degenerate";
    case Status::NotApplicable:
      return "not_applicable";
  }
  return "unknown";
}

/// The sentence that stands where a reader looks for a p-value.
constexpr std::string_view status_sentence(Status status) {
  switch (status) {
    case Status::Ok:
      return "tested";
    case Status::LengthMismatch:
      return "no test: the two lists differ in length";
    case Status::TooFewPairs:
      return "no test: fewer than two pairs";
    case Status::NonFinite:
      return "no test: a score is not a finite number";
    case Status::NoDifference:
      return "no test: every pair is equal";
    case Status::Degenerate:
      return "no test: every pair differs by the same amount";
    case Status::NotApplicable:
      return "no test: the data are not of this test's kind";
  }
  return "unknown";
}

}  // namespace mtl::stats
