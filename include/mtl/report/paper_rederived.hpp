// In: a table of the paper. Out: what its printed figures imply, row by row: differences, corrected p-values,
// the spread of the differences, and whether the figures can stand together at all.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <boost/math/distributions/students_t.hpp>

#include <mtl/report/attainable.hpp>
#include <mtl/report/paper_tables.hpp>
#include <mtl/stats/corrections.hpp>
#include <mtl/stats/paired_t_test.hpp>

namespace mtl {

/// What one printed line implies. Differences and SDs in points.
struct RederivedRow {
  PaperRow printed = {};
  double diff = 0;                         ///< multi minus single, of the printed means
  double p_holm = 0;                       ///< printed p, corrected over the layers of the table
  double p_bh = 0;                         ///< the same by Benjamini and Hochberg
  bool sign_agrees = false;                ///< diff > 0 exactly where p < 0.5, as a one-sided p has it
  bool means_attainable = false;           ///< both, from whole numbers of correct texts
  std::array<bool, 2> population_sd = {};  ///< multi, single: mean and SD attainable with divisor n
  std::array<bool, 2> sample_sd = {};      ///< the same with divisor n - 1
  double t = 0;                            ///< the t of nine degrees of freedom that has this p
  double sd_diff = 0;                      ///< sample SD of the ten differences that diff and t imply
  stats::Interval sd_diff_range = {};      ///< what the rounding of means and p leaves of it
  double correlation = 0;      ///< between the arms over the folds, that the SDs and sd_diff imply
  double p_nadeau_bengio = 0;  ///< the same t, corrected for overlapping training sets of 8 of 10 folds
};

namespace detail {

inline constexpr double paper_folds = 10;

/// Test texts by training texts of a fold: of ten parts the paper trains on eight, validates and tests on
/// one.
inline constexpr double paper_test_share = 1.0 / 8;

inline double t_of(double p) {
  const boost::math::students_t student(paper_folds - 1);
  return boost::math::quantile(boost::math::complement(student, p));
}

inline double upper_tail(double t) {
  return boost::math::cdf(boost::math::complement(boost::math::students_t(paper_folds - 1), t));
}

/// The SD of the differences between which the rounding of two means (3 decimals) and p (4) leaves room; up
/// to infinity where it leaves the sign of diff or t open.
inline stats::Interval sd_diff_range(double diff, double p) {
  constexpr double diff_slack = 0.001, p_slack = 0.00005;
  const double low_p = std::max(p - p_slack, 1e-12), high_p = std::min(p + p_slack, 1 - 1e-12);
  stats::Interval range{std::numeric_limits<double>::infinity(), 0};
  for (const double d : {diff - diff_slack, diff + diff_slack})
    for (const double q : {low_p, high_p}) {
      const double sd = d * std::sqrt(paper_folds) / t_of(q);
      if (sd > 0) range = {std::min(range.low, sd), std::max(range.high, sd)};
    }
  const bool open = (diff - diff_slack) * (diff + diff_slack) <= 0;
  if (open) range.low = 0;
  if ((low_p - 0.5) * (high_p - 0.5) <= 0) range.high = std::numeric_limits<double>::infinity();
  return range;
}

inline double implied_correlation(const PaperRow& row, double sd_diff) {
  const double sample = paper_folds / (paper_folds - 1);  // the printed SDs have divisor n
  const double a = row.multi_sd * row.multi_sd * sample, b = row.single_sd * row.single_sd * sample;
  return (a + b - sd_diff * sd_diff) / (2 * std::sqrt(a * b));
}

inline RederivedRow rederive_row(const PaperRow& row, std::int64_t texts) {
  RederivedRow r{.printed = row, .diff = row.multi_mean - row.single_mean};
  r.sign_agrees = (r.diff > 0) == (row.p < 0.5);
  const PrintedAccuracy multi{row.multi_mean, row.multi_sd, texts},
      single{row.single_mean, row.single_sd, texts};
  r.means_attainable = attainable_mean(multi) && attainable_mean(single);
  r.population_sd = {attainable(multi, SdDivisor::Population), attainable(single, SdDivisor::Population)};
  r.sample_sd = {attainable(multi, SdDivisor::Sample), attainable(single, SdDivisor::Sample)};
  r.t = t_of(row.p);
  r.sd_diff =
      r.sign_agrees ? r.diff * std::sqrt(paper_folds) / r.t : std::numeric_limits<double>::quiet_NaN();
  r.sd_diff_range = sd_diff_range(r.diff, row.p);
  r.correlation = implied_correlation(row, r.sd_diff);
  r.p_nadeau_bengio = upper_tail(r.t * std::sqrt((1 / paper_folds) / (1 / paper_folds + paper_test_share)));
  return r;
}

}  // namespace detail

/// Every line of a table, with p corrected over its layers.
inline std::vector<RederivedRow> rederive(const PaperTable& table) {
  std::vector<RederivedRow> rows;
  std::vector<double> p;
  for (const PaperRow& row : table.rows) {
    rows.push_back(detail::rederive_row(row, table.texts));
    p.push_back(row.p);
  }
  const auto holm = stats::adjust_p_values(p, stats::Correction::Holm),
             bh = stats::adjust_p_values(p, stats::Correction::BenjaminiHochberg);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].p_holm = holm[i];
    rows[i].p_bh = bh[i];
  }
  return rows;
}

}  // namespace mtl
