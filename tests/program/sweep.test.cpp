// The whole road in miniature: raw text, prepared, trained in both arms, reported, predicted from. The BERT
// is tiny and random; everything else is what a user runs.
#include <map>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include <mtl/experiment/run_folder.hpp>
#include <mtl/store/safetensors.hpp>
#include <program/tiny_model.hpp>
#include <program/workplace.hpp>
#include <report/well_formed.hpp>
#include <support/catch.hpp>

namespace sweep_test {

using namespace mtl;
using mtl::tests::CommandResult;
using mtl::tests::tiny_tsv;
using mtl::tests::Workplace;
namespace fs = std::filesystem;

const std::string short_sweep =
    "sweep --data data --model model --out run --profile quick --layers 1-2 --folds 3 --threads 1";

/// A workplace with a model and prepared data.
struct Prepared : Workplace {
  Prepared() {
    tests::write_tiny_model(root / "model");
    write("a.tsv", tiny_tsv(12));
    const auto made =
        run("prepare --dataset tsv --input a.tsv --model model --label-dic ipadic --folds 4 --out data");
    INFO(made.err);
    REQUIRE(made.status == 0);
  }

  /// In a file, the first `from` becomes `to`.
  void replace(const std::string& file, const std::string& from, const std::string& to) const {
    auto text = read(file);
    text.replace(text.find(from), from.size(), to);
    write(file, text);
  }

  std::vector<fs::path> cells() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(root / "run/cells")) found.push_back(entry.path());
    std::ranges::sort(found);
    return found;
  }
};

std::vector<std::string> fields_of(const std::string& line, char separator) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, separator);) fields.push_back(field);
  return fields;
}

/// Percent of the rows of a predictions.tsv whose gold and predicted agree, read without the library.
double accuracy_in(const std::string& predictions, const std::string& watch) {
  std::istringstream lines(predictions);
  std::string line;
  std::getline(lines, line);
  double right = 0, all = 0;
  while (std::getline(lines, line)) {
    const auto field = fields_of(line, '\t');
    if (field.at(0) != watch) continue;
    ++all;
    if (field.at(2) == field.at(3)) ++right;
  }
  return 100 * right / all;
}

