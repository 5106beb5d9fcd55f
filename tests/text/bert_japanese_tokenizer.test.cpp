// Vectors: transformers, tests/models/bert_japanese/test_tokenization_bert_japanese.py (046eae0); those that
// are not in it were computed with transformers' own steps and Debian's ipadic.
#include <cstdlib>
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
  return BertJapaneseTokenizer({.vocabulary_size = vocabulary->size(),
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

TEST_CASE("MeCab words equal Hugging Face's with unidic_lite", "[.unidic_lite]") {
  const char* directory = std::getenv("MTL_UNIDIC_LITE");
  REQUIRE(directory != nullptr);
  const AnalyzedWords<MeCabAnalyzer> unidic(MeCabAnalyzer(MeCabDictionary::open(directory)), {});
  CHECK(words(unidic, store) == "アップル|ストア|で|iPhone|8|が|発売|さ|れ|た|。");
}

TEST_CASE("greetings become the published ids, by MeCab and by basic words", "[text]") {
  const std::string text = "こんにちは、世界。\nこんばんは、世界。";
  const std::vector<int> expected{3, 12, 10, 14, 4, 9, 12, 10, 14};
  CHECK(ids(tokenizer(w, mecab(), WordPiece(w, "[UNK]")), text) == expected);
  CHECK(ids(tokenizer(w, BasicWords({}), WordPiece(w, "[UNK]")), text) == expected);
  // With a space before the line's end too; the pieces joined again as Hugging Face's decoding does.
  std::string decoded;
  const std::string spaced = "こんにちは、世界。 \nこんばんは、世界。";
  for (const Piece& piece : tokenizer(w, mecab(), WordPiece(w, "[UNK]")).tokenize(spaced))
    decoded +=
        piece.text.starts_with("##") ? piece.text.substr(2) : (decoded.empty() ? "" : " ") + piece.text;
  CHECK(decoded == "こんにちは 、 世界 。 こんばんは 、 世界 。");
}

TEST_CASE("a sentence of the first Japanese BERT", "[text]") {
  const auto v1 = std::make_shared<const Vocabulary>(
      std::vector<std::string>{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "お", "##腹", "が", "痛", "##い",
                               "ので", "遅れ", "ます", "。"});
  CHECK(ids(tokenizer(v1, mecab(), WordPiece(v1, "[UNK]")), "お腹が痛いので遅れます。") ==
        std::vector<int>{5, 6, 7, 8, 9, 10, 11, 12, 13});
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
  CHECK(words(BasicWords({.lower_case = true, .never_split = {"a.b"}}), "A.B a.B") == "a.b|a.b");
}

/// What each piece covers, with the number of its word.
std::string covered(BertJapaneseTokenizer japanese, const std::string& text) {
  std::string joined;
  for (const Piece& piece : japanese.tokenize(text))
    joined += text.substr(piece.begin, piece.end - piece.begin) + std::to_string(piece.word) + "|";
  return joined;
}

TEST_CASE("no piece covers white space, whatever became of the text", "[text]") {
  const WholeWord whole(w, 0);
  const std::string text = " Éa  Ⅷ\u3000か\u3099b\t㍿ c\u200Bd [SEP] ";
  CHECK(covered(tokenizer(w, BasicWords({.lower_case = true}), whole, true), text) ==
        "Éa0|Ⅷ1|か\u3099b2|㍿3|c\u200Bd4|[SEP]5|");
  CHECK(covered(tokenizer(w, BasicWords({.split_chinese = true}), whole), "a世 界b") == "a0|世1|界2|b3|");
  CHECK(covered(tokenizer(w, mecab({.lower_case = true}), whole), "株式会社 ㍿  です ") ==
        "株式会社0|㍿1|です2|");
}

TEST_CASE("pieces of one word share its number, and words without pieces have none", "[text]") {
  CHECK(covered(tokenizer(w, mecab(), WordPiece(w, "[UNK]")), "世界\u2028こんばんは[SEP]。") ==
        "世界0|こん1|ばんは1|[SEP]2|。3|");
}

TEST_CASE("a text is lowered before added tokens are looked for, but for those that keep their case",
          "[text]") {
  AddedTokens added;
  added.add({.content = "[X]", .id = 30, .special = true});
  added.add({.content = "<Y>", .id = 31, .special = false, .keeps_case = true});
  added.add({.content = "<Z>", .id = 32, .special = false, .keeps_case = false});
  added.add({.content = "<z>", .id = 33, .special = false, .keeps_case = false});
  BertJapaneseTokenizer japanese({.vocabulary_size = w->size(),
                                  .added = std::make_shared<const AddedTokens>(added),
                                  .words = BasicWords({}),
                                  .pieces = WholeWord(w, 0),
                                  .lower_case = true});
  CHECK(ids(japanese, "[X]<Y><Z>") == std::vector<int>{30, 31, 33});
  CHECK(ids(japanese, "[x]").size() == 3);
}

TEST_CASE("words of never_split are pieces of the original BERT", "[text]") {
  BertJapaneseTokenizer bert({.vocabulary_size = w->size(),
                              .added = std::make_shared<const AddedTokens>(),
                              .words = BasicWords({.never_split = {"世界。", "猫!"}}),
                              .pieces = WordPiece(w, "[UNK]"),
                              .whole_word = WholeWord(w, 0),
                              .whole_words = {"世界。", "猫!", "猫"}});
  CHECK(ids(bert, "世界。 世界、 猫! 猫") == std::vector<int>{0, 10, 12, 0, 23});
}

TEST_CASE("special tokens in a text can be ordinary text", "[text]") {
  AddedTokens added;
  added.add({"[SEP]", 2});
  BertJapaneseTokenizer japanese({.vocabulary_size = w->size(),
                                  .added = std::make_shared<const AddedTokens>(added),
                                  .words = BasicWords({}),
                                  .pieces = WordPiece(w, "[UNK]"),
                                  .split_special_tokens = true});
  CHECK(ids(japanese, "世界[SEP]") == std::vector<int>{10, 0, 0, 0});
}

TEST_CASE("pieces point at the raw text, through normalisation and case", "[text]") {
  const std::string text = "ｱｯﾌﾟﾙストアと世界";
  auto pieces = tokenizer(w, mecab(), WordPiece(w, "[UNK]")).tokenize(text);
  REQUIRE(pieces.size() == 3);
  CHECK(pieces[0] == Piece{"アップルストア", 16, 0, 24, 0, 0});
  CHECK(pieces[1] == Piece{"[UNK]", 0, 24, 27, 0, 1});
  CHECK(pieces[2] == Piece{"世界", 10, 27, 33, 0, 2});
  pieces = tokenizer(w, mecab({.lower_case = true}), WholeWord(w, 0), true).tokenize("İＡ猫[SEP]です");
  REQUIRE(pieces.size() >= 3);
  const std::int32_t last = pieces.back().word;
  CHECK(pieces[pieces.size() - 2] == Piece{"[SEP]", 2, 8, 13, 0, last - 1});
  CHECK(pieces.back() == Piece{"です", 24, 13, 19, 0, last});
}

TEST_CASE("a NUL ends what MeCab sees only where the published encoding is asked for", "[text]") {
  using namespace std::string_literals;
  auto japanese = tokenizer(w, mecab(), WordPiece(w, "[UNK]"));
  const std::string text = "世界\0世界[SEP]世界"s;
  CHECK(japanese.tokenize(text).size() == 5);
  CHECK(japanese.tokenize(text, true, true).size() == 3);
}
