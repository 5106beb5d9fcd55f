// The paper's tables, rederived. Expected values: from the paper's own digest of its tables, scipy 1.17.1
// (stats.t.isf) for t, and counting by hand where a comment says so.
#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include <mtl/report/paper_report.hpp>
#include <mtl/store/atomic_file.hpp>

#include <report/well_formed.hpp>
#include <support/catch.hpp>

namespace paper_tests {

using namespace mtl;
using Catch::Matchers::Contains;
using mtl::tests::close;

std::vector<RederivedRow> rows_of(const char* dataset) { return rederive(*find_paper_table(dataset)); }

TEST_CASE("the tables are those of the paper, figure by figure", "[report]") {
  std::istringstream lines(read_file(std::string(MTL_TEST_DATA) + "/report/paper-tables.tsv"));
  std::string line;
  std::getline(lines, line);
  std::size_t rows = 0;
  for (; std::getline(lines, line); ++rows) {
    INFO(line);
    std::istringstream field(line);
    int table = 0, layer = 0;
    std::string dataset;
    PaperRow row{};
    field >> table >> dataset >> layer >> row.multi_mean >> row.multi_sd >> row.single_mean >>
        row.single_sd >> row.p;
    const auto* ours = find_paper_table(dataset);
    REQUIRE(ours != nullptr);
    CHECK(ours->number == table);
    const auto& printed = ours->rows[static_cast<std::size_t>(layer - 1)];
    CHECK(printed.layer == layer);
    CHECK(printed.multi_mean == row.multi_mean);
    CHECK(printed.multi_sd == row.multi_sd);
    CHECK(printed.single_mean == row.single_mean);
    CHECK(printed.single_sd == row.single_sd);
    CHECK(printed.p == row.p);
  }
  CHECK(rows == 36);
}

TEST_CASE("which printed pairs are attainable: all with the population SD, of livedoor five with n - 1",
          "[report]") {
  for (const auto& [dataset, population, sample] :
       {std::tuple{"livedoor", 24, 5}, {"twitter", 24, 24}, {"rakuten", 24, 24}}) {
    INFO(dataset);
    int by_n = 0, by_n_less_1 = 0;
    for (const auto& row : rows_of(dataset)) {
      CHECK(row.means_attainable);
      for (const std::size_t arm : {0U, 1U})
        by_n += row.population_sd[arm], by_n_less_1 += row.sample_sd[arm];
    }
    CHECK(by_n == population);
    CHECK(by_n_less_1 == sample);
  }
}

TEST_CASE("every sum of squares of the right parity occurs, from the most even division up", "[report]") {
  std::set<std::pair<int, int>> sums{{0, 0}};  // of so many whole numbers: sum, sum of squares below 60
  for (int folds = 0; folds < 10; ++folds) {
    std::set<std::pair<int, int>> next;
    for (const auto& [sum, squares] : sums)
      for (int count = -7; count <= 7; ++count)
        if (squares + count * count < 60) next.emplace(sum + count, squares + count * count);
    sums = std::move(next);
  }
  for (int sum = 0; sum < 10; ++sum)
    for (int squares = 0; squares < 60; ++squares) {
      INFO(sum << " " << squares);
      const bool expected = (squares - sum) % 2 == 0 && squares >= detail::smallest_squares(sum, 10);
      CHECK(sums.contains({sum, squares}) == expected);
    }
}

TEST_CASE("means and SDs that no counts give are found out", "[report]") {
  CHECK(attainable_mean({91.778, 1.116, 450}));            // 4130 of 4500
  CHECK_FALSE(attainable_mean({91.770, 1.116, 450}));      // between 4129 and 4130
  CHECK(attainable({50, 0, 450}, SdDivisor::Population));  // 225 in every fold
  CHECK_FALSE(
      attainable({50, 0.05, 450}, SdDivisor::Population));  // the next is one more and one less: 0.099
  CHECK(attainable({50, 0.099, 450}, SdDivisor::Population));
  CHECK_FALSE(attainable({50, 0.099, 450}, SdDivisor::Sample));
  CHECK(attainable({50, 0.105, 450}, SdDivisor::Sample));
}

TEST_CASE("Holm leaves layers 2, 3 and 6 of livedoor and nothing of the others", "[report]") {
  const auto below = [](const char* dataset) {
    return detail::layers_where(rows_of(dataset), [](const auto& row) { return row.p_holm < 0.05; });
  };
  CHECK(below("livedoor") == std::vector<int>{2, 3, 6});
  CHECK(below("twitter").empty());
  CHECK(below("rakuten").empty());
}

TEST_CASE("t, the SD of the differences, their correlation and the corrected p follow from the figures",
          "[report]") {
  const auto twitter = rows_of("twitter");
  CHECK_THAT(twitter[0].t, close(-0.01365903683564508, 1e-10));
  CHECK_THAT(twitter[0].sd_diff, close(0.003 * std::sqrt(10.0) / 0.01365903683564508, 1e-8));
  // Rounding of the means alone leaves 0.463 to 0.926; that of p a little more.
  CHECK_THAT(twitter[0].sd_diff_range.low, Catch::WithinAbs(0.463, 0.006));
  CHECK_THAT(twitter[0].sd_diff_range.high, Catch::WithinAbs(0.926, 0.011));
  const auto livedoor = rows_of("livedoor");
  CHECK_THAT(livedoor[1].t, close(3.511792717140837, 1e-8));
  // SD of the differences 1.756 sqrt(10) / t; correlation (a^2 + b^2 - d^2) / 2ab with sample SDs
  const double d = 1.756 * std::sqrt(10.0) / 3.511792717140837, a = 1.116 * std::sqrt(10.0 / 9),
               b = 1.489 * std::sqrt(10.0 / 9);
  CHECK_THAT(livedoor[1].sd_diff, close(d, 1e-8));
  CHECK_THAT(livedoor[1].correlation, close((a * a + b * b - d * d) / (2 * a * b), 1e-8));
  CHECK_THAT(livedoor[1].p_nadeau_bengio, Catch::WithinAbs(0.0219, 0.0002));
  for (const char* dataset : {"twitter", "rakuten", "livedoor"})
    for (const auto& row : rows_of(dataset)) CHECK(row.sign_agrees);
}

TEST_CASE("the findings of the paper say what its text leaves out", "[report]") {
  const auto* table = find_paper_table("livedoor");
  std::string text;
  for (const auto& finding : paper_findings(*table, rederive(*table))) text += finding + "\n";
  CHECK_THAT(text, Contains("with Holm's correction layers 2, 3 and 6 stay below 0.05"));
  CHECK_THAT(text, Contains("The largest difference is at layer 2: +1.756 points (p 0.0033)"));
  CHECK_THAT(text, Contains("of layer 2 differs by +1.111 points") && Contains("at layer 2 ranks 11 of 12"));
  CHECK_THAT(text, Contains("24 can come from whole numbers of correct texts when the SD divides by n, 5 "
                            "when it divides by n - 1. "
                            "The printed SDs are population SDs."));
}

TEST_CASE("where no layer survives, the findings say so in good English", "[report]") {
  const auto* table = find_paper_table("twitter");
  CHECK_THAT(paper_findings(*table, rederive(*table)).front(),
             Contains("below 0.05 at layers 2, 6 and 7.") &&
                 Contains("with Holm's correction no layer stays below 0.05"));
}

TEST_CASE("every form of the paper's report is whole", "[report]") {
  const auto files = paper_files();
  CHECK(tests::markup_fault(files.at("paper.html")) == "");
  CHECK(tests::loaded_resource(files.at("paper.html")) == "");
  CHECK(nlohmann::json::parse(files.at("paper.json")).at("tables").size() == 3);
  const auto csv = files.at("paper.csv");
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 37);
  CHECK_THAT(files.at("paper.md"),
             Contains("| 2 | 91.778 ± 1.116 | 90.022 ± 1.489 | +1.756 | 0.0033 | 0.0330 |"));
  CHECK_THAT(files.at("paper.tex"), Contains("\\toprule") && Contains("91.778 ± 1.116 & 90.022"));
}

}  // namespace paper_tests
