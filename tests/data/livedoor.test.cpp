#include <mtl/data/livedoor.hpp>

#include <support/catch.hpp>
#include "corpora/tiny_files.hpp"

namespace livedoor_test {

using namespace mtl;
using tests::article;
using tests::source_of;

std::vector<NamedFile> files() {
  return {{"text/README.txt", "読んでください\n"},
          {"text/CHANGES.txt", "\n"},
          article("sports", 2, "二行目から\n始まる本文。\n"),
          {"text/sports/LICENSE.txt", "CC BY-ND\n"},
          article("sports", 1, "一つ目の本文。\n"),
          {"text/movie/LICENSE.txt", "CC BY-ND\n"},
          article("movie", 7, "映画の本文。"),
          {"text/movie/.DS_Store", "\x01"},
          {"text/movie/latest.txt", "", true}};
}

TEST_CASE("livedoor: the body alone is read, below URL, date and title", "[data]") {
  const Corpus corpus = read_livedoor(source_of(files()));
  REQUIRE(corpus.documents.size() == 3);
  CHECK(corpus.classes == std::vector<std::string>{"movie", "sports"});
  CHECK(corpus.documents[0].id == "movie/movie-7");
  CHECK(corpus.documents[0].label == "movie");
  CHECK(corpus.documents[0].text == "映画の本文。\n");
  CHECK(corpus.documents[2].text == "二行目から\n始まる本文。\n");
  CHECK(corpus.documents[2].where == "text/sports/sports-2.txt");
}

TEST_CASE("livedoor: licences and what is about the corpus are not articles, and are counted", "[data]") {
  const Corpus corpus = read_livedoor(source_of(files()));
  CHECK(corpus.skipped ==
        std::map<std::string, std::int64_t>{{"about the corpus", 2},
                                            {"licence", 2},
                                            {"not named <category>/<category>-<number>.txt", 1},
                                            {"symbolic link", 1}});
}

TEST_CASE("livedoor: the order of the archive does not matter, nor how deep its folder lies", "[data]") {
  auto turned = files();
  std::ranges::reverse(turned);
  for (NamedFile& file : turned) file.name = "./some/where/" + file.name;
  const Corpus a = read_livedoor(source_of(files())), b = read_livedoor(source_of(turned));
  REQUIRE(a.documents.size() == b.documents.size());
  CHECK(a.classes == b.classes);
  for (std::size_t i = 0; i < a.documents.size(); ++i) {
    CHECK(a.documents[i].id == b.documents[i].id);
    CHECK(a.documents[i].text == b.documents[i].text);
  }
}

TEST_CASE("livedoor: a category with nothing but its licence is a class without documents", "[data]") {
  auto some = files();
  some.push_back({"text/empty/LICENSE.txt", "CC BY-ND\n"});
  CHECK(read_livedoor(source_of(some)).classes == std::vector<std::string>{"empty", "movie", "sports"});
}

TEST_CASE("livedoor: what is wrong is named with its file", "[data]") {
  auto bad = files();
  SECTION("not UTF-8") {
    bad.push_back(article("movie", 8, "ok\n\x83\x65\x83\x58\n"));
    CHECK_THROWS_WITH(read_livedoor(source_of(bad)),
                      Catch::StartsWith("text/movie/movie-8.txt, line 5: not valid UTF-8"));
  }
  SECTION("no heading") {
    bad.push_back({"text/movie/movie-9.txt", "本文だけ\n"});
    CHECK_THROWS_WITH(read_livedoor(source_of(bad)),
                      Catch::StartsWith("text/movie/movie-9.txt: not an article of the livedoor corpus"));
  }
  SECTION("an article twice") {
    bad.push_back(bad[2]);
    CHECK_THROWS_WITH(read_livedoor(source_of(bad)), Catch::Contains("'sports/sports-2' stands twice"));
  }
  SECTION("a name that could not stand in a line of the folds") {
    bad.push_back(article("a\nb", 1, "本文\n"));
    CHECK_THROWS_WITH(read_livedoor(source_of(bad)), Catch::Contains("its name is not UTF-8 or has control"));
  }
  SECTION("a name that is not UTF-8") {
    bad.push_back(article("\x83\x65", 1, "本文\n"));
    CHECK_THROWS_WITH(read_livedoor(source_of(bad)), Catch::Contains("its name is not UTF-8 or has control"));
  }
  SECTION("nothing at all") {
    CHECK_THROWS_WITH(read_livedoor(source_of({})), Catch::Contains("no text was found"));
  }
}

}  // namespace livedoor_test
