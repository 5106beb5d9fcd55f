#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <mtl/labels/span_file_source.hpp>

#include "support/catch.hpp"

using namespace mtl;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;

namespace span_file_tests {

std::string written(const std::string& lines) {
  const auto path = std::filesystem::temp_directory_path() / "mtl-span-file-test.jsonl";
  std::ofstream(path, std::ios::binary) << lines;
  return path.string();
}

SpanFileSource source(const std::string& lines, const SpanFileOptions& options = {}) {
  return SpanFileSource::read(written(lines), options);
}

}  // namespace span_file_tests
using namespace span_file_tests;

TEST_CASE("one's own spans are found in the normalised text", "[labels]") {
  //                       0  3    9  12 13  16  22 25
  const std::string raw = "Ａﾊﾟは 。東京へ！";
  const auto spans = SpanFileSource::read(MTL_TEST_DATA "/labels/spans.jsonl");
  const NormalizedText text = normalize(raw);
  REQUIRE(text.text == "Aパは東京へ");
  CHECK(spans.kinds() == std::vector<std::string>{"PLACE", "LETTER"});
  const std::vector<Span> expected{{0, 4, 1}, {7, 13, 0}};
  CHECK(spans.spans("both", text) == expected);
  CHECK(spans.spans("absent", text).empty());
  CHECK(spans.contains("empty"));
  CHECK_FALSE(spans.contains("absent"));
}

TEST_CASE("a span that normalisation leaves nothing of is left out", "[labels]") {
  const auto spans = source(R"({"id": "a", "spans": [[0, 3, "X"], [3, 9, "Y"]]})");
  const NormalizedText text = normalize("。！海");
  CHECK(spans.spans("a", text) == std::vector<Span>{{0, 3, 1}});
}

TEST_CASE("kinds come in order of appearance, sorted, or as given", "[labels]") {
  const std::string lines =
      "{\"id\": \"a\", \"spans\": [[3, 4, \"b\"], [0, 1, \"a\"]]}\n\n"
      "{\"id\": \"b\", \"spans\": [[0, 1, \"c\"]]}\n";
  const NormalizedText text = normalize("abcd");
  CHECK(source(lines).kinds() == std::vector<std::string>{"b", "a", "c"});
  const auto sorted = source(lines, {.order = KindOrder::Sorted});
  CHECK(sorted.kinds() == std::vector<std::string>{"a", "b", "c"});
  CHECK(sorted.spans("a", text) == std::vector<Span>{{0, 1, 0}, {3, 4, 1}});
  const auto given = source(lines, {.kinds = {"c", "b", "x", "a"}});
  CHECK(given.spans("a", text) == std::vector<Span>{{0, 1, 3}, {3, 4, 1}});
  CHECK_THROWS_WITH(source(lines, {.kinds = {"a", "b"}}),
                    Contains(":3: the label 'c' is none of those asked for"));
}

TEST_CASE("a bad line of a span file is refused with its number", "[labels]") {
  struct Row {
    const char *line, *complaint;
  };
  const auto row = GENERATE(values<Row>({
      {R"({"id": "b")", "not JSON"},
      {R"([1])", "not {\"id\""},
      {R"({"id": 3, "spans": []})", "not {\"id\""},
      {R"({"id": "b"})", "not {\"id\""},
      {R"({"id": "b", "spans": [[0, 1]]})", "not [0,1]"},
      {R"({"id": "b", "spans": [[-1, 1, "X"]]})", "not [-1,1,\"X\"]"},
      {R"({"id": "b", "spans": [[0.5, 1, "X"]]})", "a span is [begin, end, \"LABEL\"]"},
      {R"({"id": "b", "spans": [[3, 3, "X"]]})", "[3, 3) is empty"},
      {R"({"id": "b", "spans": [[0, 1, ""]]})", "empty label"},
      {R"({"id": "b", "spans": [[4, 9, "X"], [0, 5, "Y"]]})", "[0, 5) and [4, 9) overlap"},
      {R"({"id": "a", "spans": []})", "the id 'a' was given before, on line 1"},
      {"{\"id\": \"\xFF\", \"spans\": []}", "not UTF-8"},
  }));
  INFO(row.line);
  const std::string lines = "{\"id\": \"a\", \"spans\": [[0, 1, \"X\"]]}\n" + std::string(row.line) + "\n";
  CHECK_THROWS_WITH(source(lines), Contains("mtl-span-file-test.jsonl:2: ") && Contains(row.complaint));
}

TEST_CASE("a span file nested as deep as a stack is refused, not followed", "[labels]") {
  const std::string nested = std::string(300'000, '[') + std::string(300'000, ']');
  CHECK_THROWS_WITH(source("{\"id\": \"a\", \"spans\": [" + nested + "]}\n"), Contains(":1: not JSON"));
}

TEST_CASE("a span outside its text, or inside a character, is refused when the text is known", "[labels]") {
  const auto spans = source(
      "{\"id\": \"far\", \"spans\": [[0, 10, \"X\"]]}\n"
      "{\"id\": \"cut\", \"spans\": [[0, 4, \"X\"]]}\n");
  const NormalizedText text = normalize("青い海");
  CHECK_THROWS_WITH(spans.spans("far", text), Contains(":1: span [0, 10) reaches beyond the text of 'far'"));
  CHECK_THROWS_WITH(spans.spans("cut", text), Contains(":2: span [0, 4) cuts a character of 'cut'"));
}

TEST_CASE("ids that no document has are found", "[labels]") {
  const auto spans = source("{\"id\": \"a\", \"spans\": [[0, 1, \"X\"]]}\n{\"id\": \"b\", \"spans\": []}\n");
  CHECK(spans.unknown_ids({"a", "c"}) == std::vector<std::string>{"b"});
  CHECK_NOTHROW(spans.require_known({"a", "b", "c"}));
  CHECK_THROWS_WITH(spans.require_known({"a", "c"}), Contains(":2: no document has the id 'b'"));
}

TEST_CASE("a span file that is missing or holds no span is refused", "[labels]") {
  CHECK_THROWS_WITH(SpanFileSource::read("/no/such/spans.jsonl"), Contains("/no/such/spans.jsonl"));
  CHECK_THROWS_WITH(source("\n"), EndsWith("no spans in this file"));
}
