// Golden values: seqeval 1.2.2 in its default mode (Lenient) and with mode="strict", scheme=IOB2 (Strict);
// its inclusive ends of the default mode are written exclusive here.
#include <sstream>
#include <string>
#include <vector>

#include <mtl/eval/span_f1.hpp>
#include <mtl/eval/token_accuracy.hpp>

#include <support/catch.hpp>

namespace span_f1_tests {

using mtl::SpanRule;
using mtl::tests::close;
using Labels = std::vector<std::string>;

Labels split(const std::string& text) {
  std::istringstream input(text);
  Labels labels;
  for (std::string label; input >> label;) labels.push_back(label);
  return labels;
}

std::string spell(const std::vector<mtl::Entity>& entities) {
  std::string text;
  for (const auto& entity : entities)
    text += (text.empty() ? "" : ", ") + entity.kind + " " + std::to_string(entity.begin) + "-" +
            std::to_string(entity.end);
  return text;
}

TEST_CASE("label sequences spell the spans that seqeval reads, proper IOB2 or not", "[eval]") {
  struct Row {
    const char *labels, *lenient, *strict;
  };
  const auto row = GENERATE(values<Row>({
      {"B-N I-N O B-ADV", "N 0-2, ADV 3-4", "N 0-2, ADV 3-4"},
      {"I-N I-N O", "N 0-2", ""},
      {"O I-N I-N", "N 1-3", ""},
      {"B-N I-ADV", "N 0-1, ADV 1-2", "N 0-1"},
      {"B-N I-ADV I-ADV O", "N 0-1, ADV 1-3", "N 0-1"},
      {"B-N B-N I-N", "N 0-1, N 1-3", "N 0-1, N 1-3"},
      {"I-N B-N", "N 0-1, N 1-2", "N 1-2"},
      {"I-N I-ADV", "N 0-1, ADV 1-2", ""},
      {"B-N O I-N", "N 0-1, N 2-3", "N 0-1"},
      {"B-N I-N B-ADJ I-ADJ", "N 0-2, ADJ 2-4", "N 0-2, ADJ 2-4"},
      {"I-ADV I-N B-N", "ADV 0-1, N 1-2, N 2-3", "N 2-3"},
      {"B-N I-N I-ADJ I-N", "N 0-2, ADJ 2-3, N 3-4", "N 0-2"},
      {"B I O B", "_ 0-2, _ 3-4", "_ 0-2, _ 3-4"},
      {"B-A-B I-A-B O", "A-B 0-2", "A-B 0-2"},
      {"", "", ""},
      {"O O", "", ""},
  }));
  INFO(row.labels);
  CHECK(spell(mtl::entities(split(row.labels), SpanRule::Lenient)) == row.lenient);
  CHECK(spell(mtl::entities(split(row.labels), SpanRule::Strict)) == row.strict);
}

TEST_CASE("what is no IOB2 label is refused", "[eval]") {
  for (const char* bad : {"X-N", "BN", "", "o", "E-N", "S-N", "O-N"})
    CHECK_THROWS_AS(mtl::entities(Labels{bad}), mtl::Error);
  CHECK_THROWS_WITH(mtl::entities(Labels{"B-N", "E-N"}),
                    "label 'E-N' is no IOB2 label: O, B-<kind> and I-<kind> are");
}

/// Gold and predicted labels of the texts, separated by "|".
struct Case {
  const char *gold, *predicted;
  SpanRule rule;
  double micro[3], macro[3], weighted[3];
  double token_accuracy;
};

std::vector<Labels> texts(std::string all) {
  std::vector<Labels> result;
  std::istringstream input(all);
  for (std::string text; std::getline(input, text, '|');) result.push_back(split(text));
  return result;
}

void check_scores(const mtl::PrecisionRecallF1& scores, const double (&expected)[3]) {
  CHECK_THAT(scores.precision, close(expected[0]));
  CHECK_THAT(scores.recall, close(expected[1]));
  CHECK_THAT(scores.f1, close(expected[2]));
}

std::vector<int> numbers(const Labels& labels) {
  std::vector<int> result;  // any numbering does: equal labels, equal numbers
  for (const auto& label : labels) {
    int number = 0;
    for (const char c : label) number = 31 * number + c;
    result.push_back(number);
  }
  return result;
}

constexpr double third = 1.0 / 3;
const std::vector<Case> cases{
    {"O O B-N I-N I-N O|B-ADV O",
     "O B-N I-N I-N I-N O|B-ADV O",
     SpanRule::Lenient,
     {.5, .5, .5},
     {.5, .5, .5},
     {.5, .5, .5},
     .75},
    {"O O B-N I-N I-N O|B-ADV O",
     "O B-N I-N I-N I-N O|B-ADV O",
     SpanRule::Strict,
     {.5, .5, .5},
     {.5, .5, .5},
     {.5, .5, .5},
     .75},
    {"B-N I-N O", "I-N I-N O", SpanRule::Lenient, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, 2 * third},
    {"B-N I-N O", "I-N I-N O", SpanRule::Strict, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, 2 * third},
    {"B-N I-N B-ADJ O", "B-N I-N I-ADJ O", SpanRule::Lenient, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, .75},
    {"B-N I-N B-ADJ O",
     "B-N I-N I-ADJ O",
     SpanRule::Strict,
     {1, .5, 2 * third},
     {.5, .5, .5},
     {.5, .5, .5},
     .75},
    {"B-N B-N I-N O B-ADV B-ADJ I-ADJ",
     "B-N B-N O O B-ADV B-ADJ I-ADJ",
     SpanRule::Lenient,
     {.75, .75, .75},
     {2.5 * third, 2.5 * third, 2.5 * third},
     {.75, .75, .75},
     6.0 / 7},
    {"B-N B-N I-N O B-ADV B-ADJ I-ADJ",
     "B-N B-N O O B-ADV B-ADJ I-ADJ",
     SpanRule::Strict,
     {.75, .75, .75},
     {2.5 * third, 2.5 * third, 2.5 * third},
     {.75, .75, .75},
     6.0 / 7},
    {"B-A B-B O B-A",
     "O B-B B-C B-A",
     SpanRule::Lenient,
     {2 * third, 2 * third, 2 * third},
     {2 * third, .5, 5.0 / 9},
     {1, 2 * third, 7.0 / 9},
     .5},
};

TEST_CASE("span scores equal seqeval's", "[eval]") {
  for (const Case& row : cases) {
    INFO(row.gold << " as " << row.predicted << (row.rule == SpanRule::Strict ? ", strict" : ", lenient"));
    mtl::SpanF1 spans(row.rule);
    mtl::TokenAccuracy tokens;
    const auto gold = texts(row.gold), predicted = texts(row.predicted);
    for (std::size_t i = 0; i < gold.size(); ++i) {
      spans.add(gold[i], predicted[i]);
      tokens.add(numbers(gold[i]), numbers(predicted[i]));
    }
    check_scores(spans.micro(), row.micro);
    check_scores(spans.macro(), row.macro);
    check_scores(spans.weighted(), row.weighted);
    CHECK_THAT(tokens.value(), close(row.token_accuracy));
  }
}

TEST_CASE("every kind has its own counts", "[eval]") {
  mtl::SpanF1 spans;
  spans.add(split("B-A B-B O B-A"), split("O B-B B-C B-A"));
  CHECK(spans.kinds().size() == 3);
  CHECK_THAT(spans.kinds().at("A").precision(), close(1));
  CHECK_THAT(spans.kinds().at("A").recall(), close(.5));
  CHECK_THAT(spans.kinds().at("A").f1(), close(2.0 / 3));
  CHECK(spans.kinds().at("B").f1() == 1);
  CHECK(spans.kinds().at("C").f1() == 0);
  CHECK(spans.total().gold == 3);
}

TEST_CASE("without any span every score is 0, and the counts say so", "[eval]") {
  mtl::SpanF1 spans;
  spans.add(split("O O"), split("O O"));
  CHECK(spans.micro().f1 == 0);
  CHECK(spans.macro().f1 == 0);
  CHECK(spans.weighted().f1 == 0);
  CHECK_FALSE(spans.total().occurs());
}

TEST_CASE("texts of different length are refused", "[eval]") {
  mtl::SpanF1 spans;
  CHECK_THROWS_WITH(spans.add(split("O O"), split("O")),
                    "2 gold labels against 1 predicted ones in one text");
}

}  // namespace span_f1_tests
