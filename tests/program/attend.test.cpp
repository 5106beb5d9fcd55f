// Attention pictures of a tiny run, as a user makes them: files, counts, numbers, and what is refused.
#include <map>
#include <sstream>

#include <nlohmann/json.hpp>

#include <mtl/stats/paired_t_test.hpp>
#include <program/tiny_model.hpp>
#include <program/workplace.hpp>
#include <report/well_formed.hpp>
#include <support/catch.hpp>

namespace attend_test {

using namespace mtl;
using mtl::tests::tiny_tsv;
using mtl::tests::Workplace;
namespace fs = std::filesystem;

std::vector<std::vector<std::string>> rows_of(const std::string& text, char separator) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    rows.emplace_back();
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, separator);) rows.back().push_back(field);
    if (line.ends_with(separator)) rows.back().emplace_back();
  }
  return rows;
}

/// A finished run of layers 1 and 2 on three folds.
struct Swept : Workplace {
  explicit Swept(const std::string& prepare = "") {
    tests::write_tiny_model(root / "model");
    write("a.tsv", tiny_tsv(12));
    const auto made =
        run("prepare --dataset tsv --input a.tsv --model model --label-dic ipadic --folds 4 --out data " +
            prepare);
    INFO(made.err);
    REQUIRE(made.status == 0);
    const auto swept =
        run("sweep --data data --model model --out run --profile quick --layers 1-2 --folds 3 --threads 1 "
            "--epochs 3");
    INFO(swept.err);
    REQUIRE(swept.status == 0);
  }

  /// The predictions of a cell by id: {gold, predicted}.
  std::map<std::string, std::pair<std::string, std::string>> predictions(const std::string& begin) const {
    std::map<std::string, std::pair<std::string, std::string>> found;
    for (const auto& entry : fs::directory_iterator(root / "run/cells"))
      if (entry.path().filename().string().starts_with(begin))
        for (const auto& row : rows_of(read_file((entry.path() / "predictions.tsv").string()), '\t'))
          if (row.at(0) == "loss") found[row.at(1)] = {row.at(2), row.at(3)};
    return found;
  }

  /// How many texts the arms disagree about: {multi alone right, single alone right}.
  std::pair<int, int> cases(int layer, int fold) const {
    const auto name = fmt::format("-l{}-f{}-", layer, fold);
    const auto multi = predictions("multi" + name), single = predictions("single" + name);
    std::pair<int, int> count{0, 0};
    for (const auto& [id, row] : multi) {
      const bool ours = row.first == row.second, theirs = single.at(id).first == single.at(id).second;
      count.first += ours && !theirs;
      count.second += !ours && theirs;
    }
    return count;
  }
};

/// Writes into a cell of layer 1 and fold 0 that its first text got `first` predicted rightly or not, and so
/// on.
void record(const fs::path& run, const std::string& arm, const std::vector<bool>& right) {
  for (const auto& entry : fs::directory_iterator(run / "cells")) {
    if (!entry.path().filename().string().starts_with(arm + "-l1-f0-")) continue;
    const auto file = (entry.path() / "predictions.tsv").string();
    auto rows = rows_of(read_file(file), '\t');
    std::string table;
    int correct = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto& row = rows[i];
      if (i > 0 && i <= right.size()) row.at(3) = (row.at(2) == "warm") == right[i - 1] ? "warm" : "cold";
      correct += i > 0 && row.at(2) == row.at(3);
      table += fmt::format("{}\t{}\t{}\t{}\n", row.at(0), row.at(1), row.at(2), row.at(3));
    }
    write_file_atomically(file, table);
    auto result = nlohmann::json::parse(read_file((entry.path() / "result.json").string()));
    result.at("watches").at(0).at("correct") = correct;
    write_file_atomically((entry.path() / "result.json").string(), result.dump());
  }
}

