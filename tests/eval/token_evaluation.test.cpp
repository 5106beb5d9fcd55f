#include <vector>

#include <mtl/eval/scores.hpp>

#include <support/catch.hpp>

namespace token_evaluation_tests {

using mtl::tests::close;
using Labels = std::vector<int>;
constexpr int none = mtl::ignored_label;

const std::vector<std::string> names{"O", "B-名詞", "I-名詞", "B-副詞", "I-副詞"};

TEST_CASE("unlabelled tokens count nowhere, whatever was predicted for them", "[eval]") {
  mtl::TokenEvaluation evaluation(names);
  evaluation.add(Labels{none, 1, 2, 0, none}, Labels{1, 1, 2, 3, 4});
  const auto scores = mtl::scores(evaluation);
  CHECK(evaluation.tokens().total() == 3);
  CHECK_THAT(scores.at("token_accuracy"), close(2.0 / 3));
  CHECK_THAT(scores.at("span_precision"), close(0.5));
  CHECK_THAT(scores.at("span_recall"), close(1));
  CHECK_THAT(scores.at("span_f1"), close(2.0 / 3));
  CHECK_THAT(scores.at("span_f1:名詞"), close(1));
  CHECK(scores.at("span_f1:副詞") == 0);
}

TEST_CASE("a score of nothing is absent", "[eval]") {
  mtl::TokenEvaluation evaluation(names);
  CHECK(mtl::scores(evaluation).empty());
  evaluation.add(Labels{none, none}, Labels{1, 2});
  CHECK(mtl::scores(evaluation).empty());
  evaluation.add(Labels{0, 0}, Labels{0, 0});
  CHECK(mtl::scores(evaluation) == mtl::Scores{{"token_accuracy", 1.0}});
}

TEST_CASE("spans do not run from one text into the next", "[eval]") {
  mtl::TokenEvaluation evaluation(names);
  evaluation.add(Labels{0, 1}, Labels{0, 1});
  evaluation.add(Labels{2, 0}, Labels{2, 0});  // an I at the start of a text opens a span of its own
  CHECK(evaluation.spans().total().gold == 2);
}

TEST_CASE("a label without a name is refused", "[eval]") {
  mtl::TokenEvaluation evaluation(names);
  CHECK_THROWS_WITH(evaluation.add(Labels{5}, Labels{0}), "label 5 of 5 labels (counted from 0)");
  CHECK_THROWS_WITH(evaluation.add(Labels{0}, Labels{-1}), "label -1 of 5 labels (counted from 0)");
}

}  // namespace token_evaluation_tests