TEST_CASE("from raw text to the report and back to raw text", "[program]") {
  const Prepared place;
  const auto swept = place.run(short_sweep + " --epochs 2 --watch loss,accuracy:main");
  INFO(swept.err);
  REQUIRE(swept.status == 0);
  CHECK(swept.out.empty());
  CHECK_THAT(swept.err,
             Catch::Contains("12 cells") && Catch::Contains("ETA") && Catch::Contains("head pos (layer 1)"));
  CHECK_THAT(swept.err, Catch::Contains("hidden states of layer 1: stored for 24 texts"));
  CHECK_FALSE(fs::exists(place.root / "run/prefix"));  // once all is done
  CHECK_THAT(place.read("run/run.json"),
             Catch::Contains("stored once for all folds, epochs and arms, as fp32, where they could be"));
  REQUIRE(place.cells().size() == 12);
  for (const auto& cell : place.cells())
    for (const char* file : {"result.json", "predictions.tsv", "history.jsonl", "best.safetensors"})
      CHECK(fs::exists(cell / file));

  const auto reported = place.run("report run");
  REQUIRE(reported.status == 0);
  CHECK(fs::exists(place.root / "run/predicted.json"));
  CHECK_THAT(place.read("run/report/report.html"), Catch::Contains("peak memory, predicted"));
  CHECK_THAT(reported.out, Catch::Contains("| layer |") && Catch::EndsWith("run/report/report.html\n"));
  for (const char* file : {"table.md", "table.csv", "table.tex", "folds.csv", "accuracy.svg", "report.html"})
    CHECK(fs::exists(place.root / "run/report" / file));
  CHECK(tests::markup_fault(place.read("run/report/report.html")) == "");
  CHECK(tests::loaded_resource(place.read("run/report/report.html")) == "");
  // Every point on which the paper is silent has its answer, in words; texts are counted from the files on.
  CHECK_THAT(place.read("run/report/report.html"),
             !Catch::Contains("not recorded") && Catch::Contains("<td>名詞, 副詞, 形容詞</td>") &&
                 Catch::Contains("texts read") && Catch::Contains("duplicate once cut") &&
                 Catch::Contains("libtorch"));

  // The table, recomputed from the predictions alone.
  std::map<std::string, std::vector<double>> percent;  // "multi 1" -> by fold
  for (const auto& cell : place.cells()) {
    const auto name = fields_of(cell.filename().string(), '-');
    percent[name.at(0) + " " + name.at(1)].push_back(
        accuracy_in(read_file((cell / "predictions.tsv").string()), "loss"));
  }
  std::istringstream table(place.read("run/report/table.csv"));
  std::string line;
  std::getline(table, line);
  const auto columns = fields_of(line, ',');
  int rows = 0;
  while (std::getline(table, line)) {
    std::map<std::string, std::string> row;
    const auto values = fields_of(line, ',');
    for (std::size_t i = 0; i < values.size(); ++i) row[columns.at(i)] = values[i];
    if (row.at("watch") != "loss") continue;
    ++rows;
    INFO(line);
    const auto& multi = percent.at("multi l" + row.at("layer"));
    const auto& single = percent.at("single l" + row.at("layer"));
    CHECK(std::stod(row.at("treatment_mean")) == Approx((multi[0] + multi[1] + multi[2]) / 3).epsilon(1e-12));
    CHECK(std::stod(row.at("control_mean")) ==
          Approx((single[0] + single[1] + single[2]) / 3).epsilon(1e-12));
  }
  CHECK(rows == 2);

  const auto cell = place.cells().front();
  CHECK_THAT(cell.filename().string(), Catch::StartsWith("multi-l1-f0-s1-"));
  const auto predicted = place.run("predict --checkpoint '" + (cell / "best.safetensors").string() + "'",
                                   "とても美しい花。\n\n山より海が寒い。\n");
  INFO(predicted.err);
  REQUIRE(predicted.status == 0);
  std::istringstream answers(predicted.out);
  std::vector<nlohmann::json> says;
  while (std::getline(answers, line)) says.push_back(nlohmann::json::parse(line));
  REQUIRE(says.size() == 3);
  CHECK((says[0].at("class") == "warm" || says[0].at("class") == "cold"));
  const double sum = says[0].at("probabilities").at("warm").get<double>() +
                     says[0].at("probabilities").at("cold").get<double>();
  CHECK(sum == Approx(1).epsilon(1e-6));
  for (const auto& said : says)
    for (const auto& span : said.at("spans")) CHECK(span.at("begin") < span.at("end"));
  CHECK(says[1].at("class").is_null());
}

TEST_CASE("a run folder takes no other texts once it holds results, and stays as it was", "[program]") {
  const Prepared place;
  const std::string one =
      "sweep --data data --model model --profile quick --layers 1 --folds 1 --epochs 1 --out run";
  REQUIRE(place.run(one).status == 0);
  const auto plan = place.read("run/plan.jsonl"), toml = place.read("run/sweep.toml");
  place.write("b.tsv", tiny_tsv(13));
  REQUIRE(
      place.run("prepare --dataset tsv --input b.tsv --model model --label-dic ipadic --folds 4 --out data")
          .status == 0);
  const auto refused = place.run(one);
  CHECK(refused.status == 2);
  CHECK_THAT(refused.err, Catch::Contains("--out run: holds 2 results with other texts"));
  CHECK(place.read("run/plan.jsonl") == plan);
  CHECK(place.read("run/sweep.toml") == toml);
  place.write("run/predicted.json", "[{");  // says nothing of the texts
  CHECK_THAT(place.run(one).err, Catch::Contains("--out run: holds 2 results with other texts"));
  const auto description = place.read("run/run.json");
  place.write("run/run.json", description.substr(0, description.size() / 2));
  const auto unknown = place.run(one);
  CHECK(unknown.status == 2);
  CHECK_THAT(unknown.err, Catch::Contains("run/run.json: ") &&
                              Catch::Contains("--out run holds 2 results that this sweep does not make"));
  CHECK(place.read("run/plan.jsonl") == plan);
  const auto negative = place.run(one + " --lambda-sub -1");
  CHECK(negative.status == 2);
  CHECK_THAT(negative.err, Catch::Contains("--lambda-sub -1: a weight of a loss is 0 or more"));
}

