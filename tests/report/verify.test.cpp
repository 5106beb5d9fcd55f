// A report is recomputed, and a number that was changed anywhere in it is found.
#include <filesystem>
#include <string>

#include <mtl/report/cite.hpp>
#include <mtl/report/verify_report.hpp>
#include <mtl/report/write_report.hpp>

#include <report/synthetic_run.hpp>
#include <support/catch.hpp>

namespace verify_tests {

using namespace mtl;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

/// A small run on disk, reported with an arm from outside.
struct Reported {
  fs::path folder = fs::temp_directory_path() / "mtl-verify-test";
  RunSummary run;

  Reported() {
    fs::remove_all(folder);
    tests::write_synthetic_run(tests::synthetic_run({.layers = 2, .folds = 3, .texts = 40}), folder);
    run = load_run(folder.string());
    std::string file;
    for (const auto& cell : run.cells)
      if (cell.cell.arm == "multi" && cell.cell.layer == 1)
        for (const auto& text : cell.watches[0].predictions)
          file += fmt::format("{}\t{}\t{}\n", text.id, cell.cell.fold,
                              run.classes[static_cast<std::size_t>(text.predicted)]);
    write_report(run, folder.string(), {.outside = {read_external_arm(run, "other", "other.tsv", file)}});
  }
  ~Reported() { fs::remove_all(folder); }

