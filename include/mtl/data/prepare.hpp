// In: a corpus, a tokenizer, a label source, and the analyser that counts words. Out: a data set and the
// report of what became of every text.
#pragma once

#include <functional>
#include <set>

#include <mtl/data/encode_candidates.hpp>
#include <mtl/data/word_limits.hpp>
#include <mtl/detail/random.hpp>
#include <mtl/labels/label_source.hpp>
#include <mtl/text/analyzer.hpp>
#include <mtl/text/normalizer.hpp>
#include <mtl/text/unicode.hpp>

namespace mtl {

/// A text of more bytes is refused: MeCab needs some 300 bytes of memory for each.
inline constexpr std::size_t longest_text = std::size_t{4} << 20;

/// What the data stage hands on.
struct Prepared {
  Dataset dataset;
  PrepareReport report;
};

namespace detail {

inline void check(const PrepareOptions& options) {
  require(options.max_pieces >= 3, "max_pieces {}: a text needs at least 3 tokens: [CLS], one piece, [SEP]",
          options.max_pieces);
  require(options.per_class >= 0 && options.max_words >= 0 && options.min_words >= 0 &&
              options.drop_words_from >= 0,
          "sizes of classes and texts cannot be negative (per_class {}, max_words {}, min_words {}, "
          "drop_words_from {})",
          options.per_class, options.max_words, options.min_words, options.drop_words_from);
  require(options.balance || options.per_class == 0,
          "per_class {} balances the classes; it contradicts balance = false", options.per_class);
  require(options.threads >= 0 && options.threads <= 1024, "threads {}: 0 (one a core) to 1024",
          options.threads);
  require(!options.auxiliary_head.empty() && options.auxiliary_head != main_head,
          "auxiliary_head '{}': it needs a name of its own, other than '{}'", options.auxiliary_head,
          main_head);
}

/// Normalises every candidate; annotations are checked against their texts here, also of texts dropped later.
template <LabelSource S>
void normalize_all(std::vector<Candidate>& candidates, const Corpus& corpus, const S& source,
                   const PrepareOptions& options) {
  const auto make_task = [&] {
    return [&, own = source, normalizer = Normalizer(options.normalize)](std::size_t i) mutable {
      const Document& document = corpus.documents[candidates[i].document];
      require(
          document.text.size() <= longest_text,
          "{}: a text of {} bytes, more than {}; likely cause: a missing line end, or a quote that is not "
          "closed",
          document.where, document.text.size(), longest_text);
      require_utf8_lines(document.text, document.where);
      NormalizedText text = normalizer(document.text);
      if constexpr (AnnotationSource<S>) own.spans(document.id, text);
      if (unicode::is_blank(text.text)) return;  // nothing for a tokenizer: as if it were empty
      candidates[i].length = text.text.size();
      candidates[i].text = std::move(text.text);
    };
  };
  parallel_for(candidates.size(), options.threads, make_task,
               teller(options, "normalise", candidates.size()));
}

/// The candidates as a data set, their cuts counted.
inline Dataset to_dataset(std::vector<Candidate>& candidates, const Corpus& corpus, std::size_t classes,
                          const LabelSet& labels, const PrepareOptions& options, PrepareReport& report) {
  Dataset dataset{.name = corpus.name};
  const auto chosen = corpus.classes.begin() + static_cast<std::ptrdiff_t>(classes);
  dataset.labels.emplace(main_head, std::vector(corpus.classes.begin(), chosen));
  dataset.labels.emplace(options.auxiliary_head, labels.names());
  dataset.examples.reserve(candidates.size());
  for (Candidate& candidate : candidates) {
    if (candidate.length < candidate.text.size()) ++report.cut_by_words;
    if (candidate.cut) ++report.cut_by_pieces;
    dataset.examples.push_back(std::move(candidate.example));
  }
  return dataset;
}

/// The numbers of the report that are read off the finished data set.
inline void describe(const Dataset& dataset, const PrepareOptions& options, std::int32_t unknown,
                     PrepareReport& report) {
  const auto& names = dataset.labels.at(options.auxiliary_head);
  std::vector<std::int64_t> labels(names.size()), lengths;
  for (const Example& example : dataset.examples) {
    ++report.kept.at(static_cast<std::size_t>(example.targets.at(std::string(main_head)).front()));
    lengths.push_back(static_cast<std::int64_t>(example.ids.size()) - 2);
    report.pieces += lengths.back();
    report.unknown_pieces += std::ranges::count(example.ids, unknown);
    for (const std::int32_t label : example.targets.at(options.auxiliary_head))
      if (label != ignored_label) ++labels.at(static_cast<std::size_t>(label));
  }
  for (std::size_t i = 0; i < names.size(); ++i) report.labels[names[i]] = labels[i];
  std::ranges::sort(lengths);
  report.shortest = lengths.front();
  report.median = lengths[lengths.size() / 2];
  report.longest = lengths.back();
}

}  // namespace detail

/// Makes a data set of a corpus, by the paper's section 4.1.
///
/// In this order: check of UTF-8, normalisation, texts that became empty are dropped, shuffling by the seed,
/// duplicates, length rules (words of `analyzer`); spans, sub-words, IOB2 labels cut with the sub-words,
/// special tokens; what became a duplicate by the cuts, equal class sizes. Texts stand in shuffled order. The
/// result depends on corpus and options, not on threads. Throws Error for bad input (text that is not UTF-8,
/// one class only, an empty class, annotations that do not fit), naming file and line.
template <SubwordTokenizer T, LabelSource S, MorphologicalAnalyzer A>
Prepared prepare(const Corpus& corpus, const T& tokenizer, const S& source, const A& analyzer,
                 const PrepareOptions& options) {
  detail::check(options);
  S own_source = source;
  T own_tokenizer = tokenizer;
  const LabelSet labels(own_source.kinds());
  if constexpr (detail::AnnotationSource<S>) {
    std::set<std::string, std::less<>> ids;
    for (const Document& document : corpus.documents) ids.insert(document.id);
    source.require_known(ids);
  }
  Prepared prepared{.dataset = {}, .report = PrepareReport(corpus.classes)};
  PrepareReport& report = prepared.report;
  report.skipped = corpus.skipped;
  auto candidates = choose_classes(corpus, options.classes, report);
  const std::size_t classes =
      options.classes > 0 ? static_cast<std::size_t>(options.classes) : corpus.classes.size();
  detail::normalize_all(candidates, corpus, source, options);
  detail::keep_if(candidates, report, Dropped::Empty,
                  [](const Candidate& candidate) { return !candidate.text.empty(); });
  shuffle(candidates, RandomStream(options.seed).named("documents"));
  drop_duplicates(candidates, options, report, Dropped::Duplicate, std::mem_fn(&Candidate::text));
  detail::drop_by_words(candidates, corpus, analyzer, source, options, report);
  const detail::CandidateEncoder encode(corpus, tokenizer, source, labels, analyzer, options);
  encode(candidates, classes, report);
  prepared.dataset = detail::to_dataset(candidates, corpus, classes, labels, options, report);
  detail::describe(prepared.dataset, options, own_tokenizer.special().unk, report);
  require_that_counts_add_up(report);
  return prepared;
}

}  // namespace mtl
