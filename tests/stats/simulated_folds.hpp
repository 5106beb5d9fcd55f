// Made-up experiments in which two systems are equally good, and how often each test says that they are not.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <mtl/detail/random.hpp>
#include <mtl/stats/paired_tests.hpp>

namespace mtl::tests {

/// Scores of two systems by fold, in percent, and by text where there are texts.
struct SimulatedFolds {
  std::vector<double> a, b;
  std::vector<std::vector<double>> texts;  ///< by fold: 1 where only a is right, -1 where only b is, else 0
  std::vector<double> halves_a, halves_b;  ///< ten scores of 5x2cv on the same texts
};

/// Differences of ten folds that are normal with mean 0, and correlated `rho` with each other: Nadeau and
/// Bengio's model. Ten folds have 1 / 10 in it.
inline SimulatedFolds equicorrelated_folds(const RandomStream& stream, double rho) {
  SimulatedFolds table;
  const double shared = std::sqrt(rho) * stream.normal(10);
  for (std::uint64_t f = 0; f < 10; ++f) {
    table.a.push_back(80 + shared + std::sqrt(1 - rho) * stream.normal(f));
    table.b.push_back(80);
  }
  return table;
}

/// Texts of two classes with 2 x `width` features. System a sees the first half of the features, b the
/// second; both halves are made alike, so that neither is better. Each classifies by the nearer class mean.
class TwinClassifiers {
 public:
  TwinClassifiers(const RandomStream& stream, std::size_t texts) : features_(texts), classes_(texts) {
    for (std::size_t i = 0; i < texts; ++i) {
      classes_[i] = i % 2 == 1;
      const auto text = stream.at(i);
      for (std::size_t j = 0; j < 2 * width; ++j)
        features_[i][j] = text.normal(j) + (classes_[i] ? 0.25 : -0.25);
    }
  }

  /// Trains on the texts whose fold is not `f` and adds what both systems got right on those whose it is.
  void run(const std::vector<std::size_t>& fold_of, std::size_t f, SimulatedFolds& table, bool halves) const {
    std::array<std::array<double, 2 * width>, 2> sums{};
    std::array<double, 2> counts{};
    for (std::size_t i = 0; i < classes_.size(); ++i) {
      if (fold_of[i] == f) continue;
      ++counts[classes_[i]];
      for (std::size_t j = 0; j < 2 * width; ++j) sums[classes_[i]][j] += features_[i][j];
    }
    std::vector<double> differences;
    double right_a = 0, right_b = 0;
    for (std::size_t i = 0; i < classes_.size(); ++i) {
      if (fold_of[i] != f) continue;
      const bool a = right(i, 0, sums, counts), b = right(i, width, sums, counts);
      right_a += a;
      right_b += b;
      differences.push_back(static_cast<double>(a) - static_cast<double>(b));
    }
    const auto n = static_cast<double>(differences.size());
    (halves ? table.halves_a : table.a).push_back(100 * right_a / n);
    (halves ? table.halves_b : table.b).push_back(100 * right_b / n);
    if (!halves) table.texts.push_back(std::move(differences));
  }

 private:
  static constexpr std::size_t width = 8;

  bool right(std::size_t i, std::size_t from, const std::array<std::array<double, 2 * width>, 2>& sums,
             const std::array<double, 2>& counts) const {
    std::array<double, 2> distance{};
    for (std::size_t c = 0; c < 2; ++c)
      for (std::size_t j = from; j < from + width; ++j)
        distance[c] += std::pow(features_[i][j] - sums[c][j] / counts[c], 2);
    return (distance[1] < distance[0]) == (classes_[i] == 1);
  }

  std::vector<std::array<double, 2 * width>> features_;
  std::vector<std::size_t> classes_;
};

/// `k` folds of the same number of texts, drawn anew.
inline std::vector<std::size_t> shuffled_folds(const RandomStream& stream, std::size_t texts, std::size_t k) {
  std::vector<std::size_t> fold_of(texts);
  for (std::size_t i = 0; i < texts; ++i) fold_of[i] = i % k;
  shuffle(fold_of, stream);
  return fold_of;
}

/// Ten-fold and 5x2-fold cross-validation of two equally good classifiers on the same texts.
inline SimulatedFolds cross_validated_twins(const RandomStream& stream, std::size_t texts) {
  const TwinClassifiers twins(stream.named("texts"), texts);
  SimulatedFolds table;
  const auto ten = shuffled_folds(stream.named("folds"), texts, 10);
  for (std::size_t f = 0; f < 10; ++f) twins.run(ten, f, table, false);
  for (std::uint64_t r = 0; r < 5; ++r) {
    const auto two = shuffled_folds(stream.named("halves").at(r), texts, 2);
    for (std::size_t f = 0; f < 2; ++f) twins.run(two, f, table, true);
  }
  return table;
}

/// Two-sided rejections at 0.05, by the name of the test; one-sided ones are marked.
inline void count_rejections(const SimulatedFolds& table, std::map<std::string, int>& rejections,
                             int replicates = 1000) {
  using namespace mtl::stats;
  const auto t = paired_t_test(table.a, table.b);
  const auto corrected = corrected_resampled_t_test(t, 1.0 / 9);
  const auto reject = [&](const char* name, bool yes) { rejections[name] += yes; };
  reject("paired t", t.p_two_sided <= 0.05);
  reject("paired t, one-sided", t.p_greater <= 0.05);
  reject("Nadeau-Bengio", corrected.p_two_sided <= 0.05);
  reject("Nadeau-Bengio, one-sided", corrected.p_greater <= 0.05);
  reject("sign flip", sign_flip_test(table.a, table.b).p_two_sided <= 0.05);
  reject("Wilcoxon", wilcoxon_signed_rank(table.a, table.b).p_two_sided <= 0.05);
  const auto misses_zero = [](const Interval& i) { return i.low > 0 || i.high < 0; };
  const auto folds = bootstrap_folds(table.a, table.b, {.replicates = replicates});
  reject("bootstrap of folds, percentile", misses_zero(folds.percentile));
  reject("bootstrap of folds, BCa", misses_zero(folds.bca));
  const auto bayes = correlated_bayes_t_test(t, 1.0 / 9, 0);
  reject("correlated Bayes, 95 % on one side", std::max(bayes.p_less, bayes.p_greater) >= 0.975);
  if (table.texts.empty()) return;
  const auto texts = bootstrap_texts(table.texts, {.replicates = replicates});
  reject("bootstrap of texts, percentile", misses_zero(texts.percentile));
  reject("bootstrap of texts, BCa", misses_zero(texts.bca));
  PairedOutcomes outcomes;
  for (const auto& fold : table.texts)
    for (const double x : fold) ++(x > 0 ? outcomes.only_a : x < 0 ? outcomes.only_b : outcomes.both);
  const auto mcnemar = mcnemar_test(outcomes);
  reject("McNemar, exact", mcnemar.p_exact <= 0.05);
  reject("McNemar, mid-p", mcnemar.p_mid <= 0.05);
  reject("McNemar, chi-square", mcnemar.p_chi_squared <= 0.05);
  const auto halves = five_by_two_cv_test(table.halves_a, table.halves_b);
  reject("5x2cv t", halves.p_two_sided <= 0.05);
  reject("5x2cv F", halves.p_f <= 0.05);
}

}  // namespace mtl::tests
