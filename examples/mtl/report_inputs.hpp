// What a report is given beside the run's own results: arms from outside, texts, attention pages.
#pragma once

#include <string>
#include <vector>

#include <mtl/report/report.hpp>

namespace mtl::program {

/// `arms`: "NAME=predictions.tsv" each. Throws mtl::Error as read_external_arm() does, or for another form.
std::vector<ExternalArm> read_arms(const RunSummary& run, const std::vector<std::string>& arms);

/// The normalised texts of the run's data folder on which some arms disagree, by id; empty where the folder
/// is no longer there or holds other data. The folder is the one that RUN/sweep.toml names.
std::map<std::string, std::string> read_texts(const RunSummary& run, const std::string& run_folder);

/// Pages under RUN/report/attention, relative to RUN/report, in order of their names.
std::vector<std::string> attention_pages(const std::string& run_folder);

}  // namespace mtl::program
