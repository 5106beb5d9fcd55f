#include <support/catch.hpp>

#include <unistd.h>

#include <mtl/experiment/predicted_cost.hpp>

TEST_CASE("costs lie on the line between the nearest that were measured", "[experiment]") {
  const std::vector<mtl::PredictedCost> measured{
      {"multi", 2, 20, 1000}, {"multi", 6, 12, 800}, {"multi", 7, 1, 700}};
  const auto all = mtl::interpolate_costs(measured, {1, 2, 3, 6, 7, 9});
  REQUIRE(all.size() == 6);
  CHECK(all[0] == mtl::PredictedCost{"multi", 1, 20, 1000});  // no line goes there
  CHECK(all[1] == mtl::PredictedCost{"multi", 2, 20, 1000});
  CHECK(all[2] == mtl::PredictedCost{"multi", 3, 18, 950});
  CHECK(all[3] == mtl::PredictedCost{"multi", 6, 12, 800});
  CHECK(all[4] == mtl::PredictedCost{"multi", 7, 1, 700});
  CHECK(all[5] == mtl::PredictedCost{"multi", 9, 1, 700});
  CHECK(mtl::find_cost(all, {"multi", 3, 5, 1})->epoch_seconds == 18);
  CHECK(mtl::find_cost(all, {"single", 3, 5, 1}) == nullptr);
  CHECK(mtl::find_cost(all, {"multi", 4, 5, 1}) == nullptr);
}

TEST_CASE("predictions are kept in the run folder, and a run of before has none", "[experiment]") {
  const auto run = std::filesystem::temp_directory_path() / ("mtl-predicted-" + std::to_string(::getpid()));
  std::filesystem::create_directories(run);
  CHECK(mtl::read_predictions(run).empty());
  mtl::add_predictions(run, {});
  CHECK_FALSE(std::filesystem::exists(run / "predicted.json"));
  const std::vector<mtl::PredictedCost> costs{{"multi", 2, 20.5, 1000}, {"single", 2, 0.25, 0}};
  mtl::add_predictions(run, costs);
  CHECK(mtl::read_predictions(run) == costs);
  mtl::add_predictions(run,
                       {{"multi", 2, 99, 99}, {"multi", 3, 18, 900}});  // what was predicted first stands
  CHECK(mtl::read_predictions(run) ==
        std::vector<mtl::PredictedCost>{costs[0], costs[1], {"multi", 3, 18, 900}});
  std::filesystem::remove_all(run);
}

TEST_CASE("a prediction that was made for other settings gives way, and one without a word of them",
          "[experiment]") {
  const auto run = std::filesystem::temp_directory_path() / ("mtl-replaced-" + std::to_string(::getpid()));
  std::filesystem::create_directories(run);
  mtl::write_file_atomically((run / "predicted.json").string(),
                             R"([{"arm": "multi", "layer": 2, "epoch_seconds": 9.5, "peak_memory": 7},
                                 {"arm": "multi", "layer": 4, "epoch_seconds": 9.5, "peak_memory": 7}])");
  const mtl::PredictedCost old{"multi", 4, 9.5, 7}, first{"multi", 2, 20, 1000, "32 texts"},
      again{"multi", 2, 21, 1000, "32 texts"}, other{"multi", 2, 15, 800, "8 texts"};
  mtl::add_predictions(run, {first});
  CHECK(mtl::read_predictions(run) == std::vector{old, first});  // layer 4 is not predicted anew
  mtl::add_predictions(run, {again});
  CHECK(mtl::read_predictions(run) == std::vector{old, first});
  mtl::add_predictions(run, {other});
  CHECK(mtl::read_predictions(run) == std::vector{old, other});
  mtl::add_predictions(run, {});
  CHECK(mtl::read_predictions(run) == std::vector{old, other});
  std::filesystem::remove_all(run);
}
