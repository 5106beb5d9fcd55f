// `mtl report`, `mtl verify` and `mtl cite`, called as a user calls them, on a run that no machine has
// trained.
#include <string>

#include <program/workplace.hpp>
#include <report/synthetic_run.hpp>
#include <report/well_formed.hpp>
#include <support/catch.hpp>

namespace report_program_tests {

using namespace mtl;
using Catch::Contains;
namespace fs = std::filesystem;

struct Run : tests::Workplace {
  RunSummary summary = tests::synthetic_run({.layers = 2, .folds = 3, .texts = 40});
  Run() { tests::write_synthetic_run(summary, root / "run"); }

  /// Predictions of another system for every text of the run.
  std::string predictions() const {
    std::string file = "id\tfold\tlabel\n";
    for (const auto& cell : summary.cells)
      if (cell.cell.arm == "single" && cell.cell.layer == 2)
        for (const auto& text : cell.watches[0].predictions)
          file += fmt::format("{}\t{}\t{}\n", text.id, cell.cell.fold,
                              summary.classes[static_cast<std::size_t>(text.predicted)]);
    return file;
  }
};

TEST_CASE("a report with an arm from outside is written, verified, and found wrong when it was changed",
          "[program]") {
  const Run place;
  place.write("svm.tsv", place.predictions());
  const auto reported = place.run("report run --arm svm=svm.tsv");
  INFO(reported.err);
  REQUIRE(reported.status == 0);
  CHECK_THAT(reported.out, Contains("| layer |") && Catch::EndsWith("run/report/report.html\n"));
  const auto page = place.read("run/report/report.html");
  CHECK(tests::markup_fault(page) == "");
  CHECK_THAT(page, Contains("Multi Task against svm") && Contains("Single Task against svm"));

  const auto verified = place.run("verify run");
  INFO(verified.out);
  CHECK(verified.status == 0);
  CHECK_THAT(verified.out,
             Contains("verified: ") && Contains("from the predictions alone; scores of 12 cells"));

  auto table = place.read("run/report/table.csv");
  table.replace(table.find("loss,1,multi,single,3,") + 22, 1,
                table[table.find("loss,1,multi,single,3,") + 22] == '7' ? "8" : "7");
  place.write("run/report/table.csv", table);
  const auto wrong = place.run("verify run");
  CHECK(wrong.status == 1);
  CHECK_THAT(wrong.out, Contains("WRONG table.csv") && Contains("line 2") && Contains("NOT verified"));

  // Without the arm its predictions go, and the report holds again.
  REQUIRE(place.run("report run").status == 0);
  CHECK_FALSE(fs::exists(place.root / "run/report/arms"));
  CHECK(place.run("verify run").status == 0);
}

TEST_CASE("the report links to the attention pages that are there", "[program]") {
  const Run place;
  place.write("run/report/attention/index.html", "<p></p>");
  REQUIRE(place.run("report run").status == 0);
  CHECK_THAT(place.read("run/report/report.html"), Contains("<a href=\"attention/index.html\">"));
  CHECK(fs::exists(place.root / "run/report/attention/index.html"));
  CHECK(place.run("verify run").status == 0);
}

TEST_CASE("cite prints what it writes", "[program]") {
  const Run place;
  const auto cited = place.run("cite run");
  INFO(cited.err);
  REQUIRE(cited.status == 0);
  CHECK(cited.out == place.read("run/report/methods.en.txt") + "\n" +
                         place.read("run/report/methods.ja.txt") + "\n" + place.read("run/report/cite.bib"));
  CHECK_THAT(cited.out, Contains("@misc{mtl-run-") && Contains("ファインチューニング"));
}

TEST_CASE("the paper's tables need no run", "[program]") {
  const Run place;
  const auto printed = place.run("report --paper");
  CHECK(printed.status == 0);
  CHECK_THAT(printed.out, Contains("with Holm's correction layers 2, 3 and 6 stay below 0.05"));
  REQUIRE(place.run("report --paper --out paper").status == 0);
  for (const char* name : {"paper.html", "paper.md", "paper.tex", "paper.csv", "paper.json", "livedoor.svg",
                           "twitter.svg", "rakuten.svg"})
    CHECK(fs::exists(place.root / "paper" / name));
}

TEST_CASE("wrong words about reports end with status 2 and one message", "[program]") {
  const Run place;
  place.write("svm.tsv", place.predictions());
  place.write("short.tsv", "id\tfold\tlabel\n");
  struct Row {
    std::string words, message;
  };
  for (const auto& [words, message] :
       std::vector<Row>{{"report", "which run?"},
                        {"report run --paper", "excludes"},
                        {"report run --out x", "--out"},
                        {"report run --arm svm.tsv", "--arm 'svm.tsv': expected NAME=predictions.tsv"},
                        {"report run --arm svm=none.tsv", "none.tsv: cannot be read"},
                        {"report run --arm svm=short.tsv", "0 of 120 texts are there"},
                        {"report run --arm a/b=svm.tsv", "the name of an arm"},
                        {"report run --arm multi=svm.tsv", "the run has an arm of this name already"},
                        {"report run --arm a=svm.tsv --arm a=svm.tsv", "--arm a: named twice"},
                        {"verify run", "no report; `mtl report RUN` writes one"},
                        {"verify nowhere", "nowhere is no run"},
                        {"cite nowhere", "nowhere is no run"}}) {
    INFO(words);
    const auto result = place.run(words);
    INFO(result.err);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK_THAT(result.err, Contains(message));
    CHECK_FALSE(fs::exists(place.root / "run/report"));
  }
}

}  // namespace report_program_tests