  std::string path(const std::string& name) const { return (folder / "report" / name).string(); }
  void replace(const std::string& name, const std::string& from, const std::string& to) const {
    auto text = read_file(path(name));
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    write_file_atomically(path(name), text.replace(at, from.size(), to));
  }
};

/// The last digit that a number begins with.
std::size_t last_leading_digit(const std::string& text) {
  const auto is_digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  for (auto at = text.size() - 1; at > 0; --at)
    if (is_digit(at) && !is_digit(at - 1) && text[at - 1] != '.') return at;
  return 0;
}

TEST_CASE("a report holds, number by number, and says how many it recomputed", "[report]") {
  const Reported place;
  const auto result = verify_report(place.run, place.folder.string());
  for (const auto& file : result.files) {
    INFO(file.name);
    CHECK(file.compared.differences.empty());
    if (file.name != "auxiliary.svg") CHECK(file.compared.numbers > 10);
  }
  CHECK(result.holds());
  CHECK(result.cells == 12);
  const auto named = [&](const std::string& name) {
    const auto found = std::ranges::find(result.files, name, &VerifiedFile::name);
    REQUIRE(found != result.files.end());
    return found->from_predictions;
  };
  for (const char* name :
       {"report.json, from_predictions", "table.csv", "table.md", "evidence.csv", "accuracy.svg"})
    CHECK(named(name));
  for (const char* name : {"report.html", "report.json", "cells.csv"}) CHECK_FALSE(named(name));
}

TEST_CASE("a number that was changed in any file of a report is found", "[report]") {
  for (const std::string name :
       {"table.md", "table.tex", "table.csv", "folds.csv", "evidence.csv", "evidence.md", "flips.csv",
        "cells.csv", "report.html", "accuracy.svg", "differences.svg"}) {
    INFO(name);
    const Reported place;
    auto text = read_file(place.path(name));
    const auto digit = last_leading_digit(text);
    text[digit] = text[digit] == '9' ? '1' : static_cast<char>(text[digit] + 1);
    write_file_atomically(place.path(name), text);
    const auto result = verify_report(place.run, place.folder.string());
    CHECK_FALSE(result.holds());
    const auto found = std::ranges::find(result.files, name, &VerifiedFile::name);
    REQUIRE(found != result.files.end());
    CHECK(found->compared.differences.size() == 1);
  }
}

TEST_CASE("what is missing, cut short or from elsewhere is refused or found", "[report]") {
  const Reported place;
  SECTION("a score in result.json") {
    auto run = place.run;
    run.cells[0].watches[0].scores["main.accuracy"] += 0.01;
    const auto result = verify_report(run, place.folder.string());
    REQUIRE(result.faults.size() == 1);
    CHECK_THAT(result.faults[0], Contains("main.accuracy is"));
  }
  SECTION("other predictions") {
    auto run = place.run;
    auto& text = run.cells[0].watches[0].predictions[0];
    text.predicted = (text.predicted + 1) % 9;
    CHECK_FALSE(verify_report(run, place.folder.string()).holds());
  }
  SECTION("a file that is gone") {
    fs::remove(place.path("table.md"));
    CHECK_FALSE(verify_report(place.run, place.folder.string()).holds());
  }
  SECTION("predictions of the arm from outside") {
    place.replace("arms/other.tsv", "dokujo-tsushin\n", "it-life-hack\n");
    CHECK_THROWS_WITH(verify_report(place.run, place.folder.string()),
                      Contains("not the file that the report was made from"));
  }
  SECTION("report.json") {
    fs::resize_file(place.path("report.json"), 1000);
    CHECK_THROWS_WITH(verify_report(place.run, place.folder.string()),
                      Contains("report.json") && Contains("edited or cut short"));
  }
  SECTION("no report") {
    fs::remove_all(place.folder / "report");
    CHECK_THROWS_WITH(verify_report(place.run, place.folder.string()),
                      Contains("no report; `mtl report RUN` writes one"));
  }
}

TEST_CASE("numbers are compared as numbers, whole ones as they are written", "[report]") {
  CHECK(compare_numbers("a 1.5 b 2\n", "a 1.5000000000001 b 2\n").differences.empty());
  CHECK(compare_numbers("a 1.5 b 2\n", "a 1.5 b 2\n").numbers == 2);
  CHECK(compare_numbers("1.5", "1.50001").differences.size() == 1);
  CHECK(compare_numbers("123456789012345678", "123456789012345679").differences.size() == 1);
  CHECK(compare_numbers("x 1", "y 1").differences.size() == 1);
  CHECK(compare_numbers("1\n2\n", "1\n").differences.size() == 1);
  CHECK(compare_numbers("", "1\n").differences.size() == 1);
}

TEST_CASE("the methods paragraph and the BibTeX carry the digests of the run", "[report]") {
  const auto run = tests::synthetic_run({.layers = 2, .folds = 3, .texts = 40});
  const auto report = make_report(run);
  const auto cited = cited_run(report);
  for (const auto& text : {methods_english(report), methods_japanese(report), bibtex(report)}) {
    INFO(text);
    CHECK_THAT(text, Contains(cited.digest) && Contains(cited.data) && Contains(cited.folds) &&
                         Contains(cited.weights));
  }
  CHECK_THAT(methods_english(report),
             Contains("bert-base (weights 00112233445566778899aabbccddeeff) on livedoor (120 test texts in 3 "
                      "folds)") &&
                 Contains("λ_sub = 0.5") && Contains("made-up numbers"));
  CHECK_THAT(methods_japanese(report),
             Contains("livedoor（テスト文書 120 件、3 分割）") && Contains("比較した層は 1、2"));
  CHECK_THAT(methods_english(report),
             Contains("IOB2 labels of important parts of speech at encoder layer l"));
  auto more = run;
  more.planned += 3;
  more.choices.emplace_back("dictionary of the labels", "/var/lib/mecab/dic/ipadic-utf8");
  CHECK_THAT(methods_english(make_report(more)),
             Contains("important parts of speech (MeCab, ipadic-utf8) at encoder") &&
                 Contains("The run is not complete: 12 of 15 cells are done."));
  CHECK_THAT(methods_japanese(make_report(more)), Contains("重要な品詞（MeCab, ipadic-utf8）") &&
                                                      Contains("実験は途中で、セル 15 個のうち 12 個"));
  more.choices.emplace_back("labels: file", "spans.jsonl");
  CHECK_THAT(methods_english(make_report(more)), Contains("IOB2 labels of spans of our own at encoder"));
  auto other = run;
  other.cells[0].digest[0] = 'f';
  CHECK(cited_run(make_report(other)).digest != cited.digest);
  CHECK_THROWS_WITH(methods_english(make_report(RunSummary{.dataset = "x", .classes = {"a"}})),
                    Contains("nothing to cite"));
}

}  // namespace verify_tests
