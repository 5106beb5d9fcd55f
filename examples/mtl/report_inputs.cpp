#include "report_inputs.hpp"

#include <algorithm>
#include <filesystem>

#include <mtl/data/dataset_file.hpp>

#include "run_data.hpp"

namespace mtl::program {

namespace {

namespace fs = std::filesystem;

/// Whether the data are those that the run was made from, by the digest in its provenance.
bool same_data(const RunSummary& run, const Dataset& dataset) {
  const auto digest = data_digest(dataset);
  return std::ranges::any_of(run.provenance, [&](const auto& fact) {
    return fact.first == "texts" && fact.second.ends_with(digest);
  });
}

}  // namespace

std::vector<ExternalArm> read_arms(const RunSummary& run, const std::vector<std::string>& arms) {
  std::vector<ExternalArm> read;
  for (const auto& word : arms) {
    const auto equals = word.find('=');
    require(equals != std::string::npos && equals > 0, "--arm '{}': expected NAME=predictions.tsv", word);
    const auto name = word.substr(0, equals), path = word.substr(equals + 1);
    require(std::ranges::find(read, name, &ExternalArm::name) == read.end(), "--arm {}: named twice", name);
    read.push_back(read_external_arm(run, name, path, read_file(path)));
  }
  return read;
}

std::map<std::string, std::string> read_texts(const RunSummary& run, const std::string& run_folder) {
  const auto folder = run_data_folder(run_folder);
  std::map<std::string, std::string> texts;
  if (folder.empty() || run.cells.empty() || !fs::exists(fs::path(folder) / "dataset.json")) return texts;
  const auto stored = load_dataset(folder);
  if (!same_data(run, stored.dataset)) return texts;
  std::map<std::string, std::string> all;
  for (const auto& example : stored.dataset.examples) all[example.id] = example.text;
  for (const auto& flip : find_flips(run, compare_all(run).front()).texts)
    if (const auto found = all.find(flip.id); found != all.end()) texts[flip.id] = found->second;
  return texts;
}

std::vector<std::string> attention_pages(const std::string& run_folder) {
  const auto folder = fs::path(run_folder) / "report" / "attention";
  std::vector<std::string> pages;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(folder, absent))
    if (entry.path().extension() == ".html") pages.push_back("attention/" + entry.path().filename().string());
  std::ranges::sort(pages);
  return pages;
}

}  // namespace mtl::program
