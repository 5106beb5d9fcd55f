// Reviews in the form of ichiba04_review<year><month>_<date>.tsv, written for the tests: the data themselves
// are lent under a contract.
#include <mtl/data/rakuten.hpp>

#include <support/catch.hpp>
#include "corpora/tiny_files.hpp"

namespace rakuten_test {

using namespace mtl;
using tests::review;
using tests::source_of;
using Skipped = std::map<std::string, std::int64_t>;

const std::string march = "data/ichiba04_review201503_20200101.tsv";

Corpus read(const std::string& lines, const RakutenOptions& options = {}) {
  return read_rakuten(source_of({{march, lines}}), options);
}

TEST_CASE("rakuten: 4 and 5 stars against 1 and 2, the body alone, of 2015", "[data]") {
  const Corpus corpus = read(review({.rating = "5", .title = "題", .body = "\"おいしい\" お茶"}) +
                             review({.rating = "4", .body = "まあまあ"}) + review({.rating = "3"}) +
                             review({.rating = "0"}) + review({.rating = "2", .body = "薄い"}) +
                             review({.rating = "1", .body = "まずい", .date = "2015-12-31 23:59:59"}) +
                             review({.rating = "1", .date = "2014-12-31 23:59:59"}) +
                             review({.rating = "5", .date = "2016-01-01 00:00:00"}));
  CHECK(corpus.name == "rakuten");
  CHECK(corpus.classes == std::vector<std::string>{"negative", "positive"});
  REQUIRE(corpus.documents.size() == 4);
  CHECK(corpus.documents[0].id == "ichiba04_review201503_20200101:1");
  CHECK(corpus.documents[0].label == "positive");
  CHECK(corpus.documents[0].text == "\"おいしい\" お茶");  // a quote opens nothing
  CHECK(corpus.documents[0].where == march + ", line 1");
  CHECK(corpus.documents[1].label == "positive");
  CHECK(corpus.documents[2].label == "negative");
  CHECK(corpus.documents[3].text == "まずい");
  CHECK(corpus.skipped ==
        Skipped{{"review not of 2015", 2}, {"review with rating 0", 1}, {"review with rating 3", 1}});
}

TEST_CASE("rakuten: other ratings, other years, and the title are choices", "[data]") {
  const std::string lines = review({.rating = "5", .title = "題", .body = "本文"}) + review({.rating = "4"}) +
                            review({.rating = "2"}) + review({.rating = "1"}) +
                            review({.rating = "1", .date = "2010-03-01 00:00:03"});
  const Corpus ends = read(lines, {.classes = rating_classes({5}, {1}, {})});
  CHECK(ends.documents.size() == 2);
  CHECK(ends.skipped.at("review with rating 4") == 1);
  const Corpus own = read(lines, {.classes = rating_classes({5}, {1}, {4, 2})});
  CHECK(own.classes == std::vector<std::string>{"negative", "positive", "rating 2", "rating 4"});
  CHECK(own.documents[1].label == "rating 4");
  CHECK(read(lines, {.year = 0}).documents.size() == 5);
  CHECK(read(lines, {.year = 2010}).documents.size() == 1);
  CHECK(read(lines, {.with_title = true}).documents[0].text == "題\n本文");
}

TEST_CASE("rakuten: ratings that make no classes are refused", "[data]") {
  CHECK(rating_classes({5, 4}, {2, 1}, {}) == RakutenOptions{}.classes);
  CHECK(rating_classes({}, {}, {1, 5}) == RatingClasses{{1, "rating 1"}, {5, "rating 5"}});
  CHECK_THROWS_WITH(rating_classes({5}, {5}, {}),
                    "rating 5 is to be 'positive' and 'negative'; a rating has one class");
  CHECK_THROWS_WITH(rating_classes({5}, {1}, {1}), Catch::StartsWith("rating 1 is to be 'negative' and"));
  CHECK_THROWS_WITH(rating_classes({6}, {1}, {}), "rating 6: ratings are 0 to 5");
  CHECK_THROWS_WITH(rating_classes({5, 4}, {}, {}), Catch::StartsWith("the ratings make 1 class"));
}

TEST_CASE("rakuten: of the genres the chosen ones are used", "[data]") {
  const std::string lines = review({.genre = "201505"}) + review({.genre = "100026"}) + review({.genre = ""});
  const Corpus tea = read(lines, {.genres = {"201505", "7"}});
  CHECK(tea.documents.size() == 1);
  CHECK(tea.skipped == Skipped{{"review of another genre", 2}});
  CHECK(read(lines).documents.size() == 3);
}

const std::string genre_lines =
    "100227\t食品\t0\n"
    "100026\tパソコン\t0\n"
    "201505\tハーブティー\t400\n"
    "400\tお茶\t100227\n"
    "500\t野菜\t100227\n"
    "600\t部品\t100026\n";

TEST_CASE("rakuten: food is genre 100227 with all below it in the genre table", "[data]") {
  const NamedFile table{"ichiba03_genre_20200101.tsv", genre_lines};
  CHECK(genres_below(table, {std::string(food_genre)}) == Genres{"100227", "201505", "400", "500"});
  CHECK(genres_below(table, {"400", "600"}) == Genres{"201505", "400", "600"});
  CHECK_THROWS_WITH(genres_below(table, {"9"}),
                    Catch::StartsWith("ichiba03_genre_20200101.tsv: has no genre 9"));
  const NamedFile circle{"g.tsv", "1\ta\t2\r\n2\tb\t1\r\n"};
  CHECK(genres_below(circle, {"1"}) == Genres{"1", "2"});
  CHECK_THROWS_WITH(genres_below({"g.tsv", "1\ta\t0\n2\tb\n"}, {"1"}),
                    Catch::StartsWith("g.tsv, line 2: 2 col"));
}

TEST_CASE("rakuten: files are known by their names", "[data]") {
  CHECK(is_review_file(march));
  CHECK(is_review_file("ichiba04_review201501_20140221.tsv.bz2"));
  CHECK(is_review_file("my/food2015.tsv"));
  CHECK_FALSE(is_review_file("ichiba03_genre_20140221.tsv"));
  CHECK_FALSE(is_review_file("ichiba01_item001_20140221.tsv.gz"));
  CHECK_FALSE(is_review_file("reviews.tar.gz"));
  CHECK(is_genre_table("data/ichiba03_genre_20140221.tsv.gz"));
  CHECK_FALSE(is_genre_table(march));
  const Corpus corpus = read_rakuten(source_of({{"ichiba03_genre_20200101.tsv", genre_lines},
                                                {"b.tsv", review({.rating = "1"})},
                                                {"a.tsv.gz", review({.rating = "5"}) + review({})},
                                                {"c.tsv", "", true}}));
  REQUIRE(corpus.documents.size() == 3);
  CHECK(corpus.documents[0].id == "a:1");
  CHECK(corpus.documents[2].id == "b:1");
  CHECK(corpus.skipped == Skipped{{"not a file of reviews", 1}, {"symbolic link", 1}});
}

TEST_CASE("rakuten: CR LF and a missing last line end change nothing", "[data]") {
  std::string lines = review({.date = "2015-03-01 00:00:03\r"}) + review({});
  lines.pop_back();
  CHECK(read(lines).documents.size() == 2);
}

TEST_CASE("rakuten: a line of another shape is refused with file and line", "[data]") {
  struct Row {
    std::string line, message;
  };
  const std::vector<Row> rows{
      {review({.body = "本\t文"}), ", line 2: 18 columns"},
      {"\n", ", line 2: 1 columns"},
      {genre_lines, ", line 2: 3 columns"},
      {review({.rating = "6"}), ", line 2, column 14: '6' is not a rating"},
      {review({.rating = ""}), ", line 2, column 14: '' is not a rating"},
      {review({.rating = "5.0"}), ", line 2, column 14"},
      {review({.date = "2015/03/01"}), ", line 2, column 17: '2015/03/01' is not a date"},
      {review({.date = ""}), ", line 2, column 17"},
      {review({.body = "\xA4\xA2"}), ", line 2: not valid UTF-8"},
  };
  for (const Row& row : rows) {
    INFO(row.line);
    CHECK_THROWS_WITH(read(review({}) + row.line), Catch::StartsWith(march + row.message));
  }
}

TEST_CASE("rakuten: where nothing is left the message says what was left out", "[data]") {
  CHECK_THROWS_WITH(read(review({.date = "2010-03-01 00:00:03"})),
                    Catch::Contains("no text was found") && Catch::Contains("review not of 2015: 1"));
  CHECK_THROWS_WITH(read_rakuten(source_of({{march, review({})}, {"b/" + march, review({})}})),
                    Catch::Contains("stands twice"));
}

}  // namespace rakuten_test
