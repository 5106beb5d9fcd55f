// Vectors: transformers, tests/models/bert_japanese/test_tokenization_bert_japanese.py (046eae0); those that
// are not in it were computed with transformers' own steps and Debian's ipadic.
#include <memory>
#include <string>
#include <vector>

#include <mtl/text/bert_japanese_tokenizer.hpp>

#include "support/catch.hpp"

using namespace mtl;

namespace bert_japanese_tests {

const auto w = std::make_shared<const Vocabulary>(std::vector<std::string>{
    "[UNK]",    "[CLS]", "[SEP]",  "こんにちは", "こん", "にちは", "ばんは", "##こん",         "##にちは",
    "##ばんは", "世界",  "##世界", "、",         "##、", "。",     "##。",   "アップルストア", "外国",
    "##人",     "参政",  "##権",   "此れ",       "は",   "猫",     "です"});
const auto c13 = std::make_shared<const Vocabulary>(std::vector<std::string>{
    "[UNK]", "[CLS]", "[SEP]", "こ", "ん", "に", "ち", "は", "ば", "世", "界", "、", "。"});

// Half-width kana アップル with combining half marks, full-width 8, U+3000 before 。
const std::string store = " \tｱｯﾌﾟﾙストアでiPhone８ が  \n 発売された　。  ";

AnalyzedWords<MeCabAnalyzer> mecab(AnalyzedWordsOptions options = {}) {
  return {MeCabAnalyzer(MeCabDictionary::open(find_dictionary("ipadic"))), std::move(options)};
}

BertJapaneseTokenizer tokenizer(std::shared_ptr<const Vocabulary> vocabulary, WordSplitter words,
                                PieceSplitter pieces, bool lower = false) {
  AddedTokens added;
  for (const char* special : {"[UNK]", "[CLS]", "[SEP]"}) added.add({special, *vocabulary->find(special)});
  added.add({"[PAD]", static_cast<std::int32_t>(vocabulary->size())});
  added.add({"[MASK]", static_cast<std::int32_t>(vocabulary->size()) + 1});
  return BertJapaneseTokenizer({.vocabulary = vocabulary,
                                .added = std::make_shared<const AddedTokens>(added),
                                .special = {.cls = 1, .sep = 2, .pad = added.find("[PAD]")->id, .unk = 0},
                                .words = std::move(words),
                                .pieces = std::move(pieces),
                                .lower_case = lower});
}

template <class Splitter>
std::string words(Splitter splitter, const std::string& text) {
  const Words found = splitter.words(text);
  std::string joined;
  for (const ByteRange& word : found.words)
    joined += (joined.empty() ? "" : "|") + found.text.text.substr(word.begin, word.end - word.begin);
  return joined;
}

std::vector<int> ids(BertJapaneseTokenizer tokenizer, const std::string& text) {
  std::vector<int> found;
  for (const Piece& piece : tokenizer.tokenize(text)) found.push_back(piece.id);
  return found;
}

}  // namespace bert_japanese_tests
using namespace bert_japanese_tests;

TEST_CASE("MeCab words equal Hugging Face's with ipadic", "[text]") {
  CHECK(words(mecab(), store) == "アップルストア|で|iPhone|8|が|発売|さ|れ|た|。");
  CHECK(words(mecab({.lower_case = true}), store) == "アップルストア|で|iphone|8|が|発売|さ|れ|た|。");
  CHECK(words(mecab({.normalize = false}), store) == "ｱｯﾌﾟﾙストア|で|iPhone|８|が|発売|さ|れ|た|　|。");
  CHECK(words(mecab({.lower_case = true, .never_split = {"iPhone"}}), store) ==
        "アップルストア|で|iPhone|8|が|発売|さ|れ|た|。");
  CHECK(words(mecab(), "外国人参政権") == "外国|人参|政権");
}

TEST_CASE("greetings become the published ids, by MeCab and by basic words", "[text]") {
  const std::string text = "こんにちは、世界。\nこんばんは、世界。";
  const std::vector<int> expected{3, 12, 10, 14, 4, 9, 12, 10, 14};
  CHECK(ids(tokenizer(w, mecab(), WordPiece(w, "[UNK]")), text) == expected);
  CHECK(ids(tokenizer(w, BasicWords({}), WordPiece(w, "[UNK]")), text) == expected);
}

