// In: normalised candidates within the word limits. Out: examples, once each and in equal class sizes.
#pragma once

#include <algorithm>
#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <mtl/data/encode_text.hpp>
#include <mtl/data/for_each_candidate.hpp>
#include <mtl/data/word_limits.hpp>
#include <mtl/labels/label_source.hpp>
#include <mtl/text/remembering_tokenizer.hpp>

namespace mtl::detail {

/// A label source to which nothing of a document matters but its normalised text.
template <class S>
concept TextSource = LabelSource<S> && requires(S& source, std::string_view text) {
  { source.spans_in(text) } -> std::same_as<std::vector<Span>>;
};

template <LabelSource S>
std::vector<Span> spans_of(const Candidate& candidate, const Document& document, S& source,
                           const PrepareOptions& options) {
  if constexpr (TextSource<S>) return clipped(source.spans_in(candidate.text), candidate.length);
  return clipped(source.spans(document.id, normalize(document.text, options.normalize)), candidate.length);
}

/// The first `most` token ids as bytes, to compare by: texts that differ after the last one are the same to a
/// model.
inline std::string_view ids_of(const Candidate& candidate, std::size_t most = unlimited) {
  const auto& ids = candidate.example.ids;
  return {reinterpret_cast<const char*>(ids.data()), std::min(most, ids.size()) * sizeof ids[0]};
}

/// Makes examples of candidates.
template <SubwordTokenizer T, LabelSource S, MorphologicalAnalyzer A>
class CandidateEncoder {
 public:
  /// The tokens of a beginning, special ones counted: enough to tell most texts from one another.
  static constexpr int beginning = 34;

  /// All of these must outlive it.
  CandidateEncoder(const Corpus& corpus, const T& tokenizer, const S& source, const LabelSet& labels,
                   const A& analyzer, const PrepareOptions& options)
      : corpus_{corpus},
        tokenizer_{tokenizer},
        source_{source},
        labels_{labels},
        analyzer_{analyzer},
        options_{options},
        short_options_{options} {
    short_options_.max_pieces = std::min(beginning, options.max_pieces);
  }

  /// Cuts and encodes all; drops what is empty or became a duplicate by the cuts; keeps equal class sizes.
  ///
  /// Of texts that will be left out for their number only the beginnings are analysed and tokenised: a
  /// beginning that no other text shares makes no duplicate.
  void operator()(std::vector<Candidate>& candidates, std::size_t classes, PrepareReport& report) const {
    mark_wanted(candidates, classes);
    encode(candidates, "tokenise");
    complete(candidates, share_their_beginnings(candidates), "compare");
    keep_if(candidates, report, Dropped::Empty,
            [](const Candidate& candidate) { return candidate.example.ids.size() > 2; });
    drop_duplicates(candidates, options_, report, Dropped::DuplicateOnceCut,
                    [](const Candidate& candidate) { return ids_of(candidate); });
    balance(candidates, classes, options_, report);
    complete(candidates, std::vector<bool>(candidates.size(), true), "tokenise");
  }

 private:
  /// Those that stay if no other is dropped. Ordinary tokens of a text may depend on its end: of these there
  /// are no beginnings.
  void mark_wanted(std::vector<Candidate>& candidates, std::size_t classes) const {
    if (!options_.balance || options_.tokens != Tokens::SpanFirst) return;
    std::vector<std::size_t> sizes(classes), taken(classes);
    for (const Candidate& candidate : candidates) ++sizes.at(candidate.label);
    const std::size_t size =
        options_.per_class > 0 ? static_cast<std::size_t>(options_.per_class) : std::ranges::min(sizes);
    for (Candidate& candidate : candidates) candidate.wanted = taken[candidate.label]++ < size;
  }

