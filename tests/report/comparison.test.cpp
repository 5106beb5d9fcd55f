// Golden values: scipy 1.17.1 on a made-up run (tests/data/report/oracle.py). Tolerance: 1e-12 relative, but
// 1e-10 for t and p, which magnify the rounding of accuracies that scipy sums in another order.
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include <mtl/report/comparison.hpp>
#include <mtl/report/folds_csv.hpp>
#include <mtl/report/table_csv.hpp>

#include <report/made_up_run.hpp>
#include <support/catch.hpp>

namespace comparison_tests {

using namespace mtl;
using mtl::tests::close;
using mtl::tests::made_up_cell;
using mtl::tests::made_up_layer;
using mtl::tests::made_up_run;

using Row = std::map<std::string, std::string>;

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> fields{""};
  for (const char c : line)
    if (c == separator)
      fields.emplace_back();
    else
      fields.back() += c;
  return fields;
}

/// Rows of a table with a header, by column name.
std::vector<Row> read_table(std::istream& input, char separator) {
  std::string line;
  REQUIRE(std::getline(input, line));
  const auto names = split(line, separator);
  std::vector<Row> rows;
  while (std::getline(input, line)) {
    const auto fields = split(line, separator);
    REQUIRE(fields.size() == names.size());
    rows.emplace_back();
    for (std::size_t i = 0; i < names.size(); ++i) rows.back()[names[i]] = fields[i];
  }
  return rows;
}

std::vector<Row> read_fixture(const std::string& name, char separator) {
  std::ifstream input(std::string(MTL_TEST_DATA) + "/report/" + name);
  REQUIRE(input);
  return read_table(input, separator);
}

RunSummary fixture_run() {
  std::map<std::tuple<std::string, int, int>, CellResult> cells;
  for (auto& row : read_fixture("cells.tsv", '\t')) {
    auto& cell = cells[{row["arm"], std::stoi(row["layer"]), std::stoi(row["fold"])}];
    cell.cell = {row["arm"], std::stoi(row["layer"]), std::stoi(row["fold"]), 1};
    if (cell.watches.empty()) cell.watches.push_back({"loss", 1, 0.5, {}, {}});
    cell.watches[0].predictions.push_back({row["id"], std::stoi(row["gold"]), std::stoi(row["predicted"])});
  }
  auto run = made_up_run({});
  run.classes = {"a", "b", "c"};
  for (auto& [key, cell] : cells) run.cells.push_back(cell);
  run.planned = 40;
  return run;
}

std::vector<Row> table_rows(const RunSummary& run) {
  std::istringstream text(table_csv(compare_all(run)));
  return read_table(text, ',');
}

TEST_CASE("table.csv holds what scipy computes from the predictions", "[report]") {
  auto expected = read_fixture("expected.csv", ',');
  auto rows = table_rows(fixture_run());
  REQUIRE(rows.size() == expected.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    INFO("layer " << expected[i]["layer"]);
    CHECK(rows[i]["layer"] == expected[i]["layer"]);
    CHECK(rows[i]["n"] == expected[i]["n"]);
    const auto check = [&](const char* ours, const char* theirs, double relative) {
      INFO(ours);
      if (expected[i][theirs].empty())
        CHECK(rows[i][ours].empty());
      else
        CHECK_THAT(std::stod(rows[i][ours]), close(std::stod(expected[i][theirs]), relative));
    };
    check("treatment_mean", "multi_mean", 1e-12);
    check("treatment_population_sd", "multi_population_sd", 1e-12);
    check("control_mean", "single_mean", 1e-12);
    check("control_population_sd", "single_population_sd", 1e-12);
    check("mean_diff", "mean_diff", 1e-12);
    check("t", "t", 1e-10);
    check("p_greater", "p_greater", 1e-10);
    check("p_two_sided", "p_two_sided", 1e-10);
    check("ci95_low", "ci95_low", 1e-10);
    check("ci95_high", "ci95_high", 1e-10);
  }
}

TEST_CASE("folds.csv counts the predictions of every cell", "[report]") {
  std::map<std::string, std::pair<int, int>> counted;  // correct, all
  for (auto& row : read_fixture("cells.tsv", '\t')) {
    auto& [correct, all] = counted[row["arm"] + " " + row["layer"] + " " + row["fold"] + " " + row["seed"]];
    correct += row["gold"] == row["predicted"];
    ++all;
  }
  std::istringstream text(folds_csv(fixture_run()));
  auto rows = read_table(text, ',');
  CHECK(rows.size() == counted.size());
  for (auto& row : rows) {
    const auto [correct, all] =
        counted.at(row["arm"] + " " + row["layer"] + " " + row["fold"] + " " + row["seed"]);
    CHECK(row["correct"] == std::to_string(correct));
    CHECK(row["n_test"] == std::to_string(all));
    CHECK_THAT(std::stod(row["accuracy"]), close(100.0 * correct / all));
  }
}

TEST_CASE("only folds that both arms have finished are compared", "[report]") {
  const auto run = made_up_run(made_up_layer(2, {90, 80, 70, 60}, {80, 75, 71}));
  const auto comparison = compare(run, "loss");
  REQUIRE(comparison.layers.size() == 1);
  const auto& row = comparison.layers[0];
  CHECK(row.folds.size() == 3);
  CHECK_THAT(row.treatment.mean, close(80));
  CHECK_THAT(row.treatment.population_sd, close(std::sqrt(200.0 / 3)));
  CHECK_THAT(row.treatment.sample_sd, close(10));
  CHECK_THAT(row.test.mean_diff, close(14.0 / 3));
  CHECK(row.test.n == 3);
  CHECK(comparison.done == 7);
}

