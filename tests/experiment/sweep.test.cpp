// The sweep as a library: which cells are trained, which are found, which are given up.
#include <mtl/detail/torch.hpp>

#include <atomic>
#include <filesystem>
#include <set>

#include <mtl/experiment/sweep.hpp>
#include <mtl/report/comparison.hpp>

#include <support/catch.hpp>
#include <support/tiny_bert.hpp>

namespace sweep_tests {

using namespace mtl;
using Catch::Matchers::Contains;

/// A tiny experiment in a folder of its own.
struct Experiment {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("mtl-sweep-" + std::to_string(::getpid()));
  Dataset data = tests::tiny_dataset(24);
  Folds folds = stratified_folds(main_labels(data), 4, 3, data.labels.at("main"));
  std::shared_ptr<PretrainedBackbone> pretrained =
      std::make_shared<PretrainedBackbone>(std::make_shared<BertBackbone>(tests::tiny_config()));
  Plan plan = make_plan({.layers = {1, 3}, .folds = {0, 1}});
  CellStore store{folder, data.labels.at("main")};

  Experiment() { std::filesystem::remove_all(folder), std::filesystem::create_directories(folder); }
  ~Experiment() { std::filesystem::remove_all(folder); }

  SweepOptions options() const {
    return {.train = {.batch_size = 8, .max_epochs = 2, .rates = {.backbone = 3e-3, .heads = 1e-2}},
            .signature = "tiny"};
  }
  Progress run(const SweepOptions& how, const PaperArmOptions& arms = {}) {
    return Sweep(data, folds, how).run(plan, paper_arms(pretrained, data, arms), store);
  }
};

TEST_CASE("a sweep trains every cell once and finds them the next time", "[experiment]") {
  Experiment tiny;
  const auto first = tiny.run(tiny.options());
  CHECK(first.total == 8);
  CHECK(first.trained == 8);
  const auto second = tiny.run(tiny.options());
  CHECK(second.found == 8);
  CHECK(second.trained == 0);

  RunSummary run{.dataset = "tiny", .classes = tiny.data.labels.at("main"), .planned = 8};
  const Sweep sweep(tiny.data, tiny.folds, tiny.options());
  const auto arms = paper_arms(tiny.pretrained, tiny.data);
  for (const Cell& cell : tiny.plan.cells) {
    const auto digest = sweep.digest(cell, cell.arm == "multi" ? arms[0] : arms[1]);
    run.cells.push_back(tiny.store.load(cell, digest).value());
    CHECK(run.cells.back().watches.front().predictions.size() == tiny.folds.test(cell.fold).size());
    CHECK(std::filesystem::exists(tiny.store.folder(cell, digest) / "best.safetensors"));
  }
  const auto comparison = compare(run, "loss");
  REQUIRE(comparison.layers.size() == 2);
  CHECK(comparison.layers[0].folds.size() == 2);
}

TEST_CASE("with λ_sub = 0 both arms of every cell predict the same", "[experiment]") {
  Experiment tiny;
  std::map<std::pair<int, int>, std::vector<std::vector<ClassPrediction>>> said;
  auto how = tiny.options();
  how.on_done = [&](const CellResult& result) {
    said[{result.cell.layer, result.cell.fold}].push_back(result.watches.front().predictions);
  };
  tiny.run(how, {.lambda_sub = 0});
  REQUIRE(said.size() == 4);
  for (const auto& [cell, arms] : said) {
    REQUIRE(arms.size() == 2);
    const bool same = arms[0] == arms[1];  // Catch2 would print them with libtorch's operator<<
    CHECK(same);
  }
}

TEST_CASE("a cell's digest follows what can change it, and nothing else", "[experiment]") {
  const Experiment tiny;
  const Cell cell{"multi", 1, 0, 1}, alone{"single", 1, 0, 1};
  const auto arms = paper_arms(tiny.pretrained, tiny.data);
  const Sweep usual(tiny.data, tiny.folds, tiny.options());
  const auto multi = usual.digest(cell, arms[0]), single = usual.digest(alone, arms[1]);
  CHECK(multi != single);

  const auto lighter = paper_arms(tiny.pretrained, tiny.data, {.lambda_sub = 0.25});
  CHECK(usual.digest(cell, lighter[0]) != multi);
  CHECK(usual.digest(alone, lighter[1]) == single);

  Dataset relabelled = tiny.data;
  relabelled.examples[0].targets["pos"][1] = 2;
  const auto other = paper_arms(tiny.pretrained, relabelled);
  const Sweep on_other(relabelled, tiny.folds, tiny.options());
  CHECK(on_other.digest(cell, other[0]) != multi);
  CHECK(on_other.digest(alone, other[1]) == single);

  auto changed = tiny.options();
  changed.on_start = [](const Cell&, TrainableModel&) {};
  changed.weights_metadata["note"] = "of no consequence";
  CHECK(Sweep(tiny.data, tiny.folds, changed).digest(cell, arms[0]) == multi);
  std::set<std::string> digests{multi};
  const auto differs = [&](auto change) {
    auto how = tiny.options();
    change(how);
    CHECK(digests.insert(Sweep(tiny.data, tiny.folds, how).digest(cell, arms[0])).second);
  };
  differs([](SweepOptions& how) { how.signature = "another model"; });
  differs([](SweepOptions& how) { how.train.batch_size = 4; });
  differs([](SweepOptions& how) { how.train.max_epochs = 3; });
  differs([](SweepOptions& how) { how.train.patience = 2; });
  differs([](SweepOptions& how) { how.train.rates.heads = 2e-2; });
  differs([](SweepOptions& how) { how.train.watch = {"loss:main"}; });
}

TEST_CASE("a stop keeps what is done; a training that breaks off does not end the sweep", "[experiment]") {
  Experiment tiny;
  auto how = tiny.options();
  int done = 0;
  how.on_done = [&](const CellResult&) { ++done; };
  how.train.should_stop = [&] { return done == 3; };
  const auto stopped = tiny.run(how);
  CHECK(stopped.stopped);
  CHECK(stopped.trained == 3);
  CHECK(tiny.run(tiny.options()).found == 3);

  auto wild = tiny.options();
  wild.train.rates = {.backbone = 0.99, .heads = 0.99};
  wild.train.max_epochs = 1;
  wild.on_start = [](const Cell& cell, TrainableModel& model) {
    if (cell.layer != 1) return;
    const torch::NoGradGuard no_grad;
    for (auto& item : model.module().named_parameters())
      if (item.key() == "heads.main.linear.bias") item.value().fill_(std::nanf(""));
  };
  std::vector<Cell> failed;
  wild.on_failure = [&](const Cell& cell, const std::string& why) {
    failed.push_back(cell);
    CHECK_THAT(why, Contains("the loss is nan at step 1 of epoch 1"));
  };
  const auto progress = tiny.run(wild);
  CHECK(progress.failed == 4);
  CHECK(progress.trained == 4);
  for (const Cell& cell : failed) CHECK(cell.layer == 1);
}

TEST_CASE("quantities that choose the same epoch are judged once, and each says what it chose",
          "[experiment]") {
  Experiment tiny;
  tiny.plan.cells.resize(1);
  std::vector<int> batches;  // of training, validation and test
  std::vector<CellResult> results;
  for (const auto& watch : {std::vector<std::string>{"loss"}, {"loss", "accuracy:main"}}) {
    auto how = tiny.options();
    how.train.max_epochs = 1;
    how.train.watch = watch;
    batches.push_back(0);
    how.train.should_stop = [&] { return ++batches.back() < 0; };
    how.on_done = [&](const CellResult& result) { results.push_back(result); };
    tiny.run(how);
  }
  REQUIRE(results.size() == 2);
  REQUIRE(results[1].watches.size() == 2);
  CHECK(batches[0] == batches[1]);
  const auto &loss = results[1].watches[0], &accuracy = results[1].watches[1];
  CHECK(loss.watch == "loss");
  CHECK(accuracy.watch == "accuracy:main");
  CHECK(accuracy.best_epoch == 1);
  CHECK(accuracy.best_value == results[1].history[0].valid.at("accuracy:main"));
  const bool same = accuracy.scores == loss.scores && accuracy.predictions == loss.predictions;
  CHECK(same);  // Catch2 would print them with libtorch's operator<<
  CHECK(accuracy.predictions.size() == tiny.folds.test(0).size());
}

/// How a run differs from the usual.
struct Unusual {
  std::size_t stop_after = 1000;  ///< cells
  bool dropout_below = false;
  int jobs = 1;
  NumberType stored_as = NumberType::Float32;
};

/// A sweep of profile quick's kind, on a backbone of four layers, whose frozen layers may be kept.
struct Frozen {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("mtl-frozen-" + std::to_string(::getpid()));
  Dataset data = tests::tiny_dataset(40);
  Folds folds = stratified_folds(main_labels(data), 4, 3, data.labels.at("main"));
  Plan plan = make_plan({.layers = {4, 1, 3}, .folds = {0}});
  std::vector<int> walks = {};  ///< the layers that were computed for all documents