TEST_CASE("more texts through the small vocabulary", "[text]") {
  struct Row {
    std::string text;
    std::vector<int> ids;
  };
  const auto row = GENERATE(values<Row>({
      {"ｱｯﾌﾟﾙストア", {16}},
      {"外国人参政権", {17, 0, 0}},
      {"  ", {}},
      {"", {}},
      {"世界　世界", {10, 10}},
      {"世界世界", {10, 10}},
      {"こんばんは\u2028世界", {4, 9, 10}},
      {"世界[SEP]世界[MASK]です[PAD]", {10, 2, 10, 26, 24, 25}},
  }));
  CHECK(ids(tokenizer(w, mecab(), WordPiece(w, "[UNK]")), row.text) == row.ids);
}

TEST_CASE("basic words and characters", "[text]") {
  const std::vector<int> expected{3, 4, 5, 6, 7, 11, 9, 10, 12, 3, 4, 8, 4, 7, 11, 9, 10, 12};
  CHECK(ids(tokenizer(c13, BasicWords({}), Characters(c13, "[UNK]")),
            "こんにちは、世界。 \nこんばんは、世界。") == expected);
}

TEST_CASE("basic words clean, split and fold as the original BERT does", "[text]") {
  CHECK(words(BasicWords({}), "a\u00ADb\u0001c\uFFFDd e\u3000f\u00A0g") == "abcd|e|f|g");
  CHECK(words(BasicWords({}), "Hello,「世界」!$x") == "Hello|,|「|世界|」|!|$|x");
  CHECK(words(BasicWords({.lower_case = true}), "Éが") == "eか");  // accents go, and the dakuten with them
  CHECK(words(BasicWords({.lower_case = true, .strip_accents = false}), "Éが") == "éが");
  CHECK(words(BasicWords({.split_chinese = true}), "世界は丸い") == "世|界|は|丸|い");
  CHECK(words(BasicWords({.lower_case = true, .never_split = {"[X]"}}), "[X] [Y]") == "[X]|[|y|]");
}

TEST_CASE("pieces point at the raw text, through normalisation and case", "[text]") {
  const std::string text = "ｱｯﾌﾟﾙストアと世界";
  auto pieces = tokenizer(w, mecab(), WordPiece(w, "[UNK]")).tokenize(text);
  REQUIRE(pieces.size() == 3);
  CHECK(pieces[0] == Piece{"アップルストア", 16, 0, 24, 0});
  CHECK(pieces[1] == Piece{"[UNK]", 0, 24, 27, 0});
  CHECK(pieces[2] == Piece{"世界", 10, 27, 33, 0});
  pieces = tokenizer(w, mecab({.lower_case = true}), WholeWord(w, 0), true).tokenize("İＡ猫[SEP]です");
  REQUIRE(pieces.size() >= 3);
  CHECK(pieces[pieces.size() - 2] == Piece{"[SEP]", 2, 8, 13, 0});
  CHECK(pieces.back() == Piece{"です", 24, 13, 19, 0});
}

TEST_CASE("a NUL ends what MeCab sees only where the published encoding is asked for", "[text]") {
  using namespace std::string_literals;
  auto japanese = tokenizer(w, mecab(), WordPiece(w, "[UNK]"));
  const std::string text = "世界\0世界[SEP]世界"s;
  CHECK(japanese.tokenize(text).size() == 5);
  CHECK(japanese.tokenize(text, true, true).size() == 3);
}

TEST_CASE("the longest added token wins, and white space beside it goes where it says so", "[text]") {
  AddedTokens added;
  added.add({"<a>", 1});
  added.add({"<a><b>", 2});
  added.add({.content = "<m>", .id = 3, .strip_left = true, .strip_right = true});
  const std::string text = "x<a><b>y  <m>\u3000z<a>";
  std::string joined;
  for (const auto& part : added.split(text))
    joined +=
        (part.token ? "#" : "") + text.substr(part.range.begin, part.range.end - part.range.begin) + "|";
  CHECK(joined == "x|#<a><b>|y|#<m>|z|#<a>|");
}
