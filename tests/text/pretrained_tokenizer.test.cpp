// Golden ids: transformers 4.57.6; how they were made stands in tests/data/text/README.md.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <mtl/text/pretrained_tokenizer.hpp>
#include <mtl/text/span_first.hpp>

#include "support/catch.hpp"

using namespace mtl;
using Catch::Matchers::Contains;

namespace pretrained_tests {

const std::string data = MTL_TEST_DATA "/text";

std::vector<std::string> sentences() {
  std::ifstream file(data + "/sentences.txt");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

/// A model folder with these files, in a fresh place.
std::string folder(const std::vector<std::pair<std::string, std::string>>& files) {
  const auto path = std::filesystem::temp_directory_path() / "mtl-pretrained-test";
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  for (const auto& [name, content] : files) std::ofstream(path / name) << content;
  return path.string();
}

const std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n\n猫\n世界\n";

}  // namespace pretrained_tests
using namespace pretrained_tests;

TEST_CASE("ids equal Hugging Face's for every kind of tokenizer", "[text]") {
  const std::string kind = GENERATE("wordpiece", "character", "basic", "original", "xlm_roberta");
  std::ifstream file(data + "/huggingface_ids.json");
  const auto golden = nlohmann::json::parse(file).at(kind).get<std::vector<std::vector<int>>>();
  const auto lines = sentences();
  REQUIRE(golden.size() == lines.size());
  auto tokenizer = PretrainedTokenizer::load(data + "/" + kind);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::vector<int> ids;
    for (const Piece& piece : tokenizer.encode(lines[i])) ids.push_back(piece.id);
    INFO(kind << ": " << lines[i]);
    CHECK(ids == golden[i]);
  }
}

TEST_CASE("no text is lost, and pieces stand in text order on borders of characters", "[text]") {
  const std::string kind = GENERATE("wordpiece", "character", "xlm_roberta");
  auto tokenizer = PretrainedTokenizer::load(data + "/" + kind);
  for (const auto& line : sentences()) {
    INFO(kind << ": " << line);
    const auto pieces = tokenizer.tokenize(line);
    CHECK(find_uncovered(line, pieces) == std::nullopt);
    std::size_t at = 0;
    for (const Piece& piece : pieces) {
      CHECK(piece.begin >= at);
      at = piece.begin;
      CHECK(piece.end >= piece.begin);
      CHECK(at_character_border(line, piece.begin));
      CHECK(at_character_border(line, piece.end));
    }
  }
}

TEST_CASE("an encoding is framed by special tokens and cut to the model's length", "[text]") {
  auto tokenizer = PretrainedTokenizer::load(data + "/wordpiece");
  CHECK(tokenizer.longest_input() == 64);
  CHECK(tokenizer.special() == SpecialTokens{.cls = 2, .sep = 3, .pad = 0, .unk = 1});
  std::string text;
  for (int i = 0; i < 100; ++i) text += "海、";
  const auto pieces = tokenizer.encode(text);
  REQUIRE(pieces.size() == 64);
  CHECK(pieces.front() == Piece{"[CLS]", 2, 0, 0, 0});
  CHECK(pieces.back() == Piece{"[SEP]", 3, text.size(), text.size(), 0});
  CHECK(tokenizer.encode("").size() == 2);
  CHECK_THROWS_AS(tokenizer.encode("\xFF"), Error);
}

