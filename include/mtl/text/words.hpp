// What a word tokenizer hands to a sub-word tokenizer.
#pragma once

#include <vector>

#include <mtl/text/mapped_text.hpp>

namespace mtl {

/// Words of a text, as ranges of `text.text`, which a normaliser made from it.
struct Words {
  MappedText text;
  std::vector<ByteRange> words;
};

/// Gives the words between Python's white space, which belongs to none.
template <class Give>
void for_each_between_spaces(std::string_view text, Give give) {
  ByteRange word;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const DecodedPoint point = decode_utf8(text, at);
    const bool space = unicode::is_python_space(point.value);
    if (space && inside) give(word);
    if (!space && !inside) word.begin = at;
    at += point.length;
    inside = !space;
    if (inside) word.end = at;
  }
  if (inside) give(word);
}

/// The same as a list.
inline std::vector<ByteRange> split_at_spaces(std::string_view text) {
  std::vector<ByteRange> words;
  for_each_between_spaces(text, [&](const ByteRange& word) { words.push_back(word); });
  return words;
}

}  // namespace mtl
