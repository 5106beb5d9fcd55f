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

/// Splits at Python's white space, which belongs to no word.
inline std::vector<ByteRange> split_at_spaces(std::string_view text) {
  std::vector<ByteRange> words;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const DecodedPoint point = decode_utf8(text, at);
    const bool space = unicode::is_python_space(point.value);
    if (!space && !inside) words.push_back({at, at});
    at += point.length;
    inside = !space;
    if (inside) words.back().end = at;
  }
  return words;
}

}  // namespace mtl
