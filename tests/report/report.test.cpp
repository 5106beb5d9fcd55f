// The figure, the page and the files of a report: well-formed, self-contained, escaped.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <mtl/report/write_report.hpp>

#include <report/made_up_run.hpp>
#include <report/well_formed.hpp>
#include <support/catch.hpp>

namespace report_tests {

using namespace mtl;
using Catch::Matchers::Contains;
using mtl::tests::lifelike_run;
using mtl::tests::loaded_resource;
using mtl::tests::made_up_layer;
using mtl::tests::made_up_run;
using mtl::tests::markup_fault;

std::string page_of(const RunSummary& run) { return report_html(make_report(run)); }

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST_CASE("the checker of markup finds faults", "[report]") {
  CHECK(markup_fault("<a><b c=\"1\"/>x &lt; y</a>\n").empty());
  for (const char* bad : {"<a>", "<a></b>", "<a>&nbsp;</a>", "<a b=c></a>", "<a b=\"1\" b=\"2\"></a>",
                          "<a/><b/>", "<a>1 < 2</a>", "x<a/>"})
    CHECK_FALSE(markup_fault(bad).empty());
}

TEST_CASE("the figure is well-formed, loads nothing and is the same every time", "[report]") {
  const auto run = lifelike_run("livedoor", {"a", "b", "c"}, {2, 7, 12}, 3, 88);
  const auto comparison = compare(run, "loss");
  const auto* paper = find_paper_table("livedoor");
  const auto figure = accuracy_svg(comparison, paper);
  CHECK(markup_fault(figure) == "");
  CHECK(loaded_resource(figure) == "");
  CHECK(figure == accuracy_svg(comparison, paper));
  CHECK(occurrences(figure, "<polyline") == 8);  // two arms and the paper's two, each with its legend
  CHECK(occurrences(figure, "<polygon") == 2);   // a band for each arm
  CHECK(occurrences(figure, "<circle") == 4);    // three layers and the legend: filled circles are one arm,
  CHECK(occurrences(figure, "<path") ==
        4 + 2 * 13);  // open squares the other, triangles and diamonds the paper
  CHECK_THAT(figure, Contains("test accuracy, percent") && Contains(">paper, Multi Task<") &&
                         Contains("livedoor: accuracy by layer"));
  CHECK(occurrences(accuracy_svg(comparison), "<polyline") == 4);
}

TEST_CASE("the figure of one layer, of one fold and of nothing are well-formed too", "[report]") {
  for (const auto& run :
       {made_up_run(made_up_layer(5, {90, 91}, {89, 92})), made_up_run(made_up_layer(5, {90}, {89})),
        made_up_run(made_up_layer(5, {100}, {})), made_up_run({})}) {
    const auto figure = accuracy_svg(compare_all(run).front());
    CHECK(markup_fault(figure) == "");
    CHECK(figure.find("nan") == std::string::npos);
    CHECK(figure.find("inf") == std::string::npos);
    CHECK(markup_fault(page_of(run)) == "");
  }
}

TEST_CASE("the page is well-formed, loads nothing and holds every part", "[report]") {
  auto run = lifelike_run("livedoor", {"a", "b", "c"}, {2, 7, 12}, 3, 88);
  run.planned = 24;
  run.notes = {"4-bit multilingual e5-small; not the paper's model"};
  const auto page = page_of(run);
  CHECK(markup_fault(page) == "");
  CHECK(loaded_resource(page) == "");
  CHECK_THAT(page, Contains("default-src 'none'") && Contains("18 of 24 cells done"));
  CHECK_THAT(page, Contains("<li>4-bit multilingual e5-small; not the paper&#39;s model</li>"));
  CHECK_THAT(page, Contains("Beside the paper&#39;s table 3 (livedoor)") && Contains("91.778 ± 1.116"));
  CHECK_THAT(page, Contains("models chosen by accuracy:main") && Contains("pos.span_f1:名詞"));
  CHECK_THAT(page, Contains("Multi Task, layer 2: 1350 predictions from 3 cells") &&
                       Contains("Learning curves at layer 12"));
  CHECK_THAT(page, Contains("<th scope=\"row\">duplicate of another text</th><td>15</td>") &&
                       Contains("<th scope=\"row\">together</th><td>17</td>"));
  CHECK_THAT(page, Contains("<th scope=\"row\">SD</th><td>population</td>") &&
                       Contains("<th scope=\"row\">mtl</th><td>0.1.0</td>"));
}

TEST_CASE("a data set that is not the paper's has no paper beside it", "[report]") {
  const auto page = page_of(lifelike_run("manuals", {"a", "b"}, {2}, 3, 88));
  CHECK(page.find("Beside the paper") == std::string::npos);
  CHECK(page.find("paper, Multi Task") == std::string::npos);
}

TEST_CASE("texts from files are escaped wherever they appear", "[report]") {
  const std::string hostile = "<script>alert(\"1\")</script>&'\x01";
  auto run = lifelike_run(hostile, {hostile, "b"}, {2, 7}, 2, 88);
  run.notes = {hostile};
  run.provenance = {{hostile, hostile}};
  run.choices = {{hostile, hostile}};
  run.dropped = {{hostile, 1}};
  for (auto& cell : run.cells)
    for (auto& watch : cell.watches) {
      watch.watch += hostile;
      watch.scores[hostile] = 0.5;
    }
  const auto page = page_of(run);
  CHECK(markup_fault(page) == "");
  CHECK(loaded_resource(page) == "");
  CHECK(page.find('\x01') == std::string::npos);
  CHECK_THAT(page,
             Contains("<bdi>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;\xEF\xBF\xBD</bdi>"));
  CHECK(markup_fault(accuracy_svg(compare_all(run).front())) == "");
}

TEST_CASE("a prediction that is no class of the run is refused", "[report]") {
  auto run = made_up_run(made_up_layer(2, {90, 80}, {80, 75}));
  run.classes = {"only"};
  CHECK_THROWS_WITH(page_of(run), Contains("class 1 of 1 classes (counted from 0)"));
}

TEST_CASE("write_report writes every form of the report, and again over them", "[report]") {
  const auto folder = std::filesystem::temp_directory_path() / "mtl-report-test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const auto run = lifelike_run("twitter", {"a", "b", "c"}, {2, 7}, 2, 80);
  const auto path = write_report(run, folder.string());
  CHECK(path == (folder / "report" / "report.html").string());
  CHECK(read_file(path) == page_of(run));
  CHECK(write_report(run, folder.string()) == path);
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "report")) {
    CHECK(entry.file_size() > 0);
    names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  CHECK(names == std::vector<std::string>{"accuracy.svg", "auxiliary.svg", "cells.csv", "differences.svg",
                                          "evidence.csv", "evidence.md", "evidence.tex", "flips.csv",
                                          "folds.csv", "report.html", "report.json", "table.csv", "table.md",
                                          "table.tex"});
  CHECK(read_file((folder / "report" / "table.csv").string()) == table_csv(compare_all(run)));
  std::filesystem::remove_all(folder);
}

TEST_CASE("the page allows its own style and script by their hashes, and nothing else", "[report]") {
  const auto page = page_of(made_up_run(made_up_layer(2, {90, 80}, {80, 75})));
  CHECK(occurrences(page, "<script") == 1);
  CHECK(occurrences(page, "<style") == 1);
  CHECK(occurrences(page, " style=\"") == 0);
  for (const std::string tag : {"style", "script"}) {
    const auto from = page.find("<" + tag + ">") + tag.size() + 2, to = page.find("</" + tag + ">");
    const auto hash = base64(sha256(page.substr(from, to - from)));
    CHECK_THAT(page,
               Contains(tag + "-src &#39;sha256-" + hash) || Contains(tag + "-src 'sha256-" + hash + "'"));
  }
  CHECK(page.find("unsafe-inline") == std::string::npos);
}

}  // namespace report_tests
