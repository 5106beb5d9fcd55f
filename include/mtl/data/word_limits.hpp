// In: normalised candidates. Out: those whose number of words is right, cut after so many, and their spans
// where these can be read off the same words.
#pragma once

#include <concepts>
#include <span>
#include <vector>

#include <mtl/data/encode_text.hpp>
#include <mtl/data/for_each_candidate.hpp>
#include <mtl/labels/label_source.hpp>
#include <mtl/text/analyzer.hpp>

namespace mtl::detail {

/// A label source that reads spans off morphemes (PartOfSpeechSource), and knows whose it would read.
template <class S, class A>
concept MorphemeSource = LabelSource<S> &&
    requires(const S& source, const A& analyzer, std::span<const Morpheme> morphemes) {
  { source.spans_of(morphemes) } -> std::same_as<std::vector<Span>>;
  { source.analyzes_as(analyzer) } -> std::same_as<bool>;
};

/// Counts words: drops what is too long or too short, and cuts after max_words. Where the labels come from
/// the same words, the text is analysed this once.
template <MorphologicalAnalyzer A, LabelSource S>
void apply_word_limits(std::vector<Candidate>& candidates, const Corpus& corpus, const A& analyzer,
                       const S& source, const PrepareOptions& options, PrepareReport& report) {
  if (options.max_words == 0 && options.drop_words_from == 0 && options.min_words == 0) return;
  const auto limit = static_cast<std::size_t>(options.drop_words_from);
  const auto least = static_cast<std::size_t>(options.min_words);
  for_each_candidate(candidates, corpus, options, "count words", [&] {
    return [&, own = analyzer](Candidate& candidate, const Document&) mutable {
      const auto morphemes = own.analyze(candidate.text);
      candidate.words = morphemes.size();
      candidate.length = end_of_words(morphemes, options.max_words, candidate.length);
      const bool stays = (limit == 0 || candidate.words < limit) && candidate.words >= least;
      if constexpr (MorphemeSource<S, A>)
        if (stays && source.analyzes_as(analyzer))
          candidate.spans = clipped(source.spans_of(morphemes), candidate.length);
    };
  });
  keep_if(candidates, report, Dropped::TooLong,
          [&](const Candidate& candidate) { return limit == 0 || candidate.words < limit; });
  keep_if(candidates, report, Dropped::TooShort,
          [&](const Candidate& candidate) { return candidate.words >= least; });
}

}  // namespace mtl::detail