TEST_CASE("a sweep that is stopped or killed goes on where it was, and ends as if it had not been",
          "[program]") {
  const Prepared place;
  const std::string endless = " --epochs 0 --patience 1000000";
  const auto stopped = place.run_until("run/plan.jsonl", "TERM", short_sweep + endless);
  INFO(stopped.err);
  CHECK(stopped.status == 75);
  CHECK_THAT(stopped.err, Catch::Contains("stopped with 0 of 12 cells done; the same command goes on"));
  CHECK(place.run_until("run/plan.jsonl", "USR1", short_sweep + endless).status == 75);
  CHECK(place.run_until("run/plan.jsonl", "INT", short_sweep + endless).status == 130);
  CHECK(place.run_until("run/plan.jsonl", "KILL", short_sweep + endless).status == 137);

  const auto again = place.run(short_sweep + " --epochs 6");
  INFO(again.err);
  REQUIRE(again.status == 0);
  std::map<std::string, std::string> first;
  for (const auto& cell : place.cells())
    first[cell.filename().string()] = read_file((cell / "predictions.tsv").string());
  CHECK(first.size() == 12);

  // One cell's mark is taken away: that cell alone is trained again, to the same predictions.
  const auto victim = place.cells().at(5);
  fs::remove(victim / "result.json");
  const auto others = fs::last_write_time(place.cells().at(6) / "result.json");
  const auto resumed = place.run(short_sweep + " --epochs 6");
  REQUIRE(resumed.status == 0);
  CHECK_THAT(resumed.err, Catch::Contains("11 done, 1 to train"));
  CHECK(read_file((victim / "predictions.tsv").string()) == first.at(victim.filename().string()));
  CHECK(fs::last_write_time(place.cells().at(6) / "result.json") == others);

  const auto before = place.read("run/sweep.toml");
  const auto repeated = place.run("sweep --config run/sweep.toml");
  CHECK(repeated.status == 0);
  CHECK_THAT(repeated.err, Catch::Contains("12 done, 0 to train"));
  CHECK(place.read("run/sweep.toml") == before);

  // λ_sub lies in the multi-task arm alone.
  const auto other = place.run(short_sweep + " --epochs 6 --lambda-sub 0.25 --plan");
  CHECK_THAT(other.err, Catch::Contains("6 done, 6 to train") &&
                            Catch::Contains("predicted from a few steps, at 6 epochs a cell") &&
                            Catch::Contains("not counted, here and in the ETA: the hidden states"));
}

TEST_CASE("hidden states are stored where there is room and nothing draws dropout below", "[program]") {
  const Prepared place;
  const std::string one = "sweep --data data --model model --profile quick --layers 2 --folds 1 --epochs 1";
  const auto digests = [&](const std::string& run) {
    std::set<std::string> names;
    for (const auto& cell : fs::directory_iterator(place.root / run / "cells"))
      names.insert(cell.path().filename().string());
    return names;
  };
  REQUIRE(place.run(one + " --out usual").status == 0);
  const auto tight = place.run(one + " --out tight --prefix-cache 1K");
  CHECK(tight.status == 0);
  CHECK_THAT(tight.err, Catch::Contains("goes on without a cache"));
  const auto off = place.run(one + " --out off --prefix-cache off");
  CHECK(off.status == 0);
  CHECK_THAT(off.err, !Catch::Contains("hidden states"));
  const auto narrow = place.run(one + " --out narrow --prefix-precision bf16 --prefix-cache 8M");
  CHECK(narrow.status == 0);
  const auto plain = place.run(one + " --out plain --prefix-cache 10000000000");  // more than 2^33, no unit
  INFO(plain.err);
  CHECK(plain.status == 0);
  CHECK(digests("plain") == digests("usual"));
  CHECK(digests("tight") == digests("off"));
  CHECK(digests("usual") != digests("off"));
  CHECK(digests("usual") != digests("narrow"));
  CHECK_THAT(place.read("narrow/sweep.toml"),
             Catch::Contains("prefix-cache = '8M'") && Catch::Contains("prefix-precision = 'bf16'"));
  const auto below = place.run(one + " --out below --dropout-below");
  CHECK(below.status == 0);
  CHECK_THAT(below.err, !Catch::Contains("hidden states"));
  CHECK_THAT(place.read("below/run.json"), Catch::Contains("computed at every step, with dropout"));
  // What was predicted for other settings does not stand beside what these take.
  CHECK_THAT(place.read("usual/predicted.json"), Catch::Contains("32 texts a step"));
  REQUIRE(place.run(one + " --out usual --batch 4").status == 0);
  CHECK_THAT(place.read("usual/predicted.json"),
             Catch::Contains("; 4 texts a step") && !Catch::Contains("32 texts a step"));
}