TEST_CASE("attention pictures of a run: cases, files, and what the models say now", "[program]") {
  const Swept place;
  // So small a model hardly disagrees: the cases are written into the predictions.
  record(place.root / "run", "multi", {true, true, true, false, true});
  record(place.root / "run", "single", {false, false, false, true, true});
  const auto [first, second] = place.cases(1, 0);
  REQUIRE(first >= 3);
  REQUIRE(second >= 1);
  const auto folder = place.root / "run/report/attention";
  for (const int most : {3, 2}) {
    const auto made = place.run(fmt::format("attend run --layer 1 --cases {} --steps 3 --threads 1", most));
    INFO(made.err);
    REQUIRE(made.status == 0);
    CHECK(made.out == "run/report/attention/index.html\n");
    CHECK_THAT(made.err,
               Catch::Contains(fmt::format("{} right in multi alone, {} in single alone", first, second)) &&
                   Catch::Contains("predicts") && Catch::Contains("in the run"));
    for (int i = 1; i <= 4; ++i)  // those of the earlier call are gone
      for (const auto& [kind, count] : {std::pair{1, first}, {2, second}})
        for (const char* ending : {".svg", ".png", "-methods.svg", "-methods.png"}) {
          INFO(kind << "-" << i << ending);
          CHECK(fs::exists(folder / fmt::format("case-{}-{}{}", kind, i, ending)) ==
                (i <= std::min(most, count)));
        }
  }
  const auto json = nlohmann::json::parse(place.read("run/report/attention/aggregate.json"));
  CHECK(json.at("treatment_right") == first);
  CHECK(json.at("control_right") == second);
  const auto svg = place.read("run/report/attention/case-1-1.svg");
  CHECK(tests::markup_fault(svg) == "");
  CHECK_THAT(svg, Catch::Contains("layer 2, mean over 2 heads, row of [CLS]"));
  CHECK(place.read("run/report/attention/case-2-1-methods.png").starts_with("\x89PNG\r\n"));
  const auto page = place.read("run/report/attention/index.html");
  CHECK(tests::markup_fault(page) == "");
  CHECK_THAT(page, Catch::Contains("case-1-2-methods.svg") && Catch::Contains("case-2-1.png"));
}

TEST_CASE("the aggregate's test is the paired t-test of the numbers beside it", "[program]") {
  const Swept place;
  REQUIRE(place.run("attend run --layer 1 --fold 2 --cases 0 --no-png").status == 0);
  std::map<std::string, std::pair<std::vector<double>, std::vector<double>>> pairs;
  for (const auto& row : rows_of(place.read("run/report/attention/aggregate-texts.csv"), ','))
    if (row.at(0) != "id" && !row.at(row.size() - 2).empty() && !row.back().empty()) {
      auto& [a, b] = pairs[row.at(1)];
      a.push_back(std::stod(row.at(row.size() - 2)));
      b.push_back(std::stod(row.back()));
    }
  int tested = 0;
  const auto aggregate = nlohmann::json::parse(place.read("run/report/attention/aggregate.json"));
  for (const auto& measure : aggregate.at("measures")) {
    const auto name = measure.at("measure").get<std::string>();
    if (name.find(',') != std::string::npos) continue;  // quoted in the CSV
    INFO(name);
    const auto test = stats::paired_t_test(pairs[name].first, pairs[name].second);
    CHECK(measure.at("test").at("n") == test.n);
    if (test.status != stats::Status::Ok) continue;
    ++tested;
    CHECK(measure.at("test").at("t").get<double>() == Approx(test.t).epsilon(1e-12));
  }
  CHECK(tested >= 3);
  // Nouns, adverbs, adjectives and what no span covers are all there is between the special tokens.
  double sum = 0;
  for (const auto& kind : {"名詞", "副詞", "形容詞"}) CHECK_FALSE(pairs[kind].first.empty());
  const auto rows = rows_of(place.read("run/report/attention/aggregate-texts.csv"), ',');
  const auto id = rows.at(1).at(0);
  for (const auto& row : rows)
    if (row.at(0) == id &&
        (row.at(1) == "名詞" || row.at(1) == "副詞" || row.at(1) == "形容詞" || row.at(1) == "no span") &&
        !row.at(2).empty())
      sum += std::stod(row.at(2));
  CHECK(sum == Approx(1).epsilon(1e-9));
}

