// The tables and sentences that a reader sees, on made-up runs.
#include <string>

#include <mtl/report/findings.hpp>
#include <mtl/report/paper_tables.hpp>
#include <mtl/report/table_latex.hpp>
#include <mtl/report/table_markdown.hpp>

#include <report/made_up_run.hpp>
#include <support/catch.hpp>

namespace tables_tests {

using namespace mtl;
using Catch::Matchers::Contains;
using mtl::tests::made_up_layer;
using mtl::tests::made_up_run;

RunSummary two_layers() {
  auto cells = made_up_layer(2, {92, 91, 93}, {90, 90, 90});
  for (auto& cell : made_up_layer(7, {90, 91}, {90, 91})) cells.push_back(cell);
  auto run = made_up_run(cells);
  run.planned = 18;
  run.notes = {"a note_with <signs>"};
  return run;
}

/// The paper's own table as a comparison: means as printed, tests left out but for p and the difference.
Comparison paper_comparison(const char* dataset) {
  Comparison c{.dataset = dataset,
               .watch = "loss",
               .treatment = "multi",
               .control = "single",
               .notes = {},
               .done = 240,
               .planned = 240,
               .seeds = {1},
               .layers = {}};
  for (const auto& row : find_paper_table(dataset)->rows) {
    LayerComparison layer{.layer = row.layer,
                          .folds = std::vector<FoldComparison>(10),
                          .treatment = {row.multi_mean, 0, 0},
                          .control = {row.single_mean, 0, 0},
                          .test = {}};
    layer.test.mean_diff = row.multi_mean - row.single_mean;
    layer.test.p_greater = row.p;
    c.layers.push_back(layer);
  }
  return c;
}

std::string joined(const std::vector<std::string>& paragraphs) {
  std::string text;
  for (const auto& paragraph : paragraphs) text += paragraph + "\n";
  return text;
}

TEST_CASE("table.md is the paper's table, with notes above and meaning below", "[report]") {
  CHECK(table_markdown(compare(two_layers(), "loss")) ==
        "## made-up: models chosen by loss (10 of 18 cells)\n\n"
        "> **a note\\_with &lt;signs>**\n\n"
        "| layer | Multi Task | Single Task | p | Δ | n |\n"
        "|---:|---:|---:|---:|---:|---:|\n"
        "| 2 | 92.000 ± 0.816 | 90.000 ± 0.000 | 0.0371 | +2.000 | 3 |\n"
        "| 7 | 90.500 ± 0.500 | 90.500 ± 0.500 | no test: every pair is equal | +0.000 | 2 |\n\n"
        "Accuracy on the test folds in percent: mean ± SD over n folds (population SD, as in the paper). Δ "
        "is Multi Task "
        "minus Single Task, in points. p: paired t-test over the folds, one-sided (Multi Task greater), "
        "uncorrected.\n");
}

TEST_CASE("table.tex escapes what LaTeX would interpret", "[report]") {
  auto run = two_layers();
  run.dataset = "50%_of {A&B} #1 ~^\\$";
  const auto latex = table_latex(compare(run, "loss"));
  CHECK_THAT(latex, Contains("\\caption{50\\%\\_of \\{A\\&B\\} \\#1 "
                             "\\textasciitilde{}\\textasciicircum{}\\textbackslash{}\\$: test"));
  CHECK_THAT(latex, Contains("a note\\_with \\textless{}signs\\textgreater{}."));
  CHECK_THAT(latex,
             Contains("2 & $92.000 \\pm 0.816$ & $90.000 \\pm 0.000$ & $0.0371$ & $+2.000$ & 3 \\\\\n"));
  CHECK_THAT(latex, Contains("& no test: every pair is equal & $+0.000$ & 2 \\\\\n"));
  CHECK_THAT(latex, Contains("\\toprule") && Contains("\\midrule") && Contains("\\bottomrule") &&
                        Contains("10 of 18 cells done"));
}

TEST_CASE("CSV fields are quoted where they have to be", "[report]") {
  CHECK(escape_csv("plain") == "plain");
  CHECK(escape_csv("a,b \"c\"") == "\"a,b \"\"c\"\"\"");
}

TEST_CASE("several seeds are announced below the table", "[report]") {
  auto run = two_layers();
  for (auto& cell : made_up_layer(2, {92, 91, 93}, {90, 90, 90})) {
    cell.cell.seed = 2;
    run.cells.push_back(cell);
  }
  CHECK_THAT(table_markdown(compare(run, "loss")),
             Contains("means over the seeds within each fold; a seed is never counted as a fold"));
}

TEST_CASE("the findings say what is missing, what was tested and what few folds mean", "[report]") {
  const auto text = joined(findings(compare(two_layers(), "loss")));
  CHECK_THAT(text,
             Contains("compared on made-up at layers 2 and 7, each time over the same 2 to 3 test folds."));
  CHECK_THAT(text, Contains("The run is not complete: 10 of 18 cells are done."));
  CHECK_THAT(text,
             Contains("The largest gain of Multi Task is at layer 2: +2.000 points (92.000 against 90.000 "
                      "percent, n = 3, t(2) = 3.464, "
                      "one-sided p = 0.0371, 95 percent interval of the difference -0.484 to +4.484)."));
  CHECK_THAT(text, Contains("p is below 0.05 at layer 2."));
  CHECK_THAT(text, Contains("There is no test at layer 7: the table says why."));
  CHECK_THAT(text, Contains("With only 2 folds a single fold can decide the test"));
  CHECK_THAT(text, Contains("There is one seed, so the variation between seeds is not measured."));
}

TEST_CASE("of the paper's livedoor table the findings say what its text leaves out", "[report]") {
  const auto text = joined(findings(paper_comparison("livedoor")));
  CHECK_THAT(text, Contains("The largest gain of Multi Task is at layer 2: +1.756 points"));
  CHECK_THAT(text, Contains("p is below 0.05 at layers 1 to 4 and 6 to 11."));
  CHECK_THAT(
      text, Contains("At layers 5 and 12 this test shows no gain; that is not evidence that there is none."));
  CHECK_THAT(text, Contains("looking at 12 layers: if no layer made any difference, 0.6 of 12 tests would be "
                            "expected below 0.05"));
  CHECK_THAT(text,
             Contains("Multi Task is most accurate at layer 9 (91.822), Single Task at layer 5 (90.667)."));
  CHECK_THAT(text, Contains("Multi Task at layer 2 differs by +1.111 points"));
  CHECK_THAT(text, Contains("At layer 2 the accuracy of Single Task ranks 11 of 12: part of the gain there "
                            "may be a low baseline."));
}

TEST_CASE("the findings do not call a loss a gain", "[report]") {
  const auto text =
      joined(findings(compare(made_up_run(made_up_layer(2, {80, 81, 82}, {90, 90, 93})), "loss")));
  CHECK_THAT(text, Contains("Multi Task was more accurate on average at no layer; nearest to a gain is layer "
                            "2: -10.000 points"));
}

TEST_CASE("a run without results says so", "[report]") {
  CHECK_THAT(joined(findings(compare_all(made_up_run({})).front())),
             Contains("Nothing can be compared yet: 0 of 0 cells are done"));
}

}  // namespace tables_tests
