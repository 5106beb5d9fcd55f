// Systems from outside: refused unless every id and fold matches, and then put through the same tests.
#include <string>

#include <mtl/report/report_html.hpp>

#include <report/made_up_run.hpp>
#include <report/well_formed.hpp>
#include <support/catch.hpp>

namespace external_arm_tests {

using namespace mtl;
using Catch::Matchers::Contains;
using mtl::tests::close;
using mtl::tests::made_up_layer;
using mtl::tests::made_up_run;

RunSummary small_run() {
  auto run = made_up_run(made_up_layer(2, {90, 80}, {80, 75}));
  for (auto& cell : run.cells) cell.watches[0].predictions.resize(50);
  return run;
}

/// Predictions of every text of the run: right but for the first `wrong` of each fold.
std::string predictions(const RunSummary& run, int wrong) {
  std::string file = "id\tfold\tlabel\n";
  for (const auto& cell : run.cells) {
    if (cell.cell.arm != "multi") continue;
    int left = wrong;
    for (const auto& text : cell.watches[0].predictions)
      file += fmt::format("{}\t{}\t{}\n", text.id, cell.cell.fold,
                          run.classes[static_cast<std::size_t>(left-- > 0 ? 1 - text.gold : text.gold)]);
  }
  return file;
}

TEST_CASE("an arm from outside goes through the same paired tests", "[report]") {
  const auto run = small_run();
  const auto arm = read_external_arm(run, "svm", "svm.tsv", predictions(run, 10));
  CHECK(arm.predicted.size() == 100);
  const auto comparison = compare_external(run, arm, "loss", "multi");
  REQUIRE(comparison.layers.size() == 1);
  CHECK(comparison.control == "svm");
  CHECK_THAT(comparison.layers[0].control.mean, close(80));
  CHECK_THAT(comparison.layers[0].folds[1].control, close(80));
  const auto report = make_report(run, {.outside = {arm}});
  REQUIRE(report.outside.size() == 2);
  CHECK(report.outside[1].comparison.treatment == "single");
  const auto page = report_html(report);
  CHECK(tests::markup_fault(page) == "");
  CHECK_THAT(page, Contains("Multi Task against svm") && Contains("Single Task against svm"));
}

TEST_CASE("lines may stand in any order, with a byte order mark, CR LF and no heading", "[report]") {
  const auto run = small_run();
  auto file = predictions(run, 0).substr(14);
  const auto first = file.find('\n') + 1;
  std::string turned = "\xEF\xBB\xBF" + file.substr(first) + file.substr(0, first);
  for (auto at = turned.find('\n'); at != std::string::npos; at = turned.find('\n', at + 2))
    turned.insert(at, "\r");
  CHECK(read_external_arm(run, "svm", "svm.tsv", turned).predicted ==
        read_external_arm(run, "svm", "svm.tsv", file).predicted);
}

TEST_CASE("an arm from outside is refused unless every id and fold matches", "[report]") {
  const auto run = small_run();
  const auto file = predictions(run, 0);
  const auto refused = [&](std::string text, const std::string& message) {
    INFO(message);
    CHECK_THROWS_WITH(read_external_arm(run, "svm", "svm.tsv", std::move(text)), Contains(message));
  };
  const auto replaced = [&](const std::string& from, const std::string& to) {
    auto text = file;
    return text.replace(text.find(from), from.size(), to);
  };
  refused(file.substr(0, file.rfind('\n', file.size() - 2) + 1),
          "svm.tsv: text 'text-1-49' of fold 1 is missing; 99 of 100 texts");
  refused(file + "other\t0\tfirst\n",
          "svm.tsv, line 102: text 'other' was not tested in this run; every id has to match");
  refused(replaced("text-0-3\t0", "text-0-3\t1"),
          "line 5: text 'text-0-3' is in fold 1 here and in fold 0 of the run");
  refused(file + "text-0-3\t0\tfirst\n", "line 102: text 'text-0-3' stands twice");
  refused(replaced("text-0-3\t0\tsecond", "text-0-3\t0\tthird"),
          "line 5: 'third' is no class of this run; its classes are first, second");
  refused(replaced("text-0-3\t0", "text-0-3\tzero"), "line 5: 'zero' is no fold number");
  refused(replaced("text-0-3\t0", "text-0-3 0"), "line 5: 2 fields; expected id, fold and label");
  refused(file + "\xFF\t0\tfirst\n", "line 102: not valid UTF-8");
  refused("", "0 of 100 texts are there");
}

TEST_CASE("names of arms from outside are file names and no arm of the run", "[report]") {
  const auto run = small_run();
  for (const std::string name : {"", "../x", ".hidden", "a/b", "line\nend"})
    CHECK_THROWS_WITH(read_external_arm(run, name, "x.tsv", ""), Contains("the name of an arm"));
  CHECK_THROWS_WITH(read_external_arm(run, "multi", "x.tsv", ""),
                    Contains("the run has an arm of this name already"));
}

}  // namespace external_arm_tests