/// Stops a sweep into run/ while it trains on hidden states that it has stored.
void stop_with_stored_states(const Prepared& place, const std::string& sweep) {
  const auto stopped =
      place.run_until("run/prefix/layer-1.states", "TERM", sweep + " --epochs 0 --patience 1000000");
  CHECK(stopped.status == 75);
  REQUIRE(fs::exists(place.root / "run/prefix/layer-1.states"));
}

TEST_CASE("a sweep that is stopped keeps the hidden states, and goes on with them", "[program]") {
  const Prepared place;
  const std::string two =
      "sweep --data data --model model --profile quick --layers 2 --folds 3 --threads 2 --out run";
  stop_with_stored_states(place, two);
  const auto bytes = std::to_string(fs::file_size(place.root / "run/prefix/layer-1.states"));
  const auto on = place.run(two + " --epochs 1");
  CHECK(on.status == 0);
  CHECK_THAT(on.err, !Catch::Contains("to divide the threads"));             // they are divided as before
  CHECK_THAT(on.err, !Catch::Contains("hidden states of layer 1: stored"));  // it was there
  CHECK_FALSE(fs::exists(place.root / "run/prefix"));
  // Cells of one layer read one file, however many there are at a time.
  const auto beside = place.run(
      "sweep --data data --model model --profile quick --layers 2 --folds 3 --threads 2 --epochs 1 --jobs 2 "
      "--out beside --prefix-cache " +
      bytes);
  INFO(beside.err);
  CHECK(beside.status == 0);
  CHECK_THAT(beside.err,
             Catch::Contains("hidden states of layer 1") && !Catch::Contains("anew at every step"));
}

TEST_CASE("cells side by side are no more than the limit on stored hidden states has room for", "[program]") {
  const Prepared place;
  tests::write_tiny_model(place.root / "deep", {.layers = 3});
  place.replace("deep/config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3");
  const auto sweep = [&](const std::string& run, const std::string& rest) {
    return place.run(fmt::format(
        "sweep --data data --model deep --profile quick --folds 1 --epochs 1 --threads 2 --out {} {}", run,
        rest));
  };
  const auto tight = sweep("tight", "--layers 2 --jobs 1 --prefix-cache 1K");
  const std::string before = "one layer's hidden states take ";
  REQUIRE_THAT(tight.err, Catch::Contains(before));
  const auto bytes = std::stoull(tight.err.substr(tight.err.find(before) + before.size()));
  const auto room_for = [&](std::uint64_t files) {
    return fmt::format("--layers 2-3 --prefix-cache {}", files * bytes);
  };
  const auto refused = sweep("run", room_for(1) + " --jobs 2");
  INFO(refused.err);
  CHECK(refused.status == 2);
  CHECK_THAT(refused.err, Catch::Contains("2 cells side by side may need") &&
                              Catch::Contains("has room for 1; allow more, or take --jobs 1"));
  const auto alone = sweep("run", room_for(1));
  CHECK(alone.status == 0);
  CHECK_THAT(alone.err, Catch::Contains("one cell at a time, with 2 threads: --prefix-cache"));
  CHECK(sweep("beside", room_for(2) + " --jobs 2").status == 0);
}

