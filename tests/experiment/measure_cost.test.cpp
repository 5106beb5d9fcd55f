#include <mtl/detail/torch.hpp>

#include <support/catch.hpp>

#include <atomic>
#include <filesystem>
#include <span>

#include <unistd.h>

#include <mtl/experiment/measure_cost.hpp>
#include <mtl/experiment/paper_arms.hpp>
#include <support/tiny_bert.hpp>

TEST_CASE("a few steps say what an epoch takes, and compute nothing for all documents", "[experiment]") {
  using namespace mtl;
  const auto data = tests::tiny_dataset(40);
  const auto folds = stratified_folds(main_labels(data), 4, 3, data.labels.at("main"));
  const auto pretrained =
      std::make_shared<PretrainedBackbone>(std::make_shared<BertBackbone>(tests::prefix_config()));
  const auto folder = std::filesystem::temp_directory_path() / ("mtl-measure-" + std::to_string(::getpid()));
  const auto cache = std::make_shared<PrefixCache>(data, PrefixCacheOptions{.folder = folder});
  const auto other =
      std::make_shared<PretrainedBackbone>(std::make_shared<BertBackbone>(tests::prefix_config()));
  const std::vector jobs{paper_arms(pretrained, data, {}, cache), paper_arms(other, data, {}, cache)};
  std::atomic<int> steps = 0;
  const TrainOptions options{.batch_size = 16, .should_stop = [&] { return ++steps < 0; }};
  for (const std::size_t count : {1, 2})
    for (const auto& [arm, layer] : {std::pair{"multi", 1}, {"single", 4}}) {
      const auto cost =
          measure_cost(std::span(jobs).first(count), {arm, layer, 0, 1}, data, folds, options, 32);
      CHECK(cost.arm == arm);
      CHECK(cost.layer == layer);
      CHECK(cost.epoch_seconds > 0);
      CHECK(cost.epoch_seconds < 60);
      CHECK(cost.peak_memory >= 0);
    }
  CHECK(steps == (2 + 4) * (3 + 1));  // three steps and one batch of validation each
  CHECK_FALSE(std::filesystem::exists(folder));
}

TEST_CASE("an epoch is its training and its validation, in the mean of the jobs; memory goes with the texts",
          "[experiment]") {
  const std::vector<mtl::detail::TokenSeconds> jobs{{.trained = 0.002, .judged = 0.001},
                                                    {.trained = 0.004, .judged = 0.003}};
  CHECK(mtl::detail::epoch_seconds(jobs, 100, 10) == Approx((0.2 + 0.01 + 0.4 + 0.03) / 2));
  CHECK(mtl::detail::epoch_seconds(std::span(jobs).first(1), 100, 0) == Approx(0.2));
  CHECK(mtl::detail::peak_of_whole_steps(1000, 1300, 8, 32) == 1000 + 4 * 300);
}

TEST_CASE("with no more texts than a step has, steps are measured all the same", "[experiment]") {
  using namespace mtl;
  CHECK(mtl::detail::spread_texts(2, 6) == std::vector<std::size_t>{0, 0, 0, 1, 1, 1});
  CHECK(mtl::detail::spread_texts(6, 2) == std::vector<std::size_t>{0, 3});
  const auto data = tests::tiny_dataset(8);
  const auto folds = stratified_folds(main_labels(data), 4, 3, data.labels.at("main"));
  const auto pretrained =
      std::make_shared<PretrainedBackbone>(std::make_shared<BertBackbone>(tests::prefix_config()));
  const std::vector<std::vector<Arm>> jobs{paper_arms(pretrained, data)};
  int steps = 0;
  const TrainOptions options{.batch_size = 8, .should_stop = [&] { return ++steps < 0; }};
  const auto cost = measure_cost(jobs, {"single", 4, 0, 1}, data, folds, options, 32);
  CHECK(cost.epoch_seconds > 0);
  CHECK(steps == 3 + 1);  // one step alone would say nothing: the first is not counted
}