TEST_CASE("a layer without a common fold stays in the table, without numbers", "[report]") {
  auto cells = made_up_layer(2, {90, 80}, {80, 75});
  cells.push_back(made_up_cell({"multi", 7, 0, 1}, 90, 100));
  const auto comparison = compare(made_up_run(cells), "loss");
  REQUIRE(comparison.layers.size() == 2);
  CHECK(comparison.layers[1].folds.empty());
  CHECK(std::isnan(comparison.layers[1].treatment.mean));
  CHECK(comparison.layers[1].test.status == stats::Status::TooFewPairs);
}

TEST_CASE("seeds are averaged within a fold and never counted as folds", "[report]") {
  auto cells = made_up_layer(2, {90, 80}, {80, 76});
  cells.push_back(made_up_cell({"multi", 2, 0, 2}, 94, 100));
  cells.push_back(made_up_cell({"single", 2, 0, 2}, 82, 100));
  cells.push_back(made_up_cell({"multi", 2, 1, 2}, 10, 100));  // its partner is missing
  const auto comparison = compare(made_up_run(cells), "loss");
  const auto& row = comparison.layers.at(0);
  CHECK(row.test.n == 2);
  CHECK(row.folds[0].seeds == 2);
  CHECK_THAT(row.folds[0].treatment, close(92));
  CHECK_THAT(row.folds[0].control, close(81));
  CHECK(row.folds[1].seeds == 1);
  CHECK_THAT(row.folds[1].treatment, close(80));
  CHECK(comparison.seeds == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("degenerate layers have a status instead of a p", "[report]") {
  auto run = made_up_run(made_up_layer(2, {90, 80}, {90, 80}));
  for (auto& cell : made_up_layer(7, {90, 80}, {89, 79})) run.cells.push_back(cell);
  for (auto& cell : made_up_layer(12, {90}, {80})) run.cells.push_back(cell);
  const auto layers = compare(run, "loss").layers;
  CHECK(layers[0].test.status == stats::Status::NoDifference);
  CHECK(layers[1].test.status == stats::Status::Degenerate);
  CHECK(layers[2].test.status == stats::Status::TooFewPairs);
  CHECK_THAT(layers[2].test.mean_diff, close(10));
  for (const auto& layer : layers) CHECK(std::isnan(table_p(layer)));
}

TEST_CASE("arms judged on different texts are refused, with the first difference", "[report]") {
  auto run = made_up_run(made_up_layer(2, {90, 80}, {80, 75}));
  auto& predictions = run.cells.back().watches[0].predictions;
  const std::string where =
      "arm 'multi', layer 2, fold 1, seed 1 and arm 'single', layer 2, fold 1, seed 1: they cannot be "
      "compared: ";
  const std::string why = "; the arms were not run on the same folds of the same data";
  SECTION("another text") {
    predictions[2].id = "other";
    CHECK_THROWS_WITH(
        compare(run, "loss"),
        where + "test text 3 is 'text-1-2' of class 0 in one and 'other' of class 0 in the other" + why);
  }
  SECTION("another truth") {
    predictions[0].gold = 1;
    CHECK_THROWS_WITH(
        compare(run, "loss"),
        where + "test text 1 is 'text-1-0' of class 0 in one and 'text-1-0' of class 1 in the other" + why);
  }
  SECTION("a text less") {
    predictions.pop_back();
    CHECK_THROWS_WITH(compare(run, "loss"),
                      where + "test text 100 is 'text-1-99' of class 1 in one and none in the other" + why);
  }
  SECTION("no text") {
    predictions.clear();
    CHECK_THROWS_WITH(compare(run, "loss"),
                      "arm 'single', layer 2, fold 1, seed 1: no test text was predicted for 'loss'");
  }
}

TEST_CASE("two results of one cell are refused", "[report]") {
  auto run = made_up_run(made_up_layer(2, {90, 80}, {80, 75}));
  run.cells.push_back(run.cells.front());
  run.cells.back().digest = "fedcba";
  CHECK_THROWS_WITH(compare(run, "loss"),
                    "arm 'multi', layer 2, fold 0, seed 1: two results, digests 0123456789abcdef and fedcba; "
                    "which one belongs to the run is unclear");
}

TEST_CASE("every watched quantity is compared, where both arms watched it", "[report]") {
  auto run = made_up_run(made_up_layer(2, {90, 80}, {80, 75}));
  for (auto& cell : run.cells) {
    auto other = made_up_cell(cell.cell, 50, 100, 2, "accuracy:main").watches[0];
    cell.watches.push_back(other);
    other.watch = "loss:pos";
    if (cell.cell.arm == "multi") cell.watches.push_back(other);
  }
  const auto all = compare_all(run);
  REQUIRE(all.size() == 2);
  CHECK(all[0].watch == "loss");
  CHECK(all[1].watch == "accuracy:main");
  CHECK_THROWS_WITH(compare(run, "f1"), "no cell watched 'f1'; watched were: loss, accuracy:main, loss:pos");
}

TEST_CASE("a run without cells gives an empty comparison", "[report]") {
  const auto all = compare_all(made_up_run({}));
  REQUIRE(all.size() == 1);
  CHECK(all[0].layers.empty());
}

}  // namespace comparison_tests