  /// Tokenises and labels the candidates: those that are wanted whole, of the others the beginnings.
  ///
  /// Words first, of all: an analyser is slower where a tokenizer uses the processor's cache between two
  /// texts.
  void encode(std::vector<Candidate>& candidates, const char* what) const {
    if (options_.max_words > 0 || labels_come_from_words())
      for_each_candidate(candidates, corpus_, options_, "find words", [this] {
        return [this, analyzer = analyzer_](Candidate& candidate, const Document&) mutable {
          find_words(candidate, analyzer);
        };
      });
    for_each_candidate(candidates, corpus_, options_, what, [this] {
      return [this, tokenizer = tokenizer_, source = source_, analyzer = analyzer_](
                 Candidate& candidate, const Document& document) mutable {
        if (!candidate.spans) candidate.spans = spans_of(candidate, document, source, options_);
        tokenize(candidate, document, tokenizer);
        if (!candidate.beginning) return;
        forget_beginning(candidate);
        if (candidate.cut) return;
        // Its first words did not give all the tokens.
        cut_after_words(candidate, analyzer, source, options_);
        tokenize(candidate, document, tokenizer);
      };
    });
  }

  bool labels_come_from_words() const {
    if constexpr (MorphemeSource<S, A>) return source_.analyzes_as(analyzer_);
    return false;
  }

  void find_words(Candidate& candidate, A& analyzer) const {
    constexpr int words = beginning + 6;  // the last ones may belong to what is not known whole
    const bool short_one = !candidate.wanted && options_.join == JoinOrder::TextOrder;
    if (candidate.words) return;
    if (short_one && cut_to_beginning(candidate, analyzer, source_, options_, words)) return;
    cut_after_words(candidate, analyzer, source_, options_);
  }

  void tokenize(Candidate& candidate, const Document& document, RememberingTokenizer<T>& tokenizer) const {
    const PrepareOptions& cut = candidate.wanted ? options_ : short_options_;
    const auto text = std::string_view(candidate.text).substr(0, candidate.length);
    const auto pieces = label_pieces(tokenizer, text, *candidate.spans, labels_, cut);
    candidate.cut = pieces.cut;
    candidate.complete = !candidate.beginning && (!pieces.cut || cut.max_pieces == options_.max_pieces);
    candidate.example = to_example(document.id, std::string(text), static_cast<std::int32_t>(candidate.label),
                                   pieces, tokenizer.special(), options_, is_labelled(source_, document.id));
    if (candidate.complete) candidate.spans.reset();  // of no more use; they are more bytes than the text
  }

  /// Encodes those of the candidates `which` that are not yet complete.
  void complete(std::vector<Candidate>& candidates, const std::vector<bool>& which, const char* what) const {
    std::vector<std::size_t> places;
    std::vector<Candidate> rest;
    for (std::size_t i = 0; i < candidates.size(); ++i)
      if (which[i] && !candidates[i].complete) {
        places.push_back(i);
        rest.push_back(std::move(candidates[i]));
        rest.back().wanted = true;
      }
    if (rest.empty()) return;
    encode(rest, what);
    for (std::size_t i = 0; i < rest.size(); ++i) candidates[places[i]] = std::move(rest[i]);
  }

  /// For each candidate whether another begins with the same ids.
  static std::vector<bool> share_their_beginnings(const std::vector<Candidate>& candidates) {
    const auto key = [](const Candidate& candidate) {
      // Without the [SEP], which stands elsewhere in the whole text.
      return ids_of(candidate, std::min<std::size_t>(beginning, candidate.example.ids.size()) - 1);
    };
    std::unordered_map<std::string_view, int> counts;
    for (const Candidate& candidate : candidates) ++counts[key(candidate)];
    std::vector<bool> shared;
    shared.reserve(candidates.size());
    for (const Candidate& candidate : candidates) shared.push_back(counts.at(key(candidate)) > 1);
    return shared;
  }

  const Corpus& corpus_;
  RememberingTokenizer<T> tokenizer_;
  const S& source_;
  const LabelSet& labels_;
  const A& analyzer_;
  const PrepareOptions& options_;
  PrepareOptions short_options_;  ///< of beginnings
};

}  // namespace mtl::detail
