// In: which texts each of two systems classified correctly. Out: McNemar's test of their accuracies.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>

#include <mtl/detail/error.hpp>
#include <mtl/stats/interval.hpp>

namespace mtl::stats {

/// Texts by who was right.
struct PairedOutcomes {
  std::int64_t both = 0;
  std::int64_t only_a = 0;
  std::int64_t only_b = 0;
  std::int64_t neither = 0;

  bool operator==(const PairedOutcomes&) const = default;
};

/// McNemar's test: are texts that only a gets right as many as those that only b does? Where status is not
/// Ok, statistics are NaN; without a text on which a and b differ it is NoDifference, and the exact p is 1.
struct McNemar {
  Status status = Status::Ok;
  PairedOutcomes outcomes = {};
  double p_exact = no_number;          ///< two-sided, binomial
  double p_exact_less = no_number;     ///< alternative: a is right less often than b
  double p_exact_greater = no_number;  ///< alternative: a is right more often
  double p_mid = no_number;            ///< two-sided mid-p: half of the observed table's probability
  double chi_squared = no_number;      ///< without continuity correction
  double p_chi_squared = no_number;
  double chi_squared_corrected = no_number;  ///< Edwards' correction
  double p_chi_squared_corrected = no_number;
};

/// Counts texts by who was right: `gold`, `a` and `b` are classes of the same texts in the same order, as
/// pooled from all test folds. Throws Error when the lists differ in length.
inline PairedOutcomes paired_outcomes(std::span<const int> gold, std::span<const int> a,
                                      std::span<const int> b) {
  require(gold.size() == a.size() && gold.size() == b.size(),
          "McNemar: {} texts, but {} and {} predictions; every text needs one of each", gold.size(), a.size(),
          b.size());
  PairedOutcomes counts;
  for (std::size_t i = 0; i < gold.size(); ++i) {
    const bool a_right = a[i] == gold[i], b_right = b[i] == gold[i];
    ++(a_right ? (b_right ? counts.both : counts.only_a) : (b_right ? counts.only_b : counts.neither));
  }
  return counts;
}

/// McNemar's test. Throws Error for a negative count. Sources: McNemar (1947); Edwards (1948) for the
/// correction; Fagerland, Lydersen and Laake (2013) for the mid-p.
inline McNemar mcnemar_test(const PairedOutcomes& outcomes) {
  const auto [both, only_a, only_b, neither] = outcomes;
  require(std::min({both, only_a, only_b, neither}) >= 0, "McNemar: a count of texts is negative");
  McNemar r{.outcomes = outcomes};
  const auto a = static_cast<double>(only_a), b = static_cast<double>(only_b), n = a + b;
  if (n == 0) {
    r.status = both + neither == 0 ? Status::TooFewPairs : Status::NoDifference;
    if (r.status == Status::NoDifference) r.p_exact = r.p_exact_less = r.p_exact_greater = r.p_mid = 1;
    return r;
  }
  const boost::math::binomial fair(n, 0.5);
  r.p_exact_less = cdf(fair, a);
  r.p_exact_greater = cdf(fair, b);  // by symmetry
  r.p_exact = std::min(1.0, 2 * cdf(fair, std::min(a, b)));
  r.p_mid = a == b ? 1.0 : 2 * cdf(fair, std::min(a, b)) - pdf(fair, a);
  const boost::math::chi_squared one(1);
  r.chi_squared = (a - b) * (a - b) / n;
  r.p_chi_squared = cdf(complement(one, r.chi_squared));
  const double reach = std::max(0.0, std::abs(a - b) - 1);
  r.chi_squared_corrected = reach * reach / n;
  r.p_chi_squared_corrected = cdf(complement(one, r.chi_squared_corrected));
  return r;
}

}  // namespace mtl::stats
