// The dictionary is Debian's mecab-ipadic-utf8. What is expected is what MeCab makes of the whole text.
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <unistd.h>

#include <mtl/store/atomic_file.hpp>
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
      const std::string beginning = text.substr(0, size);
      lattice->set_sentence(beginning.data(), size);
      dictionary->parse(*lattice);
      const auto words = detail::settled_words(*lattice, *dictionary->reach());
      bool right = words.size() <= all.size();
      for (std::size_t i = 0; right && i < words.size(); ++i)
        right = words[i]->surface == beginning.data() + all[i].begin &&
                words[i]->length == all[i].end - all[i].begin && words[i]->feature == all[i].feature.c_str();
      if (!right) FAIL_CHECK(size << " bytes of: " << text);
      settled += words.empty() ? 0 : all[words.size() - 1].end;
      characters += size;
    }
  }
  CHECK(settled > characters / 2);  // or else nothing was tested
}

/// A dictionary in which a character is a blank and of another kind as well, so that MeCab passes over runs
/// of words, and unknown words are as long as may be. Made by MeCab itself.
struct TinyDictionary {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("mtl-dictionary-{}", ::getpid());
  TinyDictionary() {
    std::filesystem::create_directories(folder);
    const std::map<std::string, std::string> files{
        {"char.def",
         "DEFAULT 0 1 0\nSPACE 0 1 0\nKATAKANA 1 1 2\nALPHA 1 1 15\n0x0020 SPACE\n0x30FB SPACE KATAKANA\n"
         "0x30A1..0x30FA KATAKANA\n0x0061..0x007A ALPHA\n"},
        {"unk.def", "DEFAULT,0,0,5000,記号\nSPACE,0,0,5000,空白\nKATAKANA,0,0,3000,片\nALPHA,0,0,900,英\n"},
        {"lex.csv", "あ,0,0,10,a\nい,0,0,10,b\n。,0,0,10,c\nあ・,0,0,500,d\nab a,0,0,100,e\n"},
        {"matrix.def", "1 1\n0 0 0\n"},
        {"dicrc", "cost-factor = 700\nbos-feature = BOS/EOS\nmax-grouping-size = 3\n"},
        {"feature.def", ""},
        {"left-id.def", ""},
        {"right-id.def", ""},
        {"rewrite.def", ""},
        {"pos-id.def", ""}};
    for (const auto& [name, content] : files) write_file_atomically((folder / name).string(), content);
    std::vector<std::string> words{"index", "-d", folder.string(), "-o", folder.string(), "-f",
                                   "utf-8", "-t", "utf-8"};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    REQUIRE(mecab_dict_index(static_cast<int>(arguments.size()), arguments.data()) == 0);
  }
  ~TinyDictionary() { std::filesystem::remove_all(folder); }
};

TEST_CASE("first words are right where blanks and words are of one kind, and unknown words long", "[text]") {
  const TinyDictionary tiny;
  MeCabAnalyzer analyzer(MeCabDictionary::open(tiny.folder.string()));
  CHECK(analyzer.dictionary().reach() == 61);
  const std::vector<std::string> parts{
      "あ",        "い", "。", "・",         "ア",   "イウ",
      "あ・",      " ",  "a",  "abcdefghij", "ab a", "アアアアアアアアアアアアアアアアアアアア",
      "          "};
  std::mt19937 chance(9);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (std::size_t i = 20 + chance() % 120; i > 0; --i) text += parts[chance() % parts.size()];
    const auto all = analyzer.analyze(text);
    for (const std::size_t most : {1, 2, 3, 5, 10, 20})
      if (!same(analyzer.analyze_first(text, most), all, most)) FAIL_CHECK(most << " words of: " << text);
  }
}

TEST_CASE("a text that ends behind a blank is analysed without what lies behind it in memory", "[text]") {
  MeCabAnalyzer analyzer(MeCabDictionary::open(find_dictionary("ipadic")));
  const std::string text = "海と山 国際基督教大学高等学校";
  const auto part = std::string_view(text).substr(0, std::string("海と山 ").size());
  CHECK(same(analyzer.analyze(part), analyzer.analyze(std::string(part)), text.size()));
  CHECK(analyzer.analyze(part).size() == 3);
  // The first words of a text are looked for in a beginning, which may end so as well, beyond what MeCab
  // reserves.
  std::string longer(8508, 'a');
  for (std::size_t i = 0; i < longer.size(); i += 3) longer.replace(i, 3, "山");
  longer += "aa " + text;
  for (int i = 0; i < 3000; ++i) longer += "山";
  CHECK(same(analyzer.analyze_first(longer, 1400), analyzer.analyze(longer), 1400));
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
      const std::string beginning = text.substr(0, size);
      lattice->set_sentence(beginning.data(), size);
      dictionary->parse(*lattice);
      const auto words = detail::settled_words(*lattice, reach);
      if (words.empty()) continue;
      wrong += !borders.contains(static_cast<std::size_t>(words.back()->surface - beginning.data()) +
                                 words.back()->length);
    }
    return wrong;
  };
  CHECK(wrong_borders(1) > 0);  // as if no word were longer than a byte
  CHECK(wrong_borders(*dictionary->reach()) == 0);
}

}  // namespace settled_words_tests
