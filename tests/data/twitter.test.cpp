// Rows in the form of tweets_open.csv, written for the tests; the tweets are ours.
#include <mtl/data/twitter.hpp>

#include <support/catch.hpp>
#include "corpora/tiny_files.hpp"

namespace twitter_test {

using namespace mtl;
using tests::source_of;
using Skipped = std::map<std::string, std::int64_t>;

const std::string table =
    "10025,10000,522407718091366400,0,0,1,1,0\n"
    "10026,10000,522407718091366401,0,1,0,0,0\n"
    "10027,10021,522407718091366402,0,0,1,0,0\n"
    "10028,10021,18446744073709551615,0,0,0,1,0\n"
    "10029,10021,522407718091366404,1,0,0,0,0\n"
    "10030,10021,522407718091366405,0,0,0,0,1\n"
    "10031,10021,522407718091366406,0,1,0,0,1\n"
    "10032,10021,522407718091366407,0,0,0,0,0\n"
    "10033,10021,522407718091366408,0,1,0,0,0\n";

const std::string texts =
    "522407718091366400\t良いのか悪いのか\n"
    "522407718091366401\tとても良い\tと思う\n"
    "522407718091366402\t\"悪い\" 電池\n"
    "18446744073709551615\t今日買った\n"
    "522407718091366404\t良し悪し\n"
    "522407718091366406\t良い天気\n"
    "522407718091366408\t\n"
    "7\t知らない\n";

Corpus read(const std::string& rows, const std::string& lines = texts) {
  return read_twitter(source_of({{"data/tweets_open.csv", rows}}), read_tweet_texts({"texts.tsv", lines}));
}

TEST_CASE("twitter: a tweet with exactly one label of three is used, row 1 like every other", "[data]") {
  const Corpus corpus = read(table);
  CHECK(corpus.name == "twitter");
  CHECK(corpus.classes == std::vector<std::string>{"negative", "neutral", "positive"});
  REQUIRE(corpus.documents.size() == 3);
  CHECK(corpus.documents[0].id == "10026");
  CHECK(corpus.documents[0].label == "positive");
  CHECK(corpus.documents[0].text == "とても良い\tと思う");
  CHECK(corpus.documents[0].where == "data/tweets_open.csv, line 2");
  CHECK(corpus.documents[1].label == "negative");
  CHECK(corpus.documents[1].text == "\"悪い\" 電池");
  CHECK(corpus.documents[2].label == "neutral");
  CHECK(corpus.documents[2].text == "今日買った");  // an id that needs all 64 bits
}

TEST_CASE("twitter: every other row is counted with its reason, and so are texts of no row", "[data]") {
  CHECK(read(table).skipped == Skipped{{"text of a tweet that is in no row", 1},
                                       {"tweet labelled positive and negative", 1},
                                       {"tweet labelled unrelated", 1},
                                       {"tweet with several labels", 2},
                                       {"tweet without a label", 1},
                                       {"tweet without a text", 1}});
}

TEST_CASE("twitter: the first row is no header", "[data]") {
  const Corpus corpus = read("1,10000,522407718091366401,0,1,0,0,0\n");
  REQUIRE(corpus.documents.size() == 1);
  CHECK(corpus.documents[0].where == "data/tweets_open.csv, line 1");
}

TEST_CASE("twitter: texts may stand in a ninth column, between quotes where they need it", "[data]") {
  const Corpus corpus = read(
      "\xEF\xBB\xBF"
      "1,10000,11,0,1,0,0,0,\"良い,\n\"\"とても\"\"\"\r\n"
      "2,10000,12,0,0,1,0,0,悪い\r\n"
      "3,10000,13,0,0,1,0,0,\r\n"
      "4,10000,522407718091366402,0,0,0,1,0,表の文\r\n",
      texts);
  REQUIRE(corpus.documents.size() == 3);
  CHECK(corpus.documents[0].text == "良い,\n\"とても\"");
  CHECK(corpus.documents[1].where == "data/tweets_open.csv, line 3");
  CHECK(corpus.documents[2].text == "表の文");  // the column goes before the file
  CHECK(corpus.skipped.at("tweet without a text") == 1);
}

TEST_CASE("twitter: of a folder the CSV files are read, compressed ones too, in any order", "[data]") {
  const NamedFile a{"b/tweets_open.csv.bz2", "1,10000,522407718091366401,0,1,0,0,0\n"},
      b{"a.csv", "2,10000,522407718091366402,0,0,1,0,0\n"}, c{"notes.txt", "?"}, d{"c.csv", "", true};
  const TweetTexts known = read_tweet_texts({"texts.tsv", texts});
  const Corpus one = read_twitter(source_of({a, b, c, d}), known),
               two = read_twitter(source_of({d, c, b, a}), known);
  CHECK(one.skipped.at("not named *.csv") == 1);
  CHECK(one.skipped.at("symbolic link") == 1);
  REQUIRE(one.documents.size() == 2);
  CHECK(one.documents[0].id == two.documents[0].id);
  CHECK(is_tweet_table("x/tweets_open.csv.gz"));
  CHECK_FALSE(is_tweet_table("tweets_open.csv.tar.gz"));
}

TEST_CASE("twitter: a row of another shape is refused with file and line", "[data]") {
  struct Row {
    const char* rows;
    const char* message;
  };
  const auto row = GENERATE(values<Row>({
      {"1,10000,11,0,1,0,0\n", "data/tweets_open.csv, line 1: 7 columns"},
      {"1,10000,11,0,1,0,0,0,良い,2015\n", "data/tweets_open.csv, line 1: 10 columns"},
      {"1,10000,11,0,1,0,0,0\n\n", "data/tweets_open.csv, line 2: 1 columns"},
      {"id,genre,status,a,b,c,d,e\n",
       "data/tweets_open.csv, line 1, column 1: 'id' is not a 64-bit number; "
       "likely cause: a header"},
      {"1,10000,11,0,1,0,0,0\n1,10000,5.2240771809E+17,0,1,0,0,0\n",
       "data/tweets_open.csv, line 2, column 3: '5.2240771809E+17' is not a 64-bit number"},
      {"1,10000,18446744073709551616,0,1,0,0,0\n", "data/tweets_open.csv, line 1, column 3"},
      {"1,10000,-1,0,1,0,0,0\n", "data/tweets_open.csv, line 1, column 3"},
      {"1,10000,11,0,2,0,0,0\n", "data/tweets_open.csv, line 1, column 5: '2' is not a flag, 0 or 1"},
      {"1,10000,11,0,,0,0,0\n", "data/tweets_open.csv, line 1, column 5: '' is not a flag, 0 or 1"},
      {"1,10000,11,0,1,0,0,0,\"良い\n", "data/tweets_open.csv, line 1: a quote is opened"},
      {"1,10000,11,0,1,0,0,0,\x83\x65\n", "data/tweets_open.csv, line 1: not valid UTF-8"},
  }));
  INFO(row.rows);
  CHECK_THROWS_WITH(read(row.rows), Catch::StartsWith(row.message));
}

TEST_CASE("twitter: texts of another shape are refused with file and line", "[data]") {
  CHECK_THROWS_WITH(read(table, "1\tx\n2 y\n"), Catch::StartsWith("texts.tsv, line 2: no tab"));
  CHECK_THROWS_WITH(read(table, "id\ttext\n"),
                    Catch::StartsWith("texts.tsv, line 1: 'id' is not a status id"));
  CHECK_THROWS_WITH(read(table, "1\tx\n5.2E+17\ty\n"), Catch::StartsWith("texts.tsv, line 2: '5.2E+17'"));
  CHECK_THROWS_WITH(read(table, "1\tx\n1\ty\n"),
                    Catch::StartsWith("texts.tsv, line 2: tweet 1 stands before with another text"));
  CHECK_THROWS_WITH(read(table, "1\t\xFF\n"), Catch::StartsWith("texts.tsv, line 1: not valid UTF-8"));
  CHECK(read_tweet_texts({"texts.tsv",
                          "\xEF\xBB\xBF"
                          "1\tx\r\n1\tx\n"}) == TweetTexts{{1, "x"}});
}

TEST_CASE("twitter: the published file alone is not enough, and the message says what is", "[data]") {
  CHECK_THROWS_WITH(read(table, ""), Catch::Contains("9 rows, and no tweet with one label and a text") &&
                                         Catch::Contains("--texts"));
  CHECK_THROWS_WITH(read(table, "522407718091366000\tx\n"),
                    Catch::Contains("of 1 texts given 1 belong to no row (where that is all of them"));
  CHECK_THROWS_WITH(read_twitter(source_of({{"notes.txt", "?"}})), Catch::Contains("no text was found"));
  const NamedFile twice{"tweets.csv", "1,10000,522407718091366401,0,1,0,0,0\n"};
  CHECK_THROWS_WITH(read_twitter(source_of({twice, twice}), read_tweet_texts({"t", texts})),
                    Catch::Contains("text '1' stands twice"));
}

}  // namespace twitter_test
