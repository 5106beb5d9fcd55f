// In: the attention shares of the same texts in two arms. Out: their means, and a paired test over texts for
// each measure. Torch-free.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <mtl/attribution/attention_shares.hpp>
#include <mtl/detail/error.hpp>
#include <mtl/stats/corrections.hpp>
#include <mtl/stats/descriptive.hpp>
#include <mtl/stats/paired_t_test.hpp>

namespace mtl {

/// One measure over all texts that have something to measure in both arms.
struct ShareComparison {
  std::string measure = {};
  /// Mean share of tokens: what the mass would be if attention were even. NaN where that says nothing.
  double token_share = std::numeric_limits<double>::quiet_NaN();
  stats::PairedT test = {};  ///< a: the treatment, b: the control; one pair a text
  double p_holm = std::numeric_limits<double>::quiet_NaN();  ///< two-sided, corrected over all measures
};

/// The shares of every text, in the order of share_names().
using TextShares = std::vector<std::vector<Share>>;

/// One comparison a measure. Throws Error unless both arms have the same texts and measures.
inline std::vector<ShareComparison> compare_shares(const std::vector<std::string>& names,
                                                   const TextShares& treatment, const TextShares& control) {
  require(treatment.size() == control.size(),
          "attention shares of {} texts in one arm and of {} in the other", treatment.size(), control.size());
  std::vector<ShareComparison> comparisons;
  for (std::size_t m = 0; m < names.size(); ++m) {
    std::vector<double> a, b, tokens;
    for (std::size_t i = 0; i < treatment.size(); ++i) {
      const auto &ours = treatment[i].at(m), &theirs = control[i].at(m);
      if (!ours.mass || !theirs.mass) continue;
      a.push_back(*ours.mass);
      b.push_back(*theirs.mass);
      if (ours.tokens) tokens.push_back(*ours.tokens);
    }
    comparisons.push_back({.measure = names[m], .test = stats::paired_t_test(a, b)});
    if (!tokens.empty()) comparisons.back().token_share = stats::mean(tokens);
  }
  std::vector<double> p;
  p.reserve(comparisons.size());
  for (const auto& one : comparisons) p.push_back(one.test.p_two_sided);
  const auto corrected = stats::adjust_p_values(p, stats::Correction::Holm);
  for (std::size_t m = 0; m < comparisons.size(); ++m) comparisons[m].p_holm = corrected[m];
  return comparisons;
}

}  // namespace mtl
