// The dictionary is Debian's mecab-ipadic-utf8.
#include <string>
#include <thread>
#include <vector>

#include <mtl/text/mecab.hpp>

#include "support/catch.hpp"

using namespace mtl;

namespace mecab_tests {

MeCabAnalyzer ipadic() { return MeCabAnalyzer(MeCabDictionary::open(find_dictionary("ipadic"))); }

std::string words(MeCabAnalyzer& analyzer, const std::string& text) {
  std::string joined;
  for (const Morpheme& m : analyzer.analyze(text)) joined += text.substr(m.begin, m.end - m.begin) + "/";
  return joined;
}

TEST_CASE("a text longer than MeCab's costs can count is analysed in stretches", "[text]") {
  const auto dictionary = MeCabDictionary::open(find_dictionary("ipadic"));
  MeCabAnalyzer analyzer(dictionary);
  for (const std::string& unit : {std::string("0"), std::string("花を見た。")}) {
    std::string text;
    while (text.size() < 160'000) text += unit;
    std::size_t at = 0, gaps = 0;
    for (const Morpheme& morpheme : analyzer.analyze(text)) {
      gaps += morpheme.begin != at;
      at = morpheme.end;
    }
    CHECK(gaps == 0);
    CHECK(at == text.size());
  }
}

}  // namespace mecab_tests
using namespace mecab_tests;

TEST_CASE("MeCab gives morphemes with their bytes and features", "[text]") {
  auto analyzer = ipadic();
  const std::string text = "  静かな海、 とても青い\n";
  const auto morphemes = analyzer.analyze(text);
  REQUIRE(morphemes.size() == 6);
  CHECK(morphemes[0].begin == 2);
  CHECK(text.substr(morphemes[0].begin, morphemes[0].end - morphemes[0].begin) == "静か");
  CHECK(part_of_speech(morphemes[0].feature) == "名詞");
  CHECK(part_of_speech_detail(morphemes[0].feature) == "形容動詞語幹");
  CHECK(part_of_speech(morphemes[4].feature) == "副詞");
  CHECK(text.substr(morphemes[4].begin, morphemes[4].end - morphemes[4].begin) == "とても");
  CHECK(part_of_speech(morphemes[5].feature) == "形容詞");
  CHECK(feature_field(morphemes[5].feature, 6) == "青い");
}

TEST_CASE("a text without words has no morphemes", "[text]") {
  auto analyzer = ipadic();
  CHECK(analyzer.analyze("").empty());
  CHECK(analyzer.analyze(std::string_view{}).empty());
  CHECK(analyzer.analyze(" \t\n ").empty());
  CHECK(analyzer.analyze(std::string(70'000, ' ')).empty());
}

TEST_CASE("what follows a very long run of blanks is not dropped", "[text]") {
  auto analyzer = ipadic();
  const std::string text = "海" + std::string(70'000, ' ') + "山" + std::string(20'000, '\n');
  const auto morphemes = analyzer.analyze(text);
  REQUIRE(morphemes.size() == 2);
  CHECK(morphemes[1].begin == 70'003);
  CHECK(morphemes[1].end == 70'006);
}

TEST_CASE("a long text is analysed whole, one too long is refused", "[text]") {
  auto analyzer = ipadic();
  std::string text;
  while (text.size() < 200'000) text += "静かな海と青い山。";
  const auto morphemes = analyzer.analyze(text);
  CHECK(morphemes.back().end == text.size());
  CHECK(morphemes.size() == 7 * (text.size() / 27));
  CHECK_THROWS_AS(analyzer.analyze(std::string(MeCabAnalyzer::longest_text + 1, 'a')), Error);
}

TEST_CASE("features outlive the next analysis and the analyser", "[text]") {
  std::vector<Morpheme> morphemes;
  const auto dictionary = MeCabDictionary::open(find_dictionary("ipadic"));
  {
    MeCabAnalyzer analyzer(dictionary);
    morphemes = analyzer.analyze("猫と未知語ＸＹＺ");
    analyzer.analyze("別の文");
  }
  CHECK(part_of_speech(morphemes.front().feature) == "名詞");
  CHECK(morphemes.front().feature == "名詞,一般,*,*,*,*,猫,ネコ,ネコ");
}

TEST_CASE("threads with a copy each agree with one thread", "[text]") {
  auto analyzer = ipadic();
  std::vector<std::string> texts;
  for (int i = 0; i < 200; ++i)
    texts.push_back("静かな海が" + std::string(static_cast<std::size_t>(i), 'a') + "青い。");
  std::vector<std::string> alone, together(texts.size());
  for (const auto& text : texts) alone.push_back(words(analyzer, text));
  std::vector<std::thread> threads;
  for (std::size_t worker = 0; worker < 4; ++worker)
    threads.emplace_back([&, worker, own = analyzer]() mutable {
      for (std::size_t i = worker; i < texts.size(); i += 4) together[i] = words(own, texts[i]);
    });
  for (auto& thread : threads) thread.join();
  CHECK(alone == together);
}

TEST_CASE("fields of a feature are read as CSV", "[text]") {
  CHECK(feature_field("名詞,数,*", 1) == "数");
  CHECK(feature_field("名詞,数,*", 2) == "*");
  CHECK(feature_field("名詞,数,*", 3).empty());
  CHECK(feature_field("", 0).empty());
  CHECK(feature_field("名詞,\"1,2\",C3", 1) == "1,2");
  CHECK(feature_field("名詞,\"1,2\",C3", 2) == "C3");
}

TEST_CASE("a part of speech is the first field of a feature, whole", "[text]") {
  CHECK(is_part_of_speech(Feature("名詞,数"), "名詞"));
  CHECK(is_part_of_speech(Feature("名詞"), "名詞"));
  CHECK(is_part_of_speech(Feature("\"名,詞\",数"), "名,詞"));
  CHECK_FALSE(is_part_of_speech(Feature("名詞,数"), "名"));
  CHECK_FALSE(is_part_of_speech(Feature("名"), "名詞"));
  CHECK_FALSE(is_part_of_speech(Feature("名詞,数"), "名詞,数"));
  CHECK_FALSE(is_part_of_speech(Feature("名詞"), std::string_view("名詞\0x", 8)));
  CHECK_FALSE(is_part_of_speech(Feature(), "名詞"));
}

TEST_CASE("a dictionary that is not there says what to do", "[text]") {
  using Catch::Matchers::Contains;
  CHECK_THROWS_WITH(MeCabDictionary::open("/no/such/dictionary"),
                    Contains("/no/such/dictionary") && Contains("apt-get install mecab-ipadic-utf8"));
  if (!std::filesystem::exists("/var/lib/mecab/dic/unidic"))
    CHECK_THROWS_WITH(find_dictionary("unidic"), Contains("pip install unidic, and give its folder"));
  CHECK_THROWS_WITH(find_dictionary("unidic_lite"), Contains("pip install unidic-lite, and give its folder"));
  CHECK_THROWS_WITH(find_dictionary("nosuchdic"), Contains("'nosuchdic' is not installed") &&
                                                      Contains("/var/lib/mecab/dic/nosuchdic") &&
                                                      Contains("/usr/lib/mecab/dic/nosuchdic"));
  CHECK(find_dictionary("/some/where") == "/some/where");
}

TEST_CASE("one dictionary has one digest", "[text]") {
  const auto directory = find_dictionary("ipadic");
  CHECK(MeCabDictionary::open(directory)->digest() == MeCabDictionary::open(directory)->digest());
  CHECK(MeCabDictionary::open(directory)->digest().size() == 32);
}
