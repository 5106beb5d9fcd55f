#include <memory>
#include <random>
#include <string>
#include <vector>

#include <mtl/text/piece_trie.hpp>
#include <mtl/text/wordpiece.hpp>

#include "support/catch.hpp"

using namespace mtl;

namespace piece_trie_tests {

std::string random_word(std::mt19937& chance, std::size_t most) {
  constexpr std::u32string_view letters = U"ab#か𠮷";
  std::string word;
  for (std::size_t left = 1 + chance() % most; left > 0; --left)
    append_utf8(word, letters[chance() % letters.size()]);
  return word;
}

/// Longest piece first, by looking every spelling up: what the tree must agree with.
std::vector<std::int32_t> looked_up(const Vocabulary& vocabulary, const std::string& word,
                                    std::int32_t unknown) {
  std::vector<std::int32_t> ids;
  for (std::size_t at = 0; at < word.size();) {
    std::size_t end = word.size();
    const std::string mark = at == 0 ? "" : "##";
    while (end > at &&
           (!at_character_border(word, end) || !vocabulary.find(mark + word.substr(at, end - at))))
      --end;
    if (end == at) return {unknown};
    ids.push_back(*vocabulary.find(mark + word.substr(at, end - at)));
    at = end;
  }
  return ids;
}

}  // namespace piece_trie_tests
using namespace piece_trie_tests;

TEST_CASE("a walk through the tree finds what looking every spelling up finds", "[text]") {
  std::mt19937 chance(3);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::string> tokens{"[UNK]", "", "##", "\xE3\x81", "a", "a"};
    for (int i = 0; i < 60; ++i) tokens.push_back((chance() % 2 == 0 ? "" : "##") + random_word(chance, 3));
    const auto vocabulary = std::make_shared<const Vocabulary>(tokens);
    const WordPiece wordpiece(vocabulary, "[UNK]");
    for (int i = 0; i < 200; ++i) {
      const std::string word = random_word(chance, 6);
      std::vector<Piece> pieces;
      wordpiece.split(word, 0, pieces);
      std::vector<std::int32_t> ids;
      for (const Piece& piece : pieces) {
        ids.push_back(piece.id);
        CHECK(vocabulary->tokens()[static_cast<std::size_t>(piece.id)] == piece.text);
      }
      CHECK(ids == looked_up(*vocabulary, word, 0));
    }
  }
}

TEST_CASE("a tree has the spellings of its vocabulary and no others", "[text]") {
  const PieceTrie trie(Vocabulary({"か", "かき", "##", "x"}));
  CHECK(trie.walk("##").has_value());
  CHECK_FALSE(trie.walk("き").has_value());
  const auto* step = trie.step(PieceTrie::root, U'か');
  REQUIRE(step != nullptr);
  CHECK(step->id == 0);
  CHECK(trie.step(step->node, U'き')->id == 1);
  CHECK(trie.step(step->node, U'か') == nullptr);
  CHECK(trie.step(PieceTrie::root, U'#')->id == PieceTrie::nobody);
}