TEST_CASE("where a result cannot be written, stored hidden states make room", "[program]") {
  const Prepared place;
  const std::string two =
      "sweep --data data --model model --profile quick --layers 2 --folds 1 --threads 1 --epochs 1 --out run";
  REQUIRE(place.run(two).status == 0);
  const auto name = place.cells().front().filename().string();
  fs::remove_all(place.root / "run/cells");
  place.write("run/cells/" + name, "in the way");
  const auto failed = place.run(two);
  INFO(failed.err);
  CHECK(failed.status == 1);
  CHECK_THAT(failed.err, Catch::Contains("hidden states of layer 1: stored") && Catch::Contains(name));
  CHECK_FALSE(fs::exists(place.root / "run/prefix"));
}

TEST_CASE("stored hidden states do not outlive the sweep, also where it goes on without them", "[program]") {
  const Prepared place;
  for (const char* const without : {"--prefix-cache off", "--dropout-below"}) {
    INFO(without);
    fs::remove_all(place.root / "run");
    const std::string two =
        "sweep --data data --model model --profile quick --layers 2 --folds 1 --threads 1 --out run";
    stop_with_stored_states(place, two);
    const auto on = place.run(two + " --epochs 1 " + without);
    INFO(on.err);
    CHECK(on.status == 0);
    CHECK_FALSE(fs::exists(place.root / "run/prefix"));
  }
}

TEST_CASE("several cells at the same time come out as one by one, and a sweep goes on as it was divided",
          "[program]") {
  const Prepared place;
  const std::string six = "sweep --data data --model model --profile quick --layers 1-2 --folds 3 --epochs 2";
  const auto predictions = [&](const std::string& run) {
    std::map<std::string, std::string> said;
    for (const auto& cell : fs::directory_iterator(place.root / run / "cells"))
      said[cell.path().filename().string()] = read_file((cell.path() / "history.jsonl").string());
    for (auto& [cell, history] : said)  // seconds differ
      for (auto at = history.find("\"seconds\":"); at != std::string::npos;
           at = history.find("\"seconds\":", at + 1))
        history.erase(at, history.find_first_of(",}", at) - at);
    return said;
  };
  REQUIRE(place.run(six + " --out alone --threads 1").status == 0);
  const auto beside = place.run(six + " --out beside --threads 3 --jobs 3");
  INFO(beside.err);
  REQUIRE(beside.status == 0);
  CHECK_THAT(beside.err, Catch::Contains("12 cells done"));
  CHECK(predictions("alone").size() == 12);
  CHECK(predictions("alone") == predictions("beside"));
  CHECK_THAT(place.read("beside/sweep.toml"), Catch::Contains("jobs = '3'"));

  fs::remove(fs::directory_iterator(place.root / "beside/cells")->path() / "result.json");
  place.write("beside/run.json", "{");  // written anew, with a word
  const auto predicted = place.read("beside/predicted.json");
  const auto on =
      place.run(six + " --out beside --threads 3");  // auto: nothing is measured, one cell is left
  CHECK(on.status == 0);
  CHECK_THAT(on.err, Catch::Contains("11 done, 1 to train") && !Catch::Contains("at a time"));
  CHECK_THAT(on.err, Catch::Contains("beside/run.json: "));
  CHECK_THAT(place.read("beside/run.json"), Catch::Contains("cells at the same time"));
  CHECK(predictions("alone") == predictions("beside"));
  CHECK_THAT(place.read("beside/sweep.toml"), Catch::Contains("jobs = '3'"));
  CHECK(place.read("beside/predicted.json") == predicted);

  const auto chosen = place.run(six + " --out chosen --threads 2");
  CHECK(chosen.status == 0);
  CHECK_THAT(chosen.err, Catch::Contains("at a time, with"));
  const auto stopped = place.run_until("endless/run.json", "TERM",
                                       "sweep --data data --model model --profile quick --layers 1-2 --folds "
                                       "3 --out endless --threads 2 --jobs 2 --epochs 0 --patience 1000000");
  CHECK(stopped.status == 75);
  CHECK_THAT(stopped.err, Catch::Contains("stopped with 0 of 12 cells done"));
}

