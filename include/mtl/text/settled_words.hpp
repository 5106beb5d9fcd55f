// In: MeCab's lattice of the beginning of a text. Out: the first words, as far as nothing that may follow can
// change them.
//
// MeCab goes through a text once. At every place where a word may begin it looks up the words that do, and
// for each of these it keeps the cheapest way to it (Viterbi). Both depend on what stands before, and on no
// more than some bytes that follow: as many as the longest word has. (An unknown word may be longer, and
// blanks are passed over before a word is looked up. Where such meets the end of the beginning, the lattice
// shows it.) So from the text's beginning alone all words, with their ways, are right which begin before its
// last bytes. The best way through the whole text passes through one of those that stand across some place
// before that. Where their ways come from one word, it is a word of the whole text, and so are all on the way
// to it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include <mecab.h>

namespace mtl::detail {

/// The first byte of a word in its sentence, with the blanks before it.
inline std::size_t begin_of(const MeCab::Lattice& lattice, const MeCab::Node& word) {
  return static_cast<std::size_t>(word.surface - lattice.sentence()) - (word.rlength - word.length);
}

/// The least byte at which a word begins that ends with the sentence, or behind it (where MeCab met its end
/// while it passed over blanks); `bound` where that is less. Such a word might go on in a longer text.
inline std::size_t before_words_at_the_end(const MeCab::Lattice& lattice, std::size_t bound) {
  constexpr std::size_t behind = 4;  // so many more lists has a lattice than its sentence has bytes
  for (std::size_t end = lattice.size(); end < lattice.size() + behind; ++end)
    for (const auto* word = lattice.end_nodes(end); word != nullptr; word = word->enext)
      bound = std::min(bound, begin_of(lattice, *word));
  return bound;
}

/// The greatest place below `bound` where words begin that have no blanks before them. Nothing where there is
/// none.
inline std::optional<std::size_t> place_below(const MeCab::Lattice& lattice, std::size_t bound) {
  while (bound-- > 0)
    if (const auto* word = lattice.begin_nodes(bound); word != nullptr && word->rlength == word->length)
      return bound;
  return std::nullopt;
}

/// The words that begin at `place` or before it and end behind it, but before the sentence does.
inline std::vector<const MeCab::Node*> words_across(const MeCab::Lattice& lattice, std::size_t place) {
  std::vector<const MeCab::Node*> words;
  for (std::size_t end = place + 1; end < lattice.size(); ++end)
    for (const auto* word = lattice.end_nodes(end); word != nullptr; word = word->enext)
      if (begin_of(lattice, *word) <= place) words.push_back(word);
  return words;
}

/// The last word that the best ways to all of `words` have in common; the sentence's begin where they have
/// none. There is at least one of them.
inline const MeCab::Node* where_ways_part(const MeCab::Lattice& lattice,
                                          std::vector<const MeCab::Node*> words) {
  // The sentence's begin stands before the words that begin with the sentence.
  const auto order = [&lattice](const MeCab::Node* word) {
    return word->prev == nullptr ? 0 : 1 + begin_of(lattice, *word);
  };
  while (words.size() > 1) {
    const auto latest = std::ranges::max_element(words, {}, order);
    if (std::ranges::find(words, (*latest)->prev) == words.end())
      *latest = (*latest)->prev;
    else
      words.erase(latest);
  }
  return words.front();
}

/// The words with which the best way through every text begins that goes on from the lattice's sentence.
/// `reach`: more bytes than the longest word of the dictionary has.
///
/// The lattice is parsed, for the best way alone; its sentence ends with a NUL, as MeCab looks for more words
/// there.
inline std::vector<const MeCab::Node*> settled_words(const MeCab::Lattice& lattice, std::size_t reach) {
  std::vector<const MeCab::Node*> words;
  if (lattice.size() <= reach) return words;
  std::size_t bound = before_words_at_the_end(lattice, lattice.size() - reach);
  while (const auto place = place_below(lattice, bound)) {
    const auto across = words_across(lattice, *place);
    // A word that stands behind the place, for blanks were passed over there, was looked up nearer to the end
    // than `reach`.
    const auto farther = std::ranges::find_if(
        across, [&](const MeCab::Node* word) { return word->surface > lattice.sentence() + *place; });
    if (across.empty() || farther != across.end()) {
      bound = across.empty() ? *place : begin_of(lattice, **farther);
      continue;
    }
    const auto* word = where_ways_part(lattice, across);
    for (; word->prev != nullptr; word = word->prev) words.push_back(word);
    std::ranges::reverse(words);
    break;
  }
  return words;
}

}  // namespace mtl::detail
