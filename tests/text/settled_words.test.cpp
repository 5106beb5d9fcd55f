// The dictionary is Debian's mecab-ipadic-utf8. What is expected is what MeCab makes of the whole text.
#include <random>
#include <set>
#include <string>
#include <vector>

#include <mtl/text/mecab.hpp>

#include "support/catch.hpp"

using namespace mtl;

namespace settled_words_tests {

/// Words, and what has no border that a dictionary knows: runs of one kind of character, shorter and longer
/// than the 24 that MeCab makes one unknown word of; blanks; marks; words that are long in the dictionary.
std::string random_text(std::mt19937& chance, std::size_t parts) {
  static const std::vector<std::string> words{"静か",     "な",
                                              "海",       "と",
                                              "青い",     "山",
                                              "が",       "東京都",
                                              "に",       "行った",
                                              "すもも",   "も",
                                              "もも",     "のうち",
                                              "国際連合", "。",
                                              "、",       "猫",
                                              "コーヒー", "は",
                                              "1984",     "年",
                                              "Linux",    " ",
                                              "　",       "\t",
                                              "\n",       "😀",
                                              "𠮷",       "ﾊﾝｶｸ",
                                              "！！",     "々",
                                              "でしょう", "ラテン・アメリカ・スモーラー・カンパニーズ",
                                              "ざざざ",   "きききききき"};
  static const std::vector<std::string> runs{"ア", "漢", "a", "7", "ん", "-", " ", "○", "ｱ", "\n", "😀"};
  std::string text;
  for (std::size_t i = 0; i < parts; ++i) {
    text += words[chance() % words.size()];
    if (chance() % 12 == 0)
      for (std::size_t length = 1 + chance() % 60, kind = chance() % runs.size(); length > 0; --length)
        text += runs[kind];
  }
  return text;
}

bool same(const std::vector<Morpheme>& some, const std::vector<Morpheme>& all, std::size_t count) {
  if (some.size() != std::min(count, all.size())) return false;
  for (std::size_t i = 0; i < some.size(); ++i)
    if (some[i].begin != all[i].begin || some[i].end != all[i].end ||
        some[i].feature.c_str() != all[i].feature.c_str())
      return false;
  return true;
}

TEST_CASE("the first words of a text are those of its whole analysis", "[text]") {
  MeCabAnalyzer analyzer(MeCabDictionary::open(find_dictionary("ipadic")));
  std::mt19937 chance(7);
  for (int round = 0; round < 300; ++round) {
    const std::string text = random_text(chance, 1 + chance() % 400);
    const auto all = analyzer.analyze(text);
    for (const std::size_t most : {std::size_t{0}, std::size_t{1}, std::size_t{1 + chance() % 40},
                                   std::size_t{1 + chance() % 400}, all.size(), all.size() + 1})
      if (!same(analyzer.analyze_first(text, most), all, most)) FAIL_CHECK(most << " words of: " << text);
  }
}

TEST_CASE("of every beginning only words are settled that every text has which begins so", "[text]") {
  const auto dictionary = MeCabDictionary::open(find_dictionary("ipadic"));
  REQUIRE(dictionary->reach());
  const auto lattice = dictionary->lattice();
  MeCabAnalyzer analyzer(dictionary);
  std::mt19937 chance(8);
  std::size_t settled = 0, characters = 0;
  for (int round = 0; round < 40; ++round) {
    const std::string text = random_text(chance, 60);
    const auto all = analyzer.analyze(text);
    for (std::size_t size = 1; size < text.size(); ++size) {
      if (!at_character_border(text, size)) continue;
      lattice->set_sentence(text.data(), size);
      dictionary->parse(*lattice);
      const auto words = detail::settled_words(*lattice, *dictionary->reach());
      bool right = words.size() <= all.size();
      for (std::size_t i = 0; right && i < words.size(); ++i)
        right = words[i]->surface == text.data() + all[i].begin &&
                words[i]->length == all[i].end - all[i].begin && words[i]->feature == all[i].feature.c_str();
      if (!right) FAIL_CHECK(size << " bytes of: " << text);
      settled += words.empty() ? 0 : all[words.size() - 1].end;
      characters += size;
    }
  }
  CHECK(settled > characters / 2);  // or else nothing was tested
}

TEST_CASE("a word that begins before the cut and goes on behind it is seen by the reach alone", "[text]") {
  const auto dictionary = MeCabDictionary::open(find_dictionary("ipadic"));
  const auto lattice = dictionary->lattice();
  std::string text;
  for (int i = 0; i < 5; ++i)
    text += "静かな海と青い山が見える国際基督教大学高等学校";  // its end is one word
  std::set<std::size_t> borders;
  for (const Morpheme& morpheme : MeCabAnalyzer(dictionary).analyze(text)) borders.insert(morpheme.end);
  const auto wrong_borders = [&](std::size_t reach) {
    int wrong = 0;
    for (std::size_t size = 3; size < text.size(); size += 3) {
      lattice->set_sentence(text.data(), size);
      dictionary->parse(*lattice);
      const auto words = detail::settled_words(*lattice, reach);
      if (words.empty()) continue;
      wrong += !borders.contains(static_cast<std::size_t>(words.back()->surface - text.data()) +
                                 words.back()->length);
    }
    return wrong;
  };
  CHECK(wrong_borders(1) > 0);  // as if no word were longer than a byte
  CHECK(wrong_borders(*dictionary->reach()) == 0);
}

}  // namespace settled_words_tests
