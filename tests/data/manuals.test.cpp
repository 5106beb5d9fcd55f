#include <mtl/data/manuals.hpp>

#include <support/catch.hpp>
#include "corpora/tiny_files.hpp"

namespace manuals_test {

using namespace mtl;

/// So many kana that a page is long enough.
std::string long_line(const std::string& end) {
  std::string line;
  for (int i = 0; i < 40; ++i) line += "これは";
  return line + end;
}

/// Stands for the program's HTML parser: the pages of this test are text already.
std::string as_it_is(std::string_view html, const HtmlRules& rules) {
  REQUIRE(rules.keep_id == "DisplayArea");
  return std::string(html);
}

NamedFile help(const std::string& path, const std::string& text) {
  return {"usr/share/libreoffice/help/ja/text/" + path + ".html", text + "\n"};
}

NamedFile man(int section, const std::string& name, const std::string& text) {
  const auto number = std::to_string(section);
  return {"usr/share/man/ja/man" + number + "/" + name + "." + number + ".gz",
          ".TH X " + number + "\n" + text + "\n"};
}

TEST_CASE("manuals: class and id come from the folder of a package", "[data]") {
  const Corpus corpus = read_manuals(
      tests::source_of(
          {man(1, "ls", long_line("一覧")),
           help("swriter/guide/a", long_line("文書")),
           help("simpress/guide/main", long_line("発表")),
           help("sdraw/guide/main", long_line("図")),
           {"usr/share/doc/lilypond/html/Documentation/notation/songs.ja.html", long_line("歌")}}),
      as_it_is);
  std::vector<std::string> ids;
  for (const Document& page : corpus.documents) ids.push_back(page.id);
  CHECK(ids == std::vector<std::string>{"impress/sdraw/guide/main.html", "impress/simpress/guide/main.html",
                                        "lilypond/songs.ja.html", "man1/ls.1", "writer/guide/a.html"});
  CHECK(corpus.classes == std::vector<std::string>{"impress", "lilypond", "man1", "writer"});
  CHECK(corpus.documents[3].text == long_line("一覧") + "\n");
}

TEST_CASE("manuals: what is no page of its own is counted by reason", "[data]") {
  NamedFile link = man(1, "dir", "");
  link.symbolic_link = true;
  const Corpus corpus = read_manuals(
      tests::source_of({man(1, "ls", long_line("一覧")),
                        link,
                        man(5, "passwd", long_line("五")),
                        {"usr/share/man/ja/man1/stub.1.gz", ".so man1/ls.1\n"},
                        {"x/Documentation/notation/notation-big-page.ja.html", long_line("全部")},
                        help("shared/a", long_line("共通")),
                        man(8, "short", "短い。"),
                        {"usr/share/libreoffice/help/ja/text/scalc/a.png", "\x89PNG"}}),
      as_it_is);
  REQUIRE(corpus.documents.size() == 1);
  CHECK(corpus.skipped == std::map<std::string, std::int64_t>{{"symbolic link", 1},
                                                              {"not a page of the nine classes", 3},
                                                              {"stub that names another page (.so)", 1},
                                                              {"whole book on one page", 1},
                                                              {"fewer than 100 kana and kanji", 1}});
}

TEST_CASE("manuals: lines without Japanese go, and those that more than three pages share", "[data]") {
  std::vector<std::string> pages;
  for (int i = 0; i < 4; ++i)
    pages.push_back("共通の見出し\n" + std::string(i < 3 ? "三つの頁\n" : "") + "int main(void);\n  頁" +
                    std::to_string(i) + "\n");
  const auto texts = telling_lines(pages);
  CHECK(texts[0] == "三つの頁\n頁0\n");
  CHECK(texts[3] == "頁3\n");
}

TEST_CASE("manuals: of a large class the share counts: more than 2 % of 200 pages is five", "[data]") {
  std::vector<std::string> pages(200, "頁\n");
  for (std::size_t i = 0; i < 5; ++i) pages[i] += i < 4 ? "四つと\n五つ\n" : "五つ\n";
  CHECK(telling_lines(pages)[0] == "四つと\n");
  CHECK(telling_lines(pages)[4].empty());
}

TEST_CASE("kana and kanji are counted by script", "[data]") {
  CHECK(kana_and_kanji("漢字とカナ、ABC 123。") == 5);
  CHECK(kana_and_kanji("々〇𠮟ｱ") == 4);
  CHECK(kana_and_kanji("") == 0);
}

TEST_CASE("manuals: a page that is not UTF-8 is named", "[data]") {
  CHECK_THROWS_WITH(read_manuals(tests::source_of({man(1, "ls", "\xA4\xCF")}), as_it_is),
                    Catch::StartsWith("usr/share/man/ja/man1/ls.1.gz, line 2: not valid UTF-8"));
}

}  // namespace manuals_test
