// In: MeCab's lattice of the beginning of a text. Out: the first words, as far as nothing that may follow can
// change them.
//
// MeCab goes through a text once. At every place where a word may begin it looks up the words that do, and
// for each of these it keeps the cheapest way to it (Viterbi). Both depend on what stands before, and on no
// more than some bytes that follow: as many as the longest word has. So from the text's beginning alone all
// words, with their ways, are right which begin before its last bytes. The best way through the whole text
// passes through one of those that stand across some place before that. Where their ways come from one word,
// it is a word of the whole text, and so are all on the way to it.
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

/// A place such that all words which begin there or before are those of every text that goes on from here.
/// Nothing where there is none.
///
/// MeCab passes over blanks before it looks a word up. From a place without one none is passed over, so that
/// it sees no farther than `reach`. An unknown word may be as long as the characters are of one kind; where
/// it ends with the sentence it might be longer.
inline std::optional<std::size_t> settled_place(const MeCab::Lattice& lattice, std::size_t reach) {
  if (lattice.size() <= reach) return std::nullopt;
  std::size_t place = lattice.size() - reach;
  for (const auto* word = lattice.end_nodes(lattice.size()); word != nullptr; word = word->enext)
    place = std::min(place, begin_of(lattice, *word));
  while (place-- > 0)
    if (const auto* word = lattice.begin_nodes(place); word != nullptr && word->rlength == word->length)
      return place;
  return std::nullopt;
}

/// The words that begin at `place` or before it and end behind it.
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
/// The lattice is parsed, for the best way alone.
inline std::vector<const MeCab::Node*> settled_words(const MeCab::Lattice& lattice, std::size_t reach) {
  std::vector<const MeCab::Node*> words;
  const auto place = settled_place(lattice, reach);
  if (!place) return words;
  const auto* word = where_ways_part(lattice, words_across(lattice, *place));
  for (; word->prev != nullptr; word = word->prev) words.push_back(word);
  std::ranges::reverse(words);
  return words;
}

}  // namespace mtl::detail