TEST_CASE("a length that no integer holds means no limit", "[text]") {
  const auto path = folder(
      {{"vocab.txt", vocabulary}, {"tokenizer_config.json", R"({"tokenizer_class": "BertJapaneseTokenizer",
                              "model_max_length": 1000000000000000019884624838656})"}});
  auto tokenizer = PretrainedTokenizer::load(path);
  CHECK(tokenizer.longest_input() == unlimited);
  CHECK(tokenizer.encode("猫 世界").size() == 4);
}

TEST_CASE("the blank line of a vocabulary keeps its number", "[text]") {
  auto tokenizer = PretrainedTokenizer::load(folder(
      {{"vocab.txt", vocabulary}, {"config.json", R"({"tokenizer_class": "BertJapaneseTokenizer"})"}}));
  CHECK(tokenizer.tokenize("世界").at(0).id == 7);
  CHECK(tokenizer.vocabulary_size() == 8);
}

TEST_CASE("special tokens that the vocabulary lacks are appended, as Hugging Face does", "[text]") {
  auto tokenizer =
      PretrainedTokenizer::load(folder({{"vocab.txt", "[UNK]\n[CLS]\n[SEP]\n猫\n"},
                                        {"config.json", R"({"tokenizer_class": "BertJapaneseTokenizer"})"}}));
  CHECK(tokenizer.special() == SpecialTokens{.cls = 1, .sep = 2, .pad = 4, .unk = 0});
  CHECK(tokenizer.tokenize("[MASK]").at(0).id == 5);
  CHECK(tokenizer.vocabulary_size() == 6);
}

TEST_CASE("a token that is to be added gets the count of different tokens as its number", "[text]") {
  // 猫 stands twice: 6 lines, 5 tokens. Hugging Face numbers from 5, though 5 is a line's number.
  const auto path = folder({{"vocab.txt", "[UNK]\n[CLS]\n[SEP]\n猫\n[PAD]\n猫\n"},
                            {"tokenizer_config.json", R"({"tokenizer_class": "BertJapaneseTokenizer",
                              "additional_special_tokens": ["[X]", {"content": "[Y]", "lstrip": true}]})"}});
  auto tokenizer = PretrainedTokenizer::load(path);
  const auto pieces = tokenizer.tokenize("猫[MASK]猫 [Y][X]");
  REQUIRE(pieces.size() == 5);
  CHECK(pieces[0].id == 5);
  CHECK(pieces[1].id == 5);
  CHECK(pieces[3].id == 7);
  CHECK(pieces[4].id == 6);
  CHECK(tokenizer.vocabulary_size() == 8);
}

TEST_CASE("older folders name added tokens in files of their own", "[text]") {
  const std::string config = R"({"tokenizer_class": "BertJapaneseTokenizer", "mask_token": "[M]")";
  const std::vector<std::pair<std::string, std::string>> files{
      {"vocab.txt", vocabulary},
      {"added_tokens.json", R"({"<a>": 20})"},
      {"special_tokens_map.json",
       R"({"mask_token": {"content": "<m>", "lstrip": true}, "additional_special_tokens": ["<s>"]})"},
      {"tokenizer.json", R"({"model": {"vocab": {"added_tokens": 1}}, "added_tokens":
        [{"id": 30, "content": "<b>", "special": false, "normalized": true}]})"}};
  auto old = files;
  old.emplace_back("tokenizer_config.json", config + "}");
  auto tokenizer = PretrainedTokenizer::load(folder(old));
  std::vector<int> ids;
  for (const Piece& piece : tokenizer.tokenize("<a><b><m><s>")) ids.push_back(piece.id);
  CHECK(ids == std::vector<int>{20, 30, 10, 11});  // 8 lines, two numbered tokens, then the special ones
  // With an added_tokens_decoder, none of them counts.
  auto newer = files;
  newer.emplace_back("tokenizer_config.json",
                     config + R"(, "added_tokens_decoder": {"40": {"content": "[M]", "special": true}}})");
  auto other = PretrainedTokenizer::load(folder(newer));
  CHECK(other.tokenize("[M]").at(0).id == 40);
  CHECK(other.tokenize("<a>").size() == 3);
  CHECK(other.tokenize("<s>").size() == 3);
}

TEST_CASE("an added token of the unknown token's name takes its place, but not in words that are never split",
          "[text]") {
  // Ids by transformers 4.57.6: a listed word is looked up whole, in the vocabulary alone.
  auto tokenizer = PretrainedTokenizer::load(folder({{"vocab.txt", vocabulary},
                                                     {"tokenizer_config.json", R"({"never_split": ["foo"]})"},
                                                     {"added_tokens.json", R"({"[UNK]": 900})"},
                                                     {"config.json", R"({"model_type": "electra"})"}}));
  std::vector<int> ids;
  for (const Piece& piece : tokenizer.encode("foo bar [UNK] 猫")) ids.push_back(piece.id);
  CHECK(ids == std::vector<int>{2, 1, 900, 900, 6, 3});
}

TEST_CASE("an additional special token that is an object brings its own rules of white space", "[text]") {
  // Ids by transformers 4.57.6.
  const auto ids_with = [](const std::string& additional, const std::string& text = "xfoo") {
    auto tokenizer = PretrainedTokenizer::load(
        folder({{"vocab.txt", vocabulary},
                {"tokenizer_config.json",
                 R"({"added_tokens_decoder": {"900": {"content": "foo", "single_word": true}},
           "additional_special_tokens": [)" +
                     additional + "]}"},
                {"config.json", R"({"model_type": "bert"})"}}));
    std::vector<int> ids;
    for (const Piece& piece : tokenizer.encode(text)) ids.push_back(piece.id);
    return ids;
  };
  CHECK(ids_with(R"("foo")") == std::vector<int>{2, 1, 3});
  CHECK(ids_with(R"({"content": "foo", "__type": "AddedToken"})") == std::vector<int>{2, 1, 900, 3});
  // One with a role keeps that role's.
  CHECK(ids_with(R"("foo", {"content": "[CLS]", "single_word": true, "__type": "AddedToken"})",
                 "[SEP][CLS]") == std::vector<int>{2, 3, 2, 3});
}

TEST_CASE("never_split is BertTokenizer's basic words', and goes with them", "[text]") {
  // Ids by transformers 4.57.6: the word is cut, and its unknown token has the new id.
  auto tokenizer = PretrainedTokenizer::load(
      folder({{"vocab.txt", vocabulary},
              {"tokenizer_config.json", R"({"never_split": ["foo"], "do_basic_tokenize": false})"},
              {"added_tokens.json", R"({"[UNK]": 900})"},
              {"config.json", R"({"model_type": "bert"})"}}));
  std::vector<int> ids;
  for (const Piece& piece : tokenizer.encode("foo")) ids.push_back(piece.id);
  CHECK(ids == std::vector<int>{2, 900, 3});
}

TEST_CASE("what is not supported is refused with file and field", "[text]") {
  struct Row {
    const char *config, *complaint;
  };
  const auto row = GENERATE(values<Row>({
      {R"({"tokenizer_class": "T5Tokenizer"})", "tokenizer_class 'T5Tokenizer' is not supported"},
      {R"({"word_tokenizer_type": "sudachi"})", "word_tokenizer_type 'sudachi' is not supported"},
      {R"({"word_tokenizer_type": "jumanpp"})", "word_tokenizer_type 'jumanpp' is not supported"},
      {R"({"subword_tokenizer_type": "bpe"})", "subword_tokenizer_type 'bpe' is not supported"},
      {R"({"subword_tokenizer_type": "sentencepiece", "do_subword_tokenize": false})",
       "do_subword_tokenize is false"},
      {R"({"word_tokenizer_type": "mecab", "mecab_kwargs": {"mecab_dic": "unidic_lite"}})",
       "pip install unidic-lite"},
      {R"({"word_tokenizer_type": "mecab", "mecab_kwargs": {"mecab_dic": "mydic"}})", "mecab_dic is 'mydic'"},
      {R"({"word_tokenizer_type": "mecab", "mecab_kwargs": {"mecab_dic": "unidic"}})", "pip install unidic "},
      {R"({"word_tokenizer_type": "mecab", "mecab_kwargs": {"mecab_dic": null}})",
       "mecab_option names no dictionary"},
      {R"({"word_tokenizer_type": "mecab", "mecab_kwargs": {"mecab_dict": "ipadic"}})",
       "'mecab_dict' is not supported"},
      {R"({"word_tokenizer_type": "mecab", "mecab_kwargs": {"mecab_option": "-u a.dic"}})",
       "mecab_kwargs.mecab_option: the option '-u' of MeCab is not supported"},
      {R"({"do_lower_case": "yes"})", "do_lower_case must be true or false"},
      {R"({"model_max_length": "many"})", "model_max_length must be a number"},
      {R"({"never_split": "x"})", "never_split must be a list"},
      {R"({"never_split": [1]})", "never_split must be a list of strings"},
      {R"({"added_tokens_decoder": {"x": {"content": "a"}}})",
       "added_tokens_decoder: x: the id must be a number"},
      {R"({"added_tokens_decoder": {"5": "a"}})", "added_tokens_decoder: 5: must be an object"},
      {R"({"added_tokens_decoder": {"5": {"content": "a", "lstrip": 1}}})", "lstrip must be true or false"},
      {R"({"added_tokens_decoder": {"5": {"content": ""}}})",
       "added_tokens_decoder: 5: the token has no content"},
      {R"({"additional_special_tokens": ["[X]", ""]})", "additional_special_tokens: a token has no content"},
      {R"({"word_tokenizer_type": "mecab", "mecab_kwargs": []})", "mecab_kwargs: must be an object"},
      {R"({"tokenizer_class": "XLMRobertaTokenizer", "cls_token": "[CLS]"})", "cls_token must be <s>"},
      {R"({"tokenizer_class": "XLMRobertaTokenizer", "pad_token": "</s>"})", "pad_token must be <pad>"},
      {R"({"cls_token": null})", "cls_token is null"},
      {R"({"mask_token": 7})", "mask_token must be a string"},
      {R"({"additional_special_tokens": "[X]"})", "additional_special_tokens must be a list"},
      {R"({"extra_special_tokens": {"image_token": "<i>"}})", "extra_special_tokens is not supported"},
      {R"({"truncation_side": "middle"})", "truncation_side is 'middle'"},
      {R"({"tokenizer_class")", "not a JSON object"},
  }));
  INFO(row.config);
  const auto path = folder({{"vocab.txt", vocabulary},
                            {"tokenizer_config.json", row.config},
                            {"config.json", R"({"tokenizer_class": "BertJapaneseTokenizer"})"}});
  CHECK_THROWS_WITH(PretrainedTokenizer::load(path),
                    Contains("tokenizer_config.json") && Contains(row.complaint));
}

TEST_CASE("a word dictionary is refused by a tokenizer that has no use for one", "[text]") {
  const auto config = GENERATE(R"({"word_tokenizer_type": "basic"})", R"({"do_word_tokenize": false})");
  const auto path = folder({{"vocab.txt", vocabulary},
                            {"tokenizer_config.json", config},
                            {"config.json", R"({"tokenizer_class": "BertJapaneseTokenizer"})"}});
  CHECK_NOTHROW(PretrainedTokenizer::load(path));
  CHECK_THROWS_WITH(
      PretrainedTokenizer::load(path, {.word_dictionary = "ipadic"}),
      Contains("tokenizer_config.json") && Contains("the word dictionary 'ipadic' (--word-dic)"));
}

TEST_CASE("a folder that lacks something is refused by name", "[text]") {
  CHECK_THROWS_WITH(PretrainedTokenizer::load("/no/such/model"), "/no/such/model: no such model folder");
  CHECK_THROWS_WITH(PretrainedTokenizer::load(folder({})), Contains("no tokenizer_class"));
  CHECK_THROWS_WITH(PretrainedTokenizer::load(folder({{"config.json", R"({"model_type": "bert"})"}})),
                    Contains("vocab.txt"));
  const auto without_unknown =
      folder({{"vocab.txt", "[CLS]\n[SEP]\n"}, {"config.json", R"({"model_type": "bert"})"}});
  CHECK_THROWS_WITH(PretrainedTokenizer::load(without_unknown),
                    without_unknown + "/vocab.txt: the vocabulary has no [UNK], the token of unknown words");
  const std::string roberta = R"({"model_type": "xlm-roberta"})";
  CHECK_THROWS_WITH(PretrainedTokenizer::load(folder({{"config.json", roberta}})),
                    Contains("sentencepiece.bpe.model"));
  CHECK_THROWS_WITH(
      PretrainedTokenizer::load(folder({{"config.json", roberta}, {"sentencepiece.bpe.model", "no model"}})),
      Contains("not a SentencePiece model"));
}

TEST_CASE("the digest follows what determines the output, and nothing else", "[text]") {
  const auto digest = [](const std::string& words, const std::string& config) {
    return PretrainedTokenizer::load(folder({{"vocab.txt", words}, {"tokenizer_config.json", config}}))
        .digest();
  };
  const std::string plain = R"({"tokenizer_class": "BertJapaneseTokenizer"})";
  const std::string first = digest(vocabulary, plain);
  CHECK(first.size() == 32);
  CHECK(digest(vocabulary, plain) == first);
  CHECK(digest(vocabulary, R"({"tokenizer_class": "BertJapaneseTokenizer", "name_or_path": "x"})") == first);
  CHECK(digest(vocabulary + "犬\n", plain) != first);
  CHECK(digest(vocabulary, R"({"tokenizer_class": "BertJapaneseTokenizer", "do_lower_case": true})") !=
        first);
  CHECK(digest(vocabulary,
               R"({"tokenizer_class": "BertJapaneseTokenizer", "word_tokenizer_type": "mecab"})") != first);
}
