// Vectors: transformers, tests/models/bert_japanese/test_tokenization_bert_japanese.py (046eae0).
#include <memory>
#include <string>
#include <vector>

#include <mtl/text/character.hpp>
#include <mtl/text/wordpiece.hpp>

#include "support/catch.hpp"

using namespace mtl;

namespace wordpiece_tests {

std::shared_ptr<const Vocabulary> vocabulary(std::vector<std::string> tokens) {
  return std::make_shared<const Vocabulary>(std::move(tokens));
}

const auto ten = vocabulary(
    {"[UNK]", "[CLS]", "[SEP]", "こんにちは", "こん", "にちは", "ばんは", "##こん", "##にちは", "##ばんは"});
const auto thirteen =
    vocabulary({"[UNK]", "[CLS]", "[SEP]", "こ", "ん", "に", "ち", "は", "ば", "世", "界", "、", "。"});

template <class Splitter>
std::string split(const Splitter& splitter, const std::string& word) {
  std::vector<Piece> pieces;
  splitter.split(word, 0, pieces);
  std::string joined;
  for (const Piece& piece : pieces) joined += (joined.empty() ? "" : " ") + piece.text;
  return joined;
}

}  // namespace wordpiece_tests
using namespace wordpiece_tests;

TEST_CASE("WordPiece equals Hugging Face's", "[text]") {
  const WordPiece wordpiece(ten, "[UNK]");
  CHECK(split(wordpiece, "") == "");
  CHECK(split(wordpiece, "こんにちは") == "こんにちは");
  CHECK(split(wordpiece, "こんばんは") == "こん ##ばんは");
  CHECK(split(wordpiece, "こんばんは こんばんにちは こんにちは") == "こん ##ばんは [UNK] こんにちは");
  CHECK(split(wordpiece, " \u3000\u2028") == "");
}

TEST_CASE("a word of more than 100 characters is unknown", "[text]") {
  const WordPiece wordpiece(vocabulary({"[UNK]", "あ", "##あ"}), "[UNK]");
  const auto word = [](int n) {
    std::string text;
    for (int i = 0; i < n; ++i) text += "あ";
    return text;
  };
  std::vector<Piece> pieces;
  wordpiece.split(word(100), 0, pieces);
  CHECK(pieces.size() == 100);
  pieces.clear();
  wordpiece.split(word(101), 7, pieces);
  REQUIRE(pieces.size() == 1);
  CHECK(pieces[0] == Piece{"[UNK]", 0, 7, 310, 0});
}

TEST_CASE("pieces know their bytes, and an unknown word keeps all of its own", "[text]") {
  std::vector<Piece> pieces;
  WordPiece(ten, "[UNK]").split("こんばんは 猫こん", 100, pieces);
  REQUIRE(pieces.size() == 3);
  CHECK(pieces[0] == Piece{"こん", 4, 100, 106, 0});
  CHECK(pieces[1] == Piece{"##ばんは", 9, 106, 115, 0});
  CHECK(pieces[2] == Piece{"[UNK]", 0, 116, 125, 0});
}

TEST_CASE("character pieces equal Hugging Face's", "[text]") {
  const Characters characters(thirteen, "[UNK]");
  CHECK(split(characters, "こんにちは") == "こ ん に ち は");
  CHECK(split(characters, "こんにちほ") == "こ ん に ち [UNK]");
  std::vector<Piece> pieces;
  characters.split("こは\u3099", 5, pieces);  // は and its mark become ば
  REQUIRE(pieces.size() == 2);
  CHECK(pieces[1] == Piece{"ば", 8, 8, 14, 0});
}

TEST_CASE("a vocabulary without the unknown token is refused", "[text]") {
  CHECK_THROWS_WITH(WordPiece(vocabulary({"a"}), "[UNK]"),
                    "the vocabulary has no [UNK], the token of unknown words");
  CHECK_THROWS_AS(Characters(vocabulary({"a"}), "[UNK]"), Error);
}
