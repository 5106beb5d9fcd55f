// In: a text. Out: its sub-words, each with its id and its place.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include <mtl/text/piece.hpp>

namespace mtl {

/// The length of a model's inputs where nothing limits it.
inline constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

/// Ids of the special tokens, under BERT's names: XLM-RoBERTa's <s> is cls, its </s> is sep.
struct SpecialTokens {
  std::int32_t cls = 0;
  std::int32_t sep = 0;
  std::int32_t pad = 0;
  std::int32_t unk = 0;

  bool operator==(const SpecialTokens&) const = default;
};

/// What cuts a text into sub-words.
///
/// Beyond the syntax: `text` is UTF-8; pieces come in text order, their ranges are whole characters of
/// `text`, and what none covers is white space (or a control character that the checkpoint's own tokenizer
/// drops). No special token is added. `at_start` says whether `text` begins a text, or continues one: an
/// inner region gets no mark of a word's start that the text does not have. vocabulary_size() is one above
/// the greatest id. tokenize() may keep state, so every thread has its own copy; copies share what is large.
template <class T>
concept SubwordTokenizer = requires(T& tokenizer, std::string_view text, bool at_start) {
  { tokenizer.tokenize(text, at_start) } -> std::same_as<std::vector<Piece>>;
  { tokenizer.special() } -> std::same_as<SpecialTokens>;
  { tokenizer.vocabulary_size() } -> std::same_as<std::size_t>;
};

}  // namespace mtl
