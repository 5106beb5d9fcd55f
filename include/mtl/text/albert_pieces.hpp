// In: a word. Out: SentencePiece's pieces of it, with ALBERT's rules for white space, quotes and commas.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/text/mapped_text.hpp>
#include <mtl/text/piece.hpp>
#include <mtl/text/sentencepiece.hpp>
#include <mtl/text/words.hpp>

namespace mtl {

/// The sub-words of a BertJapaneseTokenizer with a spiece.model (transformers, SentencepieceTokenizer, after
/// AlbertTokenizer). Every word begins with ▁. Ids are the model's own.
class AlbertPieces {
 public:
  /// `model` is shared with copies.
  explicit AlbertPieces(std::shared_ptr<const SentencePieceModel> model) : model_{std::move(model)} {}

  /// Adds the pieces of `word` to `out`; their ranges begin at `offset`.
  void split(std::string_view word, std::size_t offset, std::vector<Piece>& out) const {
    const MappedText clean = cleaned(word);
    for (Piece& piece : model_->encode(clean.text, true)) {
      const ByteRange range = source_range(clean, piece.begin, piece.end);
      piece.begin = offset + range.begin;
      piece.end = offset + range.end;
      if (ends_in_comma_after_digit(piece.text))
        append_without_comma(piece, word.substr(range.begin, range.end - range.begin), out);
      else
        append(std::move(piece), out);
    }
  }

 private:
  static constexpr std::string_view mark = "\u2581";

  void append(Piece piece, std::vector<Piece>& out) const {
    piece.id = model_->id(piece.text);
    out.push_back(std::move(piece));
  }

  /// One space between words, none around them; `` and '' are quotes.
  static MappedText cleaned(std::string_view word) {
    MappedText spaced;
    std::size_t end = 0;
    for (const ByteRange& part : split_at_spaces(word)) {
      if (!spaced.text.empty()) spaced.append(" ", static_cast<std::uint32_t>(end));
      end = part.end;
      for (std::size_t at = part.begin; at < part.end;) {
        const std::size_t length = decode_utf8(word, at).length;
        spaced.append(word.substr(at, length), static_cast<std::uint32_t>(at));
        at += length;
      }
    }
    spaced.close(word.size());
    MappedText quoted;
    for (std::size_t at = 0; at < spaced.text.size();) {
      const auto two = std::string_view(spaced.text).substr(at, 2);
      const bool quote = two == "``" || two == "''";
      quoted.append(quote ? "\"" : two.substr(0, 1), spaced.origin[at]);
      at += quote ? 2 : 1;
    }
    quoted.close(word.size());
    return quoted;
  }

  /// A digit of any kind, ² and ① too, as Python's str.isdigit().
  static bool is_digit(char32_t point) {
    const int kind = u_getIntPropertyValue(static_cast<UChar32>(point), UCHAR_NUMERIC_TYPE);
    return kind == U_NT_DECIMAL || kind == U_NT_DIGIT;
  }

  static bool ends_in_comma_after_digit(std::string_view piece) {
    if (piece.size() < 2 || piece.back() != ',') return false;
    std::size_t at = piece.size() - 2;
    while (at > 0 && !at_character_border(piece, at)) --at;
    return is_digit(decode_utf8(piece, at).value);
  }

  /// The piece without its comma is cut once more, by itself; the comma is a piece.
  void append_without_comma(const Piece& piece, std::string_view source, std::vector<Piece>& out) const {
    std::string inner;
    for (std::size_t at = 0; at + 1 < piece.text.size();) {
      const std::size_t length = decode_utf8(piece.text, at).length;
      const auto character = std::string_view(piece.text).substr(at, length);
      if (character != mark) inner += character;
      at += length;
    }
    auto parts = model_->encode(inner, true);
    if (!parts.empty() && parts.front().text.starts_with(mark) && !piece.text.starts_with(mark)) {
      parts.front().text.erase(0, mark.size());
      if (parts.front().text.empty()) parts.erase(parts.begin());
    }
    const std::size_t before = inner.size() + 1 <= source.size() && source.ends_with(inner + ",")
                                   ? source.size() - inner.size() - 1
                                   : std::string::npos;  // npos: normalisation hides which byte is whose
    parts.push_back({",", 0, inner.size(), inner.size() + 1});
    for (Piece& part : parts) {
      const bool first = &part == &parts.front();
      part.end = before == std::string::npos ? piece.end : piece.begin + before + part.end;
      part.begin = before == std::string::npos || first ? piece.begin : piece.begin + before + part.begin;
      append(std::move(part), out);
    }
  }

  std::shared_ptr<const SentencePieceModel> model_;
};

}  // namespace mtl
