// Golden values: scikit-learn's accuracy_score and f1_score(average="macro") on the same lists, by hand.
#include <vector>

#include <mtl/eval/confusion.hpp>
#include <mtl/eval/scores.hpp>

#include <support/catch.hpp>

namespace confusion_tests {

using mtl::ConfusionMatrix;
using mtl::tests::close;
using Classes = std::vector<int>;

TEST_CASE("a confusion matrix counts what was predicted for what", "[eval]") {
  ConfusionMatrix matrix(3);
  matrix.add(Classes{0, 0, 1, 1, 2}, Classes{0, 1, 1, 1, 0});
  CHECK(matrix.total() == 5);
  CHECK(matrix.correct() == 3);
  CHECK_THAT(matrix.accuracy(), close(0.6));
  CHECK(matrix.count(0, 1) == 1);
  CHECK(matrix.count(1, 0) == 0);
  CHECK_THAT(matrix.of_class(1).precision(), close(2.0 / 3));
  CHECK_THAT(matrix.of_class(1).recall(), close(1));
  CHECK_THAT(matrix.of_class(1).f1(), close(0.8));
  CHECK(matrix.of_class(2).f1() == 0);
  CHECK_THAT(matrix.macro_f1(), close((0.5 + 0.8 + 0) / 3));
}

TEST_CASE("counting in batches equals counting at once", "[eval]") {
  const Classes gold{0, 1, 1, 0, 1}, predicted{1, 1, 0, 0, 1};
  ConfusionMatrix whole(2), parts(2);
  whole.add(gold, predicted);
  for (std::size_t i = 0; i < gold.size(); ++i) parts.add(gold[i], predicted[i]);
  CHECK(mtl::scores(whole) == mtl::scores(parts));
}

TEST_CASE("macro F1 averages over the classes that occur", "[eval]") {
  ConfusionMatrix matrix(4);  // class 3 occurs nowhere, class 2 only among predictions
  matrix.add(Classes{0, 1}, Classes{0, 2});
  CHECK_THAT(matrix.macro_f1(), close(1.0 / 3));
}

TEST_CASE("texts without a gold class are left out, and no text has no scores", "[eval]") {
  ConfusionMatrix matrix(2);
  matrix.add(Classes{mtl::ignored_label, mtl::ignored_label}, Classes{0, 1});
  CHECK(matrix.total() == 0);
  CHECK(matrix.accuracy() == 0);
  CHECK(mtl::scores(matrix).empty());
}

TEST_CASE("a number that is no class is refused", "[eval]") {
  ConfusionMatrix matrix(2);
  CHECK_THROWS_WITH(matrix.add(2, 0), "gold class 2 of 2 classes (counted from 0)");
  CHECK_THROWS_WITH(matrix.add(0, -1), "predicted class -1 of 2 classes (counted from 0)");
  CHECK_THROWS_WITH(matrix.add(Classes{0}, Classes{0, 1}), "1 gold classes against 2 predicted ones");
  CHECK_THROWS_WITH(ConfusionMatrix(0), "a confusion matrix of 0 classes");
}

}  // namespace confusion_tests
