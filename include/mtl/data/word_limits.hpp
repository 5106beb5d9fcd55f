// In: normalised candidates. Out: each cut after so many words, with its spans where these can be read off
// the same words; those of too many or too few words left out.
#pragma once

#include <algorithm>
#include <concepts>
#include <span>
#include <utility>
#include <vector>

#include <mtl/data/encode_text.hpp>
#include <mtl/data/for_each_candidate.hpp>
#include <mtl/labels/label_source.hpp>
#include <mtl/text/analyzer.hpp>

namespace mtl::detail {

/// A label source that reads spans off morphemes (PartOfSpeechSource), and knows whose it would read.
///
/// Beyond the syntax: it does not look ahead. The spans of a text's first morphemes are the first of the
/// text's, but that the last may become longer.
template <class S, class A>
concept MorphemeSource = LabelSource<S> &&
    requires(const S& source, const A& analyzer, std::span<const Morpheme> morphemes) {
  { source.spans_of(morphemes) } -> std::same_as<std::vector<Span>>;
  { source.analyzes_as(analyzer) } -> std::same_as<bool>;
};

/// How many words of a text are to be known: as many as decide whether it stays, and all that are left of it.
inline std::size_t words_to_know(const PrepareOptions& options) {
  const auto limit = static_cast<std::size_t>(options.drop_words_from);
  const auto least = static_cast<std::size_t>(options.min_words);
  // A text that stays has fewer words than the limit.
  const bool known_by_limit = options.max_words == 0 && limit > 0;
  return std::max({known_by_limit ? limit : words_up_to_cut(options.max_words), limit, least});
}

inline bool is_too_long(const Candidate& candidate, const PrepareOptions& options) {
  return options.drop_words_from > 0 && *candidate.words >= static_cast<std::size_t>(options.drop_words_from);
}

inline bool is_too_short(const Candidate& candidate, const PrepareOptions& options) {
  return *candidate.words < static_cast<std::size_t>(options.min_words);
}

/// Counts a candidate's words and cuts it after max_words. Where its labels come from the same words, they
/// are read off here: the text is analysed this once.
template <MorphologicalAnalyzer A, LabelSource S>
void cut_after_words(Candidate& candidate, A& analyzer, const S& source, const PrepareOptions& options) {
  const auto words = first_morphemes(analyzer, candidate.text, words_to_know(options));
  candidate.words = words.size();
  candidate.length = end_of_words(words, options.max_words, candidate.length);
  if (is_too_long(candidate, options) || is_too_short(candidate, options)) return;
  if constexpr (MorphemeSource<S, A>)
    if (source.analyzes_as(analyzer)) candidate.spans = clipped(source.spans_of(words), candidate.length);
}

/// Takes the first words of a text alone, and their spans; `length` ends with what is known of these. False
/// where there are too few, or where spans do not come from them.
template <MorphologicalAnalyzer A, LabelSource S>
bool cut_to_beginning(Candidate& candidate, A& analyzer, const S& source, const PrepareOptions& options,
                      int words) {
  if constexpr (MorphemeSource<S, A>) {
    if ((options.max_words > 0 && options.max_words < words) || !source.analyzes_as(analyzer)) return false;
    const auto most = static_cast<std::size_t>(words);
    auto spans = source.spans_of(first_morphemes(analyzer, candidate.text, most));
    if (spans.empty()) return false;
    // What follows might lengthen the last span, and the text behind it.
    candidate.length = spans.back().begin;
    spans.pop_back();
    candidate.spans = std::move(spans);
    candidate.beginning = true;
    return true;
  }
  return false;
}

/// As if the beginning had not been looked at.
inline void forget_beginning(Candidate& candidate) {
  candidate.length = candidate.text.size();
  candidate.spans.reset();
  candidate.beginning = false;
}

/// Drops what has too many words or too few. Without such limits it does nothing: a text is cut when it is
/// encoded, for many are never.
template <MorphologicalAnalyzer A, LabelSource S>
void drop_by_words(std::vector<Candidate>& candidates, const Corpus& corpus, const A& analyzer,
                   const S& source, const PrepareOptions& options, PrepareReport& report) {
  if (options.drop_words_from == 0 && options.min_words == 0) return;
  for_each_candidate(candidates, corpus, options, "find words", [&] {
    return [&, own = analyzer](Candidate& candidate, const Document&) mutable {
      cut_after_words(candidate, own, source, options);
    };
  });
  keep_if(candidates, report, Dropped::TooLong,
          [&](const Candidate& candidate) { return !is_too_long(candidate, options); });
  keep_if(candidates, report, Dropped::TooShort,
          [&](const Candidate& candidate) { return !is_too_short(candidate, options); });
}

}  // namespace mtl::detail
