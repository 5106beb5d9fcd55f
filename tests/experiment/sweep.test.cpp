// The sweep as a library: which cells are trained, which are found, which are given up.
#include <mtl/detail/torch.hpp>

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

TEST_CASE("a plan with an arm that nobody defines is refused", "[experiment]") {
  Experiment tiny;
  tiny.plan = make_plan({.arms = {"triple"}, .layers = {1}, .folds = {0}});
  CHECK_THROWS_WITH(tiny.run(tiny.options()), Contains("names arm 'triple'"));
}

}  // namespace sweep_tests