TEST_CASE("what a sweep cannot use ends with status 2 and one message, and earlier results stay whole",
          "[program]") {
  const Prepared place;
  REQUIRE(place.run(short_sweep + " --epochs 1").status == 0);
  const auto before = place.read("run/plan.jsonl");
  const auto model = [&](const std::string& name) {
    tests::write_tiny_model(place.root / name);
    return name;
  };
  place.replace(model("keyless") + "/config.json", "\"hidden_size\"", "\"hidden_sizes\"");
  place.replace(model("narrow") + "/config.json", "\"intermediate_size\": 16", "\"intermediate_size\": 12");
  place.replace(model("small") + "/config.json", "\"vocab_size\": 61", "\"vocab_size\": 60");
  place.replace(model("shuffled") + "/vocab.txt", "花\n空", "空\n花");
  tests::write_tiny_model(place.root / "short", {.positions = 8});
  place.replace("short/config.json", "\"max_position_embeddings\": 512", "\"max_position_embeddings\": 8");
  fs::resize_file(place.root / model("cut") / "model.safetensors", 4000);
  fs::remove(place.root / model("bare") / "model.safetensors");
  const auto sweep = [](const std::string& name, const std::string& rest = "--layers 1-2 --folds 3") {
    return "sweep --data data --out run --model " + name + " " + rest;
  };
  struct Row {
    std::string words, message;
  };
  const std::vector<Row> rows{
      {sweep("nowhere"), "nowhere"},
      {sweep("bare"), "bare: has neither model.safetensors nor pytorch_model.bin"},
      {sweep("keyless"), "keyless/config.json: the key \"hidden_size\" is missing"},
      {sweep("narrow"), "config.json and weights disagree"},
      {sweep("small"), "small"},
      {sweep("cut"), "cut/model.safetensors"},
      {sweep("model", "--folds 3 --layers 3"), "--layers 3: 3 asks for a layer that the model lacks"},
      {sweep("model", "--folds 3 --layers x"), "--layers x: 'x' is no layer"},
      {sweep("model", "--folds 3 --layers 1-2,2"), "--layers 1-2,2: names layer 2 twice"},
      {sweep("model", "--layers 1 --folds 5"), "--folds 5: data set data was divided into 4 folds"},
      {sweep("model", "--layers 1 --folds 3 --profile slow"), "there is no profile 'slow'"},
      {sweep("model", "--layers 1 --folds 3 --watch f1"), "early stopping cannot watch 'f1'"},
      {sweep("model", "--layers 1 --folds 3 --watch loss:pos"),
       "--watch loss:pos: the single-task arm has the head main alone"},
      {sweep("model", "--layers 1 --folds 3 --batch 0"), "--batch 0"},
      {sweep("model", "--layers 1 --folds 3 --rate-heads 0"), "--rate-heads 0"},
      {sweep("model", "--layers 1 --folds 3 --patience 0"), "patience 0 stops before the first epoch"},
      {sweep("model", "--layers 1 --folds 3 --watch loss,loss"), "early stopping watches 'loss' twice"},
      {sweep("model", "--layers 1 --folds 3 --seeds=-1"), "--seeds"},
      {sweep("model", "--layers 1 --folds 3 --prefix-cache 8X"), "--prefix-cache 8X: auto, off, or a number"},
      {sweep("model", "--layers 1 --folds 3 --prefix-cache ''"), "--prefix-cache"},
      {sweep("model", "--layers 1 --folds 3 --prefix-cache 17179869184G"),  // 2^64
       "--prefix-cache 17179869184G: auto, off, or a number"},
      {sweep("model", "--layers 1 --folds 3 --prefix-cache 18446744073709551616"),
       "--prefix-cache 18446744073709551616: auto, off, or a number"},
      {sweep("model", "--layers 1 --folds 3 --jobs 0"), "--jobs 0: auto, or how many cells"},
      {sweep("model", "--layers 1 --folds 3 --jobs two"), "--jobs two: auto, or how many cells"},
      {sweep("model", "--layers 1 --folds 3 --threads -1"), "--threads"},
      {sweep("model", "--layers 1 --folds 3 --threads 100000"), "--threads"},
      {sweep("shuffled"), "shuffled: data set data was prepared with another tokenizer"},
      {sweep("short", "--layers 1 --folds 3"), "short: it reads at most 8 tokens"},
      {"sweep --data data --model model --out a.tsv", "--out a.tsv: cannot be made or is no folder"},
      {"sweep --data data --model model --out ''", "--out: the name of the run folder is empty"},
      {"sweep --data none --model model --out run", "none: no such folder"},
      {"report nowhere", "nowhere is no run"},
      {"predict --checkpoint none.safetensors", "none.safetensors"},
      {"predict --checkpoint model/model.safetensors", "model/model.safetensors: has no"},
  };
  for (const Row& row : rows) {
    INFO(row.words);
    const auto result = place.run(row.words);
    INFO(result.err);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK_THAT(result.err, Catch::Contains(row.message));
    CHECK(place.read("run/plan.jsonl") == before);
    CHECK(place.run("report run").status == 0);
  }
}

