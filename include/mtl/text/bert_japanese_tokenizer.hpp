// In: a text. Out: sub-words, as Hugging Face's BertJapaneseTokenizer and BertTokenizer cut them.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <mtl/text/added_tokens.hpp>
#include <mtl/text/albert_pieces.hpp>
#include <mtl/text/analyzed_words.hpp>
#include <mtl/text/basic_words.hpp>
#include <mtl/text/character.hpp>
#include <mtl/text/mecab.hpp>
#include <mtl/text/tokenizer.hpp>
#include <mtl/text/wordpiece.hpp>

namespace mtl {

/// The text as one word (do_word_tokenize = false).
struct WholeText {
  /// One word, white space and all.
  Words words(std::string_view text) const { return {unchanged(text), {{0, text.size()}}}; }
};

/// The word as one token (do_subword_tokenize = false).
class WholeWord {
 public:
  /// A word that the vocabulary does not have gets `unknown_id`.
  explicit WholeWord(std::shared_ptr<const Vocabulary> vocabulary = nullptr, std::int32_t unknown_id = 0)
      : vocabulary_{std::move(vocabulary)}, unknown_id_{unknown_id} {}

  /// Adds the word as one piece to `out`; its range begins at `offset`.
  void split(std::string_view word, std::size_t offset, std::vector<Piece>& out) const {
    const auto id = vocabulary_->find(word).value_or(unknown_id_);
    out.push_back({std::string(word), id, offset, offset + word.size(), 0});
  }

 private:
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::int32_t unknown_id_;
};

/// What cuts a text into words, and words into pieces.
using WordSplitter = std::variant<WholeText, BasicWords, AnalyzedWords<MeCabAnalyzer>>;
using PieceSplitter = std::variant<WholeWord, WordPiece, Characters, AlbertPieces>;

/// The parts a BertJapaneseTokenizer is put together from.
struct BertJapaneseParts {
  std::size_t vocabulary_size = 0;             ///< without added tokens
  std::shared_ptr<const AddedTokens> added{};  ///< with the special tokens
  SpecialTokens special{};
  WordSplitter words{};
  PieceSplitter pieces{};
  bool lower_case = false;  ///< of the whole text before all else, but for tokens that keep their case
  bool split_special_tokens = false;                 ///< added tokens in a text are ordinary text
  std::optional<WholeWord> whole_word{};             ///< what makes a piece of one of whole_words
  std::set<std::string, std::less<>> whole_words{};  ///< words that are pieces: BertTokenizer's never_split
};

/// Added tokens stay whole; between them the text is cut into words, words into pieces (transformers 4.57).
///
/// Copies share the vocabulary and the dictionary. `at_start` makes no difference.
class BertJapaneseTokenizer {
 public:
  /// `parts.added` must not be null.
  explicit BertJapaneseTokenizer(BertJapaneseParts parts) : parts_{std::move(parts)} {}

  /// `nul_ends_part`: MeCab gets nothing after a NUL, up to the next added token. Hugging Face's tokenizer
  /// hands its text to MeCab as a C string.
  std::vector<Piece> tokenize(std::string_view text, bool /*at_start*/ = true, bool nul_ends_part = false) {
    const MappedText source = parts_.lower_case ? lower_each(text) : unchanged(text);
    std::vector<Piece> pieces;
    pieces.reserve(text.size() / 5);  // Japanese words have two characters, of three bytes each
    if (parts_.split_special_tokens) {
      append_part(source, {0, source.text.size()}, nul_ends_part, pieces);
      return pieces;
    }
    for (const auto& [range, token, gaps] : parts_.added->split(source.text)) {
      if (token) {
        const ByteRange where = source_range(source, range.begin, range.end);
        pieces.push_back({token->content, token->id, where.begin, where.end, 0, next_word(pieces)});
      } else if (gaps.empty()) {
        append_part(source, range, nul_ends_part, pieces);
      } else {
        const MappedText part = without(source, range, gaps);
        append_part(part, {0, part.text.size()}, nul_ends_part, pieces);
      }
    }
    return pieces;
  }

  SpecialTokens special() const { return parts_.special; }

  /// One above the greatest id, added tokens included.
  std::size_t vocabulary_size() const {
    std::size_t size = parts_.vocabulary_size;
    for (const AddedToken& token : parts_.added->tokens())
      size = std::max(size, static_cast<std::size_t>(token.id) + 1);
    return size;
  }

 private:
  void append_part(const MappedText& source, const ByteRange& range, bool nul_ends_part,
                   std::vector<Piece>& out) {
    auto part = std::string_view(source.text).substr(range.begin, range.end - range.begin);
    if (nul_ends_part && std::holds_alternative<AnalyzedWords<MeCabAnalyzer>>(parts_.words))
      part = part.substr(0, part.find('\0'));
    Words words = std::visit([&](auto& splitter) { return splitter.words(part); }, parts_.words);
    const std::size_t before = out.size();
    for (const ByteRange& word : words.words) {
      const std::size_t first = out.size();
      const std::int32_t index = next_word(out);
      append_word(std::string_view(words.text.text).substr(word.begin, word.end - word.begin), word.begin,
                  out);
      for (std::size_t i = first; i < out.size(); ++i) out[i].word = index;
    }
    const MappedText whole = through(source, range.begin, std::move(words.text));
    for (std::size_t i = before; i < out.size(); ++i) {
      const ByteRange where = source_range(whole, out[i].begin, out[i].end);
      out[i].begin = where.begin;
      out[i].end = where.end;
      if (const AddedToken* token = parts_.added->find(out[i].text)) out[i].id = token->id;
    }
  }

  void append_word(std::string_view word, std::size_t offset, std::vector<Piece>& out) const {
    if (parts_.whole_word && parts_.whole_words.contains(word))
      return parts_.whole_word->split(word, offset, out);
    std::visit([&](const auto& splitter) { splitter.split(word, offset, out); }, parts_.pieces);
  }

  /// Lower case, character by character: Hugging Face's regular expression hands them over one at a time, so
  /// a final sigma stays σ here.
  MappedText lower_each(std::string_view text) const {
    MappedText low;
    for (std::size_t at = 0; at < text.size();) {
      const auto from = static_cast<std::uint32_t>(at);
      if (const std::size_t cased = parts_.added->cased_at_start_of(text.substr(at))) {
        const MappedText same = unchanged(text.substr(at, cased));
        for (std::size_t i = 0; i < cased; ++i) low.append(text.substr(at + i, 1), from + same.origin[i]);
        at += cased;
        continue;
      }
      const DecodedPoint point = decode_utf8(text, at);
      low.append(static_cast<char32_t>(u_tolower(static_cast<UChar32>(point.value))), from);
      if (point.value == 0x130) low.append(U'\u0307', from);  // İ: the one character with two in lower case
      at += point.length;
    }
    low.close(text.size());
    return low;
  }

  BertJapaneseParts parts_;
};

static_assert(SubwordTokenizer<BertJapaneseTokenizer>);

}  // namespace mtl
