#include <support/catch.hpp>

#include <cmath>
#include <filesystem>

#include <mtl/experiment/run_folder.hpp>

namespace {

struct ScratchRun {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("mtl-run-" + std::to_string(::getpid()));
  ScratchRun() { std::filesystem::remove_all(path), std::filesystem::create_directories(path); }
  ~ScratchRun() { std::filesystem::remove_all(path); }
};

mtl::CellResult some_result() {
  mtl::CellResult result{.cell = {"multi", 2, 0, 7}, .digest = "0123456789abcdef"};
  result.watches = {
      {"loss", 3, 0.25, {{"a/1", 0, 1}, {"a/2", 1, 1}}, {{"main.accuracy", 0.5}, {"pos.span_f1", 1.0 / 3}}},
      {"accuracy:main", 1, 0.5, {{"a/1", 0, 0}, {"a/2", 1, 1}}, {{"main.accuracy", 1.0}}}};
  result.history = {{1, 0.7, {{"loss", 0.6}}, 1.5}, {2, 0.1 + 0.2, {{"loss", 0.5}}, 1.25}};
  result.environment = {{"threads", "2"}};
  result.seconds = 2.75;
  result.tokens = 1234;
  result.peak_memory = 987654321;
  return result;
}

const std::vector<std::string> classes{"スポーツ", "映画"};

}  // namespace

TEST_CASE("a cell's result is read back as it was written, to the last digit", "[experiment]") {
  const ScratchRun run;
  const mtl::CellStore store(run.path, classes);
  const auto written = some_result();
  CHECK_FALSE(store.load(written.cell, written.digest).has_value());
  store.save(written);
  const auto read = store.load(written.cell, written.digest).value();
  REQUIRE(read.watches.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(read.watches[i].predictions == written.watches[i].predictions);
    CHECK(read.watches[i].scores == written.watches[i].scores);
    CHECK(read.watches[i].best_epoch == written.watches[i].best_epoch);
  }
  CHECK(read.history[1].train_loss == written.history[1].train_loss);
  CHECK(read.history[1].valid == written.history[1].valid);
  CHECK(read.seconds == written.seconds);
  CHECK(read.tokens == written.tokens);
  CHECK(read.environment == written.environment);
  CHECK(read.peak_memory == written.peak_memory);
}

TEST_CASE("cells and runs of earlier versions are read, without what they did not record", "[experiment]") {
  auto json = nlohmann::json(some_result());
  json.erase("peak_memory");
  json.erase("environment");
  const auto read = json.get<mtl::CellResult>();
  CHECK(read.peak_memory == 0);
  CHECK(read.environment.empty());
  const ScratchRun run;
  mtl::write_run_description(run.path,
                             {.dataset = "tsv", .classes = classes, .fold_sizes = {{8, 1}, {16, 2}}});
  mtl::write_plan(run.path, {});
  CHECK(mtl::load_run(run.path.string()).fold_sizes.at(1).n_train == 16);
  auto description = nlohmann::json::parse(mtl::read_file((run.path / "run.json").string()));
  description.erase("fold_sizes");
  mtl::write_file_atomically((run.path / "run.json").string(), description.dump());
  CHECK(mtl::load_run(run.path.string()).fold_sizes.empty());
}

TEST_CASE("a run is its plan and the cells that are done", "[experiment]") {
  const ScratchRun run;
  const auto done = some_result();
  mtl::Cell waiting = done.cell;
  waiting.arm = "single";
  mtl::RunSummary summary{.dataset = "tsv", .classes = classes};
  summary.notes = {"a note"};
  summary.choices = {{"λ_sub", "0.5"}, {"batch", "32"}};
  summary.dropped = {{"duplicate", 3}};
  mtl::write_run_description(run.path, summary);
  mtl::write_plan(run.path, {{done.cell, done.digest}, {waiting, "fedcba9876543210"}});
  mtl::CellStore(run.path, classes).save(done);
  const auto loaded = mtl::load_run(run.path.string());
  CHECK(loaded.planned == 2);
  REQUIRE(loaded.cells.size() == 1);
  CHECK(loaded.cells[0].cell == done.cell);
  CHECK(loaded.choices == summary.choices);
  CHECK(loaded.notes == summary.notes);
  CHECK(loaded.dropped.at(0).count == 3);
}

TEST_CASE("a damaged run names the file and the line", "[experiment]") {
  const ScratchRun run;
  CHECK_THROWS_WITH(mtl::load_run(run.path.string()), Catch::Contains("is no run"));
  mtl::write_run_description(run.path, {.dataset = "tsv", .classes = classes});
  mtl::write_file_atomically((run.path / "plan.jsonl").string(), "{\"arm\": \"multi\"\n");
  CHECK_THROWS_WITH(mtl::load_run(run.path.string()), Catch::Contains("plan.jsonl, line 1"));
  const auto done = some_result();
  mtl::write_plan(run.path, {{done.cell, done.digest}});
  const mtl::CellStore store(run.path, classes);
  store.save(done);
  const auto folder = store.folder(done.cell, done.digest);
  mtl::write_file_atomically((folder / "predictions.tsv").string(),
                             "watch\tid\tgold\tpredicted\nloss\ta/1\t音楽\t映画\n");
  CHECK_THROWS_WITH(mtl::load_run(run.path.string()),
                    Catch::Contains("line 2: '音楽' is no class of this run"));
  mtl::write_file_atomically((folder / "result.json").string(), "{");
  CHECK_THROWS_WITH(mtl::load_run(run.path.string()), Catch::Contains("result.json"));
}