TEST_CASE("other layers, heads, rows, scales and units can be drawn; one's own spans too", "[program]") {
  const Swept place;
  for (const std::string words :
       {"--attention-layer 1 --head 2", "--row mean --scale all", "--row 1 --scale 0.5", "--shade words-sum",
        "--shade words-mean --batch 1"}) {
    const auto made = place.run("attend run --steps 2 --cases 1 --no-png " + words);
    INFO(words << ": " << made.err);
    CHECK(made.status == 0);
  }
  CHECK_THAT(place.read("run/report/attention/aggregate.json"),
             Catch::Contains("layer 2, mean over 2 heads"));

  std::string spans;
  for (int line = 1; line <= 24; line += 2)
    spans += fmt::format("{{\"id\": \"{}\", \"spans\": [[0, 18, \"PRAISE\"]]}}\n", line);
  place.write("spans.jsonl", spans);
  fs::remove_all(place.root / "run");
  REQUIRE(place
              .run("prepare --dataset tsv --input a.tsv --labels spans.jsonl --model model --label-dic "
                   "ipadic --folds 4 --out data")
              .status == 0);
  REQUIRE(
      place.run("sweep --data data --model model --out run --profile quick --layers 1 --folds 3 --epochs 1")
          .status == 0);
  for (const int fold : {0, 1, 2}) {
    const auto made = place.run(fmt::format("attend run --steps 2 --no-png --fold {}", fold));
    INFO(made.err);
    CHECK(made.status == 0);
  }
  CHECK_THAT(place.read("run/report/attention/aggregate.csv"), Catch::Contains("PRAISE,"));
}

TEST_CASE("what attend cannot use ends with status 2 and one message", "[program]") {
  const Swept place;
  fs::create_directories(place.root / "empty");
  fs::copy(place.root / "run", place.root / "lost", fs::copy_options::recursive);
  fs::remove_all(place.root / "lost/cells");
  fs::copy(place.root / "run", place.root / "halved", fs::copy_options::recursive);
  for (const auto& entry : fs::directory_iterator(place.root / "halved/cells"))
    if (entry.path().filename().string().starts_with("single-l1")) fs::remove(entry.path() / "result.json");
  fs::copy(place.root / "run", place.root / "weightless", fs::copy_options::recursive);
  for (const auto& entry : fs::directory_iterator(place.root / "weightless/cells"))
    fs::remove(entry.path() / "best.safetensors");
  fs::copy(place.root / "run", place.root / "moved", fs::copy_options::recursive);
  auto settings = place.read("moved/sweep.toml");
  settings.replace(settings.find("data = 'data'"), 13, "data = 'gone'");
  place.write("moved/sweep.toml", settings);
  REQUIRE(place
              .run("prepare --dataset tsv --input a.tsv --model model --label-dic ipadic --folds 4 --seed 9 "
                   "--out other")
              .status == 0);
  struct Row {
    std::string words, message;
  };
  const std::vector<Row> rows{
      {"empty", "empty is no run"},
      {"nowhere", "nowhere is no run"},
      {"run --layer 7", "--layer 7: run has cells of layers 1, 2"},
      {"run --fold 3", "--fold 3: run has cells of folds 0, 1, 2"},
      {"run --seed 5", "--seed 5: run has cells of seeds 1"},
      {"run --treatment triple", "has no arm 'triple'; its arms are multi, single"},
      {"run --control multi", "name the same arm, 'multi'"},
      {"lost", "0 of 12 cells are done"},
      {"halved --layer 1", "no cell that was asked for is finished in both arms"},
      {"weightless", "best.safetensors: is missing"},
      {"moved", "its data folder 'gone' is not there; name it by --data"},
      {"run --data other", "its test texts of fold 0 are not those of run"},
      {"run --data none", "none: no such folder"},
      {"run --model none", "none"},
      {"run --attention-layer 3", "--attention-layer 3: the model has layers 1 to 2"},
      {"run --head 3", "--head 3: 'mean', or a head from 1 to 2"},
      {"run --head 0", "--head 0"},
      {"run --row last", "--row last"},
      {"run --row 4000", "row 4000 of the attention"},
      {"run --scale 0", "--scale 0"},
      {"run --shade words", "--shade words"},
      {"run --cases -1", "--cases -1"},
      {"run --steps 0", "--steps 0"},
      {"run --batch 0", "--batch 0"},
      {"run --threads -1", "--threads"},
  };
  for (const Row& row : rows) {
    INFO(row.words);
    const auto result = place.run("attend " + row.words);
    INFO(result.err);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK_THAT(result.err, Catch::Contains(row.message));
  }
  CHECK_FALSE(fs::exists(place.root / "run/report"));
  const auto half = place.run("attend halved --steps 2 --cases 1 --no-png");  // layer 2 is whole
  INFO(half.err);
  CHECK(half.status == 0);
  CHECK(place.run("attend moved --data data --steps 2 --cases 1 --no-png").status == 0);
}

}  // namespace attend_test
