// Any text as one word, by a small vocabulary.
#include <memory>
#include <string>
#include <vector>

#include <mtl/text/wordpiece.hpp>

#include "target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mtl;
  static const auto vocabulary = std::make_shared<const Vocabulary>(
      std::vector<std::string>{"[UNK]", "", "a", "ab", "##b", "##c", "か", "##が", "が", "##か\xE3\x82\x99",
                               "\xCC\x88", "##\xCC\x88", "𠮷", "##𠮷野"});
  static const WordPiece word_piece(vocabulary, "[UNK]");
  const auto text = fuzz::bytes_of(data, size);
  if (find_invalid_utf8(text)) return 0;
  std::vector<Piece> pieces;
  word_piece.split(text, 7, pieces);
  std::size_t end = 7;
  for (const auto& piece : pieces) {
    fuzz::expect(piece.begin >= end && piece.end > piece.begin && piece.end <= 7 + size,
                 "pieces follow each other");
    fuzz::expect(piece.id >= 0 && static_cast<std::size_t>(piece.id) < vocabulary->size(), "an id is one");
    fuzz::expect(at_character_border(text, piece.begin - 7) && at_character_border(text, piece.end - 7),
                 "a piece cuts no character");
    end = piece.end;
  }
  return 0;
}