  Frozen() { std::filesystem::remove_all(folder); }
  ~Frozen() { std::filesystem::remove_all(folder); }

  /// The bytes of the weights that a cell of a run was left with.
  std::string weights(const std::string& name, const CellResult& result) const {
    const CellStore store{folder / name, data.labels.at("main")};
    return read_file((store.folder(result.cell, result.digest) / "best.safetensors").string());
  }

  /// What a run says of every cell, in the order in which they are done. `name`: of its folder.
  std::vector<CellResult> run(const std::string& name, const EngineOptions& engine, bool stores,
                              const Unusual& unusual = {}) {
    std::filesystem::create_directories(folder / name);
    walks.clear();
    const auto cache =
        !stores
            ? nullptr
            : std::make_shared<PrefixCache>(
                  data, PrefixCacheOptions{.folder = folder / name / "prefix",
                                           .type = unusual.stored_as,
                                           .on_progress = [&](int layer, std::size_t done, std::size_t all) {
                                             if (done == all) walks.push_back(layer);
                                           }});
    std::vector<CellResult> results;
    SweepOptions how{.train = {.batch_size = 8, .max_epochs = 2, .rates = {.backbone = 3e-3, .heads = 1e-2}},
                     .signature = "tiny " + describe(engine)};
    std::atomic<std::size_t> done = 0;
    how.on_done = [&](const CellResult& result) { results.push_back(result), ++done; };
    how.train.should_stop = [&] { return done >= unusual.stop_after; };
    const auto backbone = std::make_shared<BertBackbone>(tests::prefix_config());
    backbone->set_engine(engine);
    const auto pretrained = std::make_shared<PretrainedBackbone>(backbone);
    std::vector<std::vector<Arm>> jobs;
    for (int job = 0; job < unusual.jobs; ++job)
      jobs.push_back(paper_arms(job == 0 ? pretrained : pretrained->another(), data,
                                {.dropout_below = unusual.dropout_below}, cache));
    CellStore store{folder / name, data.labels.at("main")};
    const auto progress = Sweep(data, folds, how).run(plan, jobs, store);
    CHECK(progress.stopped == (unusual.stop_after < plan.cells.size()));
    return results;
  }
};

/// Whether two cells came out the same, to the last bit of every loss.
bool same_outcome(const CellResult& a, const CellResult& b) {
  if (a.cell != b.cell || a.history.size() != b.history.size() || a.watches[0].scores != b.watches[0].scores)
    return false;
  for (std::size_t i = 0; i < a.history.size(); ++i)
    if (a.history[i].train_loss != b.history[i].train_loss || a.history[i].valid != b.history[i].valid)
      return false;
  return a.watches[0].predictions == b.watches[0].predictions;
}

TEST_CASE("with stored hidden states a sweep's losses are those without", "[experiment]") {
  struct Row {
    EngineOptions engine;
    NumberType stored_as;
    double tolerance;
  };
  constexpr auto fp32 = NumberType::Float32, bf16 = NumberType::Bfloat16;
  const std::vector<Row> rows{{{Engine::Plain, fp32}, fp32, 1e-5}, {{Engine::Fast, fp32}, fp32, 1e-5},
                              {{Engine::Fast, bf16}, fp32, 1e-2},  {{Engine::Plain, fp32}, bf16, 2e-2},
                              {{Engine::Fast, fp32}, bf16, 2e-2},  {{Engine::Fast, bf16}, bf16, 2e-2}};
  for (const auto& [engine, stored_as, tolerance] : rows) {
    INFO(describe(engine) << ", stored as " << name_of(stored_as));
    Frozen frozen;
    const auto stored = frozen.run("stored", engine, true, {.stored_as = stored_as});
    CHECK(frozen.walks == std::vector<int>{2, 3});  // l = 1 has nothing below it; layers rise
    std::size_t numbers = 0;
    for (const auto& example : frozen.data.examples) numbers += 32 * example.ids.size();
    CHECK(std::filesystem::file_size(frozen.folder / "stored/prefix/layer-3.states") ==
          numbers * bytes_of(stored_as) + PrefixShape::header_bytes + PrefixShape::trailer_bytes);
    const auto computed = frozen.run("computed", engine, false);
    REQUIRE(stored.size() == 6);
    REQUIRE(computed.size() == 6);
    for (std::size_t i = 0; i < stored.size(); ++i) {
      INFO("cell " << i);
      const bool below = stored[i].cell.layer > 1;
      CHECK((stored[i].digest == computed[i].digest) == !below);
      CHECK(stored[i].environment.contains("frozen layers") == below);
      CHECK_FALSE(computed[i].environment.contains("frozen layers"));
      for (std::size_t e = 0; e < 2; ++e) {
        CHECK(stored[i].history[e].train_loss ==
              Approx(computed[i].history[e].train_loss).epsilon(below ? tolerance : 0));
        CHECK(stored[i].history[e].valid.at("loss") ==
              Approx(computed[i].history[e].valid.at("loss")).epsilon(below ? tolerance : 0));
      }
    }
  }
}

TEST_CASE("a sweep that was stopped goes on from the stored hidden states, to the same bits",
          "[experiment]") {
  Frozen frozen;
  for (const auto type : {NumberType::Float32, NumberType::Bfloat16}) {
    const EngineOptions engine{Engine::Fast, type};
    INFO(describe(engine));
    const auto once = frozen.run("once " + describe(engine), engine, true);
    const auto name = "twice " + describe(engine);
    auto twice = frozen.run(name, engine, true, {.stop_after = 3});
    CHECK(frozen.walks == std::vector<int>{2});
    for (auto& result : frozen.run(name, engine, true)) twice.push_back(result);
    CHECK(frozen.walks == std::vector<int>{3});  // that of layer 2 was found
    REQUIRE(once.size() == 6);
    REQUIRE(twice.size() == 6);
    for (std::size_t i = 0; i < 6; ++i) CHECK(same_outcome(once[i], twice[i]));
    // One cell again, alone, with a cold cache that begins at its own layer.
    const auto kept = frozen.plan;
    frozen.plan.cells = {kept.cells[4]};
    const auto alone = frozen.run("alone " + describe(engine), engine, true);
    REQUIRE(alone.size() == 1);
    CHECK(same_outcome(alone[0], once[4]));
    frozen.plan = kept;
  }
}

TEST_CASE("cells come out the same to the last bit, one at a time or several side by side", "[experiment]") {
  Frozen frozen;
  frozen.plan = make_plan({.layers = {4, 1, 3}, .folds = {0, 1}});
  const auto threads = at::get_num_threads();
  for (const auto& [own, jobs] : {std::pair{1, 3}, {2, 2}})  // threads of a job, jobs
    for (const auto& engine :
         {EngineOptions{Engine::Plain, NumberType::Float32}, EngineOptions{Engine::Fast, NumberType::Float32},
          EngineOptions{Engine::Fast, NumberType::Bfloat16}})
      for (const bool stores : {false, true}) {
        at::set_num_threads(own);
        const auto name = fmt::format("{} {} x {}{}", describe(engine), jobs, own, stores ? " stored" : "");
        INFO(name);
        const auto alone = frozen.run(name + " alone", engine, stores);
        auto beside = frozen.run(name + " beside", engine, stores, {.jobs = jobs});
        if (stores) CHECK(frozen.walks == std::vector<int>{2, 3});  // once for all jobs
        REQUIRE(alone.size() == 12);
        REQUIRE(beside.size() == 12);
        for (const auto& result : alone) {
          const auto twin = std::ranges::find(beside, result.cell, &CellResult::cell);
          REQUIRE(bool(twin != beside.end()));
          CHECK(same_outcome(result, *twin));
          CHECK(frozen.weights(name + " alone", result) == frozen.weights(name + " beside", result));
        }
      }
  at::set_num_threads(threads);
}

TEST_CASE("jobs share what no cell writes, and nothing else", "[experiment]") {
  PretrainedBackbone one(std::make_shared<BertBackbone>(tests::prefix_config()));
  const auto other = one.another();
  const auto mine = one.fresh()->named_parameters(), theirs = other->fresh()->named_parameters();
  REQUIRE(mine.size() == theirs.size());
  for (const auto& item : mine) {
    INFO(item.key());
    const auto& twin = theirs[item.key()];
    const bool shared = item.value().const_data_ptr() == twin.const_data_ptr();
    CHECK(shared == !item.key().starts_with("encoder."));
    CHECK(torch::equal(item.value(), twin));
  }
}

TEST_CASE("a stop, or an error in one job, ends all of them", "[experiment]") {
  Frozen frozen;
  const EngineOptions engine{Engine::Fast, NumberType::Float32};
  const auto some = frozen.run("stopped", engine, true, {.stop_after = 2, .jobs = 2});
  CHECK(some.size() >= 2);
  CHECK(some.size() <= 3);
  CHECK(some.size() + frozen.run("stopped", engine, true, {.jobs = 2}).size() == 6);
  std::filesystem::create_directories(frozen.folder / "refused");
  write_file_atomically((frozen.folder / "refused" / "cells").string(), "a file in the folder's place");
  CHECK_THROWS(frozen.run("refused", engine, false, {.jobs = 2}));
}

TEST_CASE("with dropout below l nothing is stored", "[experiment]") {
  Frozen frozen;
  const EngineOptions engine{Engine::Fast, NumberType::Float32};
  const auto with = frozen.run("with", engine, true, {.dropout_below = true});
  CHECK(frozen.walks.empty());
  CHECK_FALSE(std::filesystem::exists(frozen.folder / "with" / "prefix"));
  const auto without = frozen.run("without", engine, false, {.dropout_below = true});
  REQUIRE(with.size() == without.size());
  for (std::size_t i = 0; i < with.size(); ++i) {
    CHECK(with[i].digest == without[i].digest);
    CHECK(same_outcome(with[i], without[i]));
  }
}

TEST_CASE("where hidden states cannot be stored, a cell says that they were computed", "[experiment]") {
  Frozen frozen;
  std::filesystem::create_directories(frozen.folder / "full");
  write_file_atomically((frozen.folder / "full" / "prefix").string(), "a file in the folder's place");
  const EngineOptions engine{Engine::Fast, NumberType::Float32};
  const auto full = frozen.run("full", engine, true);
  const auto computed = frozen.run("computed", engine, false);
  REQUIRE(full.size() == 6);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(same_outcome(full[i], computed[i]));
    if (full[i].cell.layer > 1) CHECK(full[i].environment.at("frozen layers") == "computed at every step");
  }
}

TEST_CASE("a plan with an arm that nobody defines is refused", "[experiment]") {
  Experiment tiny;
  tiny.plan = make_plan({.arms = {"triple"}, .layers = {1}, .folds = {0}});
  CHECK_THROWS_WITH(tiny.run(tiny.options()), Contains("names arm 'triple'"));
}

}  // namespace sweep_tests