/// The file of weights of the first cell, without the tensors whose names begin with `prefix`.
void strip_tensors(const fs::path& from, const fs::path& to, const std::string& prefix) {
  const auto file = SafetensorsFile::open(from.string());
  std::vector<TensorView> kept;
  for (const auto& entry : file.tensors())
    if (!entry.name.starts_with(prefix))
      kept.push_back({entry.name, entry.dtype, entry.shape, file.bytes(entry)});
  write_safetensors(to.string(), kept, file.metadata());
}

TEST_CASE("results and weights that were tampered with are refused", "[program]") {
  const Prepared place;
  REQUIRE(place.run(short_sweep + " --epochs 1 --watch loss,accuracy:main").status == 0);
  const auto cell = place.cells().front();
  CHECK(fs::exists(cell / "best-accuracy-main.safetensors"));
  for (const char* prefix : {"heads.main", "heads.pos", "backbone.encoder.layer.1."}) {
    INFO(prefix);
    strip_tensors(cell / "best.safetensors", place.root / "cut.safetensors", prefix);
    const auto refused = place.run("predict --checkpoint cut.safetensors", "花\n");
    CHECK(refused.status == 2);
    CHECK(refused.out.empty());
    CHECK_THAT(refused.err, Catch::Contains("these trained weights are missing: " + std::string(prefix)));
  }
  auto predictions = read_file((cell / "predictions.tsv").string());
  const auto last = predictions.rfind('\n', predictions.size() - 2);
  write_file_atomically((cell / "predictions.tsv").string(), predictions.substr(0, last + 1));
  const auto report = place.run("report run");
  CHECK(report.status == 2);
  CHECK_THAT(report.err, Catch::Contains("predictions.tsv: n_test"));
}

TEST_CASE("a disk that is full is a failure of the work, not of the input", "[program]") {
  const Prepared place;
  place.write("limited", "trap '' XFSZ; ulimit -f 8; exec \"$@\"\n");
  const auto full = place.run(short_sweep + " --epochs 1", "", "sh limited");
  INFO(full.err);
  CHECK(full.status == 1);
  CHECK_THAT(full.err, Catch::Contains("File too large"));
}

TEST_CASE("one's own spans are learnt in place of parts of speech", "[program]") {
  const Prepared place;
  std::string spans;
  for (int line = 1; line <= 24; line += 2)  // とても美しい: bytes 0 to 18 of every odd line
    spans += fmt::format("{{\"id\": \"{}\", \"spans\": [[0, 18, \"PRAISE\"]]}}\n", line);
  place.write("spans.jsonl", spans);
  const auto made = place.run(
      "prepare --dataset tsv --input a.tsv --labels spans.jsonl --model model --label-dic ipadic --folds 4 "
      "--out data");
  INFO(made.err);
  REQUIRE(made.status == 0);
  CHECK_THAT(made.err, Catch::Contains("label B-PRAISE: 12 pieces"));
  const auto swept = place.run(
      "sweep --data data --model model --out run --profile quick --layers 1 "
      "--folds 3 --epochs 1");
  INFO(swept.err);
  CHECK(swept.status == 0);
  const auto predicted =
      place.run("predict --checkpoint '" + (place.cells().front() / "best.safetensors").string() + "'",
                "とても美しい花。\n");
  INFO(predicted.err);
  CHECK(predicted.status == 0);
}

}  // namespace sweep_test
