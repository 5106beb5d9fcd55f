#include <mtl/data/tsv.hpp>

#include <support/catch.hpp>

namespace tsv_test {

using namespace mtl;

TEST_CASE("tsv: label, tab, text; the id is the line number", "[data]") {
  const Corpus corpus = read_tsv({"a.tsv", "良い\t晴れた\n悪い\t雨\tと風\n良い\t\n"});
  REQUIRE(corpus.documents.size() == 3);
  CHECK(corpus.classes == std::vector<std::string>{"悪い", "良い"});
  CHECK(corpus.documents[1].id == "2");
  CHECK(corpus.documents[1].label == "悪い");
  CHECK(corpus.documents[1].text == "雨\tと風");
  CHECK(corpus.documents[1].where == "a.tsv, line 2");
  CHECK(corpus.documents[2].text.empty());
}

TEST_CASE("tsv: a byte order mark, CR LF and a missing last line end change nothing", "[data]") {
  const Corpus plain = read_tsv({"a.tsv", "a\tx\nb\ty\n"});
  const Corpus other = read_tsv({"a.tsv",
                                 "\xEF\xBB\xBF"
                                 "a\tx\r\nb\ty"});
  REQUIRE(other.documents.size() == 2);
  CHECK(other.classes == plain.classes);
  for (std::size_t i = 0; i < 2; ++i) CHECK(other.documents[i].text == plain.documents[i].text);
}

TEST_CASE("tsv: what is wrong is named with file and line", "[data]") {
  struct Row {
    const char* what;
    const char* content;
    const char* message;
  };
  const auto row = GENERATE(values<Row>({
      {"no tab", "a\tx\nb y\n", "a.tsv, line 2: no tab"},
      {"an empty line", "a\tx\n\nb\ty\n", "a.tsv, line 2: no tab"},
      {"an empty label", "a\tx\n\ty\n", "a.tsv, line 2: the label before the tab is empty"},
      {"not UTF-8", "a\tx\nb\t\xFF\n", "a.tsv, line 2: not valid UTF-8"},
      {"no lines", "", "a.tsv: no lines"},
  }));
  INFO(row.what);
  CHECK_THROWS_WITH(read_tsv({"a.tsv", row.content}), Catch::StartsWith(row.message));
}

}  // namespace tsv_test
