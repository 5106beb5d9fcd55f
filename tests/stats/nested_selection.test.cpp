#include <cmath>
#include <vector>

#include <mtl/detail/random.hpp>
#include <mtl/stats/nested_selection.hpp>

#include <support/catch.hpp>

namespace nested_selection_tests {

using namespace mtl::stats;
using mtl::tests::close;

/// Layers 3 and 7 on four folds. In hindsight layer 7 is the treatment's best, layer 3 the control's.
const LayerScores outer{.layers = {3, 7},
                        .treatment = {{80, 82, 84, 81}, {82, 81, 86, 83}},
                        .control = {{81, 80, 83, 82}, {79, 81, 80, 78}}};

TEST_CASE("inner folds choose, the outer fold judges", "[stats]") {
  const LayerScores inner{
      .layers = {3, 7}, .treatment = {{9, 1, 1, 5}, {1, 9, 9, 5}}, .control = {{1, 9, 9, 9}, {9, 1, 1, 1}}};
  const auto r = select_layer(outer, inner);
  REQUIRE(r.status == Status::Ok);
  const auto& folds = r.nested.folds;
  REQUIRE(folds.size() == 4);
  CHECK(folds[0].treatment_layer == 3);
  CHECK(folds[0].control_layer == 7);
  CHECK(folds[0].treatment == 80);
  CHECK(folds[0].same_layer == 81);
  CHECK(folds[0].best_control == 79);
  CHECK(folds[1].treatment_layer == 7);
  CHECK(folds[3].treatment_layer == 3);  // of equal layers the first
  CHECK_THAT(r.nested.treatment, close((80 + 81 + 86 + 81) / 4.0));
  CHECK_THAT(r.nested.over_same_layer.mean_diff, close((-1 + 0 + 6 - 1) / 4.0));
  CHECK_THAT(r.nested.over_best_control.mean_diff, close((1 + 1 + 3 - 1) / 4.0));
}

TEST_CASE("the naive best stands beside it", "[stats]") {
  const auto r = select_layer(outer, scores_of_other_folds(outer));
  for (const auto& fold : r.naive.folds) {
    CHECK(fold.treatment_layer == 7);
    CHECK(fold.control_layer == 3);
  }
  CHECK_THAT(r.naive.treatment, close(83));
  CHECK_THAT(r.naive.over_same_layer.mean_diff, close(83 - 79.5));
  CHECK_THAT(r.naive.over_best_control.mean_diff, close(83 - 81.5));
  CHECK_THAT(r.optimism, close(r.naive.treatment - r.nested.treatment, 1e-12));
}

TEST_CASE("scores of the other folds leave out the fold itself", "[stats]") {
  const auto inner = scores_of_other_folds(outer);
  CHECK_THAT(inner.treatment[0][0], close((82 + 84 + 81) / 3.0));
  CHECK_THAT(inner.control[1][3], close((79 + 81 + 80) / 3.0));
}

TEST_CASE("where no layer differs, the best of twelve looks better than it is, and the chosen one does not",
          "[stats]") {
  const mtl::RandomStream random(2);
  double naive = 0, nested = 0, optimism = 0;
  for (std::uint64_t round = 0; round < 300; ++round) {
    LayerScores scores, validation;
    for (std::uint64_t l = 0; l < 12; ++l) {
      scores.layers.push_back(static_cast<int>(l) + 1);
      for (auto* table : {&scores, &validation})
        for (auto* arm : {&table->treatment, &table->control}) {
          const auto stream = random.at(round).at(l).at(table == &scores).at(arm == &table->control);
          arm->emplace_back();
          for (std::uint64_t f = 0; f < 10; ++f) arm->back().push_back(80 + stream.normal(f));
        }
    }
    validation.layers = scores.layers;
    const auto r = select_layer(scores, validation);
    naive += r.naive.over_same_layer.mean_diff / 300;
    nested += r.nested.over_same_layer.mean_diff / 300;
    optimism += r.optimism / 300;
  }
  CHECK(naive > 0.4);  // the expected largest of 12 means of 10: 1.63 / sqrt(10) = 0.515
  CHECK(std::abs(nested) < 0.08);
  CHECK(optimism > 0.4);
}

TEST_CASE("tables that do not fit say why", "[stats]") {
  CHECK(select_layer({}, {}).status == Status::TooFewPairs);
  auto other = outer;
  other.layers = {3, 8};
  CHECK(select_layer(outer, other).status == Status::LengthMismatch);
  other = outer;
  other.control[1].pop_back();
  CHECK(select_layer(outer, other).status == Status::LengthMismatch);
  other = outer;
  other.treatment[0][2] = std::nan("");
  CHECK(select_layer(other, outer).status == Status::NonFinite);
  CHECK_THROWS_WITH(scores_of_other_folds({.layers = {1}, .treatment = {{1}}, .control = {{1}}}),
                    "nested selection: 1 folds; choosing on the others needs two");
}

}  // namespace nested_selection_tests
