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

/// The token ids as a string, to compare by: texts that differ after the last one are the same to a model.
inline std::string ids_of(const Candidate& candidate) {
  const auto& ids = candidate.example.ids;
  return {reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof ids[0]};
}

/// Makes examples of candidates.
template <SubwordTokenizer T, LabelSource S>
class CandidateEncoder {
 public:
  /// The tokens of a beginning, special ones counted: enough to tell most texts from one another.
  static constexpr int beginning = 34;

  /// All of these must outlive it.
  CandidateEncoder(const Corpus& corpus, const T& tokenizer, const S& source, const LabelSet& labels,
                   const PrepareOptions& options)
      : corpus_{corpus}, tokenizer_{tokenizer}, source_{source}, labels_{labels}, options_{options} {}

  /// Encodes all; drops what is empty or became a duplicate by the cuts; keeps equal class sizes.
  ///
  /// Of texts that will be left out for their number only the beginnings are tokenised: a beginning that no
  /// other text shares makes no duplicate.
  void operator()(std::vector<Candidate>& candidates, std::size_t classes, PrepareReport& report) const {
    if (many_go(candidates, classes)) {
      encode(candidates, std::min(beginning, options_.max_pieces), "compare");
      complete(candidates, share_their_ids(candidates), "compare");
    } else {
      encode(candidates, options_.max_pieces, "tokenise");
    }
    keep_if(candidates, report, Dropped::Empty,
            [](const Candidate& candidate) { return candidate.example.ids.size() > 2; });
    drop_duplicates(candidates, options_, report, Dropped::DuplicateOnceCut, ids_of);
    balance(candidates, classes, options_, report);
    complete(candidates, std::vector<bool>(candidates.size(), true), "tokenise");
  }

 private:
  bool many_go(const std::vector<Candidate>& candidates, std::size_t classes) const {
    if (!options_.balance || options_.tokens != Tokens::SpanFirst) return false;
    std::vector<std::size_t> sizes(classes);
    for (const Candidate& candidate : candidates) ++sizes.at(candidate.label);
    const std::size_t size =
        options_.per_class > 0 ? static_cast<std::size_t>(options_.per_class) : std::ranges::min(sizes);
    return size * classes < candidates.size() - candidates.size() / 10;
  }

  /// Tokenises and labels the candidates, cut to `most` tokens.
  void encode(std::vector<Candidate>& candidates, int most, const char* what) const {
    PrepareOptions cut = options_;
    cut.max_pieces = most;
    for_each_candidate(candidates, corpus_, options_, what, [&] {
      return [&, tokenizer = RememberingTokenizer<T>(tokenizer_), source = source_](
                 Candidate& candidate, const Document& document) mutable {
        if (!candidate.spans) candidate.spans = spans_of(candidate, document, source, options_);
        const auto text = std::string_view(candidate.text).substr(0, candidate.length);
        const auto pieces = label_pieces(tokenizer, text, *candidate.spans, labels_, cut);
        candidate.cut = pieces.cut;
        candidate.complete = !pieces.cut || most == options_.max_pieces;
        candidate.example =
            to_example(document.id, std::string(text), static_cast<std::int32_t>(candidate.label), pieces,
                       tokenizer.special(), options_, is_labelled(source, document.id));
      };
    });
  }

  /// Encodes those of the candidates `which` that are not yet complete.
  void complete(std::vector<Candidate>& candidates, const std::vector<bool>& which, const char* what) const {
    std::vector<std::size_t> places;
    std::vector<Candidate> rest;
    for (std::size_t i = 0; i < candidates.size(); ++i)
      if (which[i] && !candidates[i].complete) {
        places.push_back(i);
        rest.push_back(std::move(candidates[i]));
      }
    encode(rest, options_.max_pieces, what);
    for (std::size_t i = 0; i < rest.size(); ++i) candidates[places[i]] = std::move(rest[i]);
  }

  /// For each candidate whether another has the same ids, as far as they are known.
  static std::vector<bool> share_their_ids(const std::vector<Candidate>& candidates) {
    std::unordered_map<std::string, int> counts;
    for (const Candidate& candidate : candidates) ++counts[ids_of(candidate)];
    std::vector<bool> shared;
    shared.reserve(candidates.size());
    for (const Candidate& candidate : candidates) shared.push_back(counts.at(ids_of(candidate)) > 1);
    return shared;
  }

  const Corpus& corpus_;
  const T& tokenizer_;
  const S& source_;
  const LabelSet& labels_;
  const PrepareOptions& options_;
};

}  // namespace mtl::detail
