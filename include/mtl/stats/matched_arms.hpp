// In: what two arms were run on. Out: what they share, or an Error that names what differs: results of arms
// that do not match are never compared.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/ranges.h>

#include <mtl/detail/error.hpp>

namespace mtl::stats {

/// What an arm's scores were made with.
struct ArmProvenance {
  std::string arm = {};                   ///< its name, for messages
  std::string folds = {};                 ///< digest of which text is in which fold
  std::string data = {};                  ///< digest of the test texts and their true classes
  std::vector<std::uint64_t> seeds = {};  ///< of training, in the order of the scores
};

/// Two arms that were run on the same folds of the same data from the same seeds. Only match_arms() makes
/// one.
class MatchedArms {
 public:
  const std::string& a() const { return a_.arm; }
  const std::string& b() const { return b_arm_; }
  const std::string& folds() const { return a_.folds; }
  const std::string& data() const { return a_.data; }
  const std::vector<std::uint64_t>& seeds() const { return a_.seeds; }

  friend MatchedArms match_arms(const ArmProvenance& a, const ArmProvenance& b);

 private:
  MatchedArms(ArmProvenance a, std::string b) : a_{std::move(a)}, b_arm_{std::move(b)} {}

  ArmProvenance a_;
  std::string b_arm_;
};

namespace detail {

inline void require_same_digest(std::string_view what, const std::string& x, const std::string& y,
                                const std::string& a, const std::string& b) {
  require(!x.empty() && !y.empty(), "arm '{}' has no digest of its {}: it cannot be compared",
          x.empty() ? a : b, what);
  require(x == y, "arms '{}' and '{}' cannot be compared: their {} differ, digests {} and {}", a, b, what, x,
          y);
}

}  // namespace detail

/// Throws Error, naming what differs, unless both arms have the same folds, data and seeds; an arm that does
/// not say what it was run on is refused too.
inline MatchedArms match_arms(const ArmProvenance& a, const ArmProvenance& b) {
  detail::require_same_digest("folds", a.folds, b.folds, a.arm, b.arm);
  detail::require_same_digest("data", a.data, b.data, a.arm, b.arm);
  require(!a.seeds.empty() && !b.seeds.empty(), "arm '{}' names no seed: it cannot be compared",
          a.seeds.empty() ? a.arm : b.arm);
  require(a.seeds == b.seeds, "arms '{}' and '{}' cannot be compared: their seeds differ, {} and {}", a.arm,
          b.arm, fmt::join(a.seeds, " "), fmt::join(b.seeds, " "));
  return MatchedArms(a, b.arm);
}

/// Scores of one arm, by fold, and what they were made with.
struct ArmScores {
  ArmProvenance provenance = {};
  std::vector<double> scores = {};
};

/// A result, and the arms that it is about.
template <class Result>
struct Matched {
  Result result;
  MatchedArms arms;
};

/// Calls `test(a.scores, b.scores)` for arms that match, and gives its result with what they share. Throws
/// Error when they do not.
template <class Test>
auto test_matched(const ArmScores& a, const ArmScores& b, Test test) {
  auto arms = match_arms(a.provenance, b.provenance);
  return Matched<decltype(test(a.scores, b.scores))>{test(a.scores, b.scores), std::move(arms)};
}

}  // namespace mtl::stats
