#include <string>
#include <vector>

#include <mtl/labels/iob2.hpp>
#include <mtl/labels/label_set.hpp>

#include "support/catch.hpp"

using namespace mtl;

TEST_CASE("three parts of speech make the paper's seven labels", "[labels]") {
  const LabelSet labels({"名詞", "副詞", "形容詞"});
  CHECK(labels.names() ==
        std::vector<std::string>{"O", "B-名詞", "I-名詞", "B-副詞", "I-副詞", "B-形容詞", "I-形容詞"});
  CHECK(labels.size() == 7);
  for (int kind = 0; kind < 3; ++kind) {
    const auto& name = labels.kinds()[static_cast<std::size_t>(kind)];
    CHECK(labels.names()[static_cast<std::size_t>(labels.begin(kind))] == "B-" + name);
    CHECK(labels.names()[static_cast<std::size_t>(labels.inside(kind))] == "I-" + name);
  }
}

TEST_CASE("a label set without sense is refused", "[labels]") {
  CHECK_THROWS_AS(LabelSet({}), Error);
  CHECK_THROWS_WITH(LabelSet({"名詞", ""}), "kind of span 1 has an empty name");
  CHECK_THROWS_WITH(LabelSet({"名詞", "副詞", "名詞"}), "the kind of span '名詞' is named twice");
  CHECK_THROWS_AS(LabelSet({"名詞"}).begin(1), Error);
  CHECK_THROWS_AS(LabelSet({"名詞"}).inside(-1), Error);
}

TEST_CASE("the first piece of a span begins it, the others are inside", "[labels]") {
  const LabelSet labels({"名詞", "副詞"});
  // Two spans that touch, of one kind, then text outside, then a span of the other kind.
  Pieces pieces{.pieces = {}, .regions = {{0, 6, 0}, {6, 9, 0}, {9, 12, outside}, {12, 18, 1}}};
  for (const int region : {0, 0, 1, 2, 2, 3, 3}) pieces.pieces.push_back({"x", 0, 0, 0, region});
  CHECK(iob2_labels(pieces, labels) == std::vector<std::int32_t>{1, 2, 1, 0, 0, 3, 4});
  CHECK(iob2_labels({}, labels).empty());
  CHECK_THROWS_AS(iob2_labels(pieces, LabelSet({"名詞"})), Error);
}
