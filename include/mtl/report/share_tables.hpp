// In: comparisons of attention shares. Out: the same as CSV, JSON, a table of the page and a figure.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <mtl/attribution/share_comparison.hpp>
#include <mtl/report/html.hpp>
#include <mtl/report/numbers.hpp>
#include <mtl/report/plot.hpp>
#include <mtl/report/ttest_json.hpp>

namespace mtl {

/// One row a measure; empty fields where there is no number.
inline std::string shares_csv(const std::vector<ShareComparison>& comparisons) {
  std::string csv =
      "measure,texts,token_share,treatment_mean,control_mean,mean_diff,ci95_low,ci95_high,t,df,p_two_sided,"
      "p_holm,p_greater,p_less,dz,status\n";
  for (const auto& c : comparisons) {
    const auto& r = c.test;
    csv += fmt::format("{},{}", escape_csv(c.measure), r.n);
    for (const double value : {c.token_share, r.mean_a, r.mean_b, r.mean_diff, r.ci95.low, r.ci95.high, r.t,
                               r.df, r.p_two_sided, c.p_holm, r.p_greater, r.p_less, r.dz})
      csv += "," + show_exact(value);
    csv += "," + std::string(stats::status_name(r.status)) + "\n";
  }
  return csv;
}

/// A list of objects: measure, token_share, and the record of its paired t-test.
inline nlohmann::ordered_json shares_json(const std::vector<ShareComparison>& comparisons) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& c : comparisons)
    list.push_back({{"measure", c.measure},
                    {"token_share", detail::number_or_null(c.token_share)},
                    {"p_holm", detail::number_or_null(c.p_holm)},
                    {"test", ttest_json(c.test)}});
  return list;
}

/// The differences with their intervals, in percent of the mass: a row a measure, a line at zero.
inline std::string shares_svg(const std::vector<ShareComparison>& comparisons, std::string_view title) {
  double reach = 1e-9;
  for (const auto& c : comparisons)
    for (const double end : {c.test.ci95.low, c.test.ci95.high, c.test.mean_diff})
      if (std::isfinite(end)) reach = std::max(reach, 100 * std::abs(end));
  const plot::Axis x{-1.08 * reach, 1.08 * reach, 300, 800};
  const int height = 64 + 26 * static_cast<int>(comparisons.size());
  std::string drawing;
  for (const double tick : plot::ticks(x.low, x.high, 6))
    drawing += plot::line({x.at(tick), 12}, {x.at(tick), height - 46.0}, plot::grid_colour) +
               plot::text({x.at(tick), height - 30.0}, fmt::format("{:g}", std::abs(tick) < 1e-12 ? 0 : tick),
                          "middle", 12);
  drawing += plot::line({x.at(0), 12}, {x.at(0), height - 46.0}, plot::frame_colour, 1.5);
  double y = 28;
  for (const auto& c : comparisons) {
    drawing += plot::text({288, y + 4.5}, c.measure, "end");
    if (std::isfinite(c.test.mean_diff)) {
      if (std::isfinite(c.test.ci95.low))
        drawing +=
            plot::line({x.at(100 * c.test.ci95.low), y}, {x.at(100 * c.test.ci95.high), y}, "#0b5cad", 2);
      drawing += plot::marker({x.at(100 * c.test.mean_diff), y}, {.colour = "#0b5cad", .dash = ""});
    }
    y += 26;
  }
  drawing += plot::text({(x.from + x.to) / 2, height - 8.0},
                        "difference between the arms, percentage points, with 95 % intervals", "middle", 12);
  return plot::svg(820, height, title, "The table beside this figure holds the same numbers.", drawing);
}

namespace html {

inline std::string shares_table(const std::vector<ShareComparison>& comparisons, const std::string& caption,
                                const std::string& treatment, const std::string& control) {
  const auto percent = [](double share) {
    return std::isfinite(share) ? fmt::format("{:.2f} %", 100 * share) : "n/a";
  };
  Table t{.caption = caption,
          .columns = {"measure", "texts", "if even", treatment, control, "difference", "95 % interval", "t",
                      "p, two-sided", "p, Holm", "p, greater", "dz"},
          .rows = {}};
  for (const auto& c : comparisons) {
    const auto& r = c.test;
    const bool tested = r.status == stats::Status::Ok;
    t.rows.push_back(
        {c.measure, std::to_string(r.n), percent(c.token_share), percent(r.mean_a), percent(r.mean_b),
         std::isfinite(r.mean_diff) ? fmt::format("{:+.2f}", 100 * r.mean_diff) : "n/a",
         tested ? fmt::format("{:+.2f} to {:+.2f}", 100 * r.ci95.low, 100 * r.ci95.high) : "n/a",
         tested ? fmt::format("{:.2f}", r.t) : "n/a",
         tested ? show_p(r.p_two_sided) : std::string(stats::status_sentence(r.status)), show_p(c.p_holm),
         tested ? show_p(r.p_greater) : "n/a", tested ? fmt::format("{:.2f}", r.dz) : "n/a"});
  }
  return table(t);
}

}  // namespace html

}  // namespace mtl
