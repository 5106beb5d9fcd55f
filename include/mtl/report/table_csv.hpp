// In: the comparisons of a run. Out: one row for each watched quantity and layer, with every number of the
// test.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <mtl/report/comparison.hpp>
#include <mtl/report/escape.hpp>
#include <mtl/report/numbers.hpp>

namespace mtl {

/// The columns of table.csv. Accuracies in percent, differences in points, empty where there is no number.
inline constexpr std::string_view table_csv_header =
    "watch,layer,treatment,control,n,treatment_mean,treatment_population_sd,treatment_sample_sd,control_mean,"
    "control_population_sd,control_sample_sd,mean_diff,sd_diff,se,t,df,p_greater,p_less,p_two_sided,ci95_low,"
    "ci95_high,dz,hedges_g,status";

/// Full precision: every number reads back as the same double.
inline std::string table_csv(std::span<const Comparison> comparisons) {
  std::string text = std::string(table_csv_header) + "\n";
  for (const Comparison& c : comparisons)
    for (const LayerComparison& row : c.layers) {
      text += fmt::format("{},{},{},{},{}", escape_csv(c.watch), row.layer, escape_csv(c.treatment),
                          escape_csv(c.control), row.folds.size());
      const auto& [test, treatment, control] = std::tie(row.test, row.treatment, row.control);
      for (const double value :
           {treatment.mean, treatment.population_sd, treatment.sample_sd, control.mean, control.population_sd,
            control.sample_sd, test.mean_diff, test.sd_diff, test.se, test.t, test.df, test.p_greater,
            test.p_less, test.p_two_sided, test.ci95.low, test.ci95.high, test.dz, test.hedges_g})
        text += "," + show_exact(value);
      text += fmt::format(",{}\n", stats::status_name(test.status));
    }
  return text;
}

}  // namespace mtl
