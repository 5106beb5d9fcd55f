// In: a text. Out: its words, as a morphological analyser sees them: Hugging Face's MecabTokenizer.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <mtl/text/analyzer.hpp>
#include <mtl/text/words.hpp>

namespace mtl {

/// Settings of AnalyzedWords, under Hugging Face's meanings.
struct AnalyzedWordsOptions {
  bool normalize = true;    ///< NFKC before the analysis
  bool lower_case = false;  ///< each word, after the analysis
  std::set<std::string, std::less<>>
      never_split{};  ///< words that keep their case; they may be cut all the same
};

/// NFKC, analysis, lower case (transformers, MecabTokenizer).
template <MorphologicalAnalyzer A>
class AnalyzedWords {
 public:
  /// Words are the morphemes of `analyzer`.
  AnalyzedWords(A analyzer, AnalyzedWordsOptions options)
      : analyzer_{std::move(analyzer)}, options_{std::move(options)} {}

  /// The words of a text, which must be UTF-8. Throws Error as the analyser does.
  Words words(std::string_view text) {
    Words found{options_.normalize ? nfkc(text) : unchanged(text), {}};
    for (const Morpheme& morpheme : analyzer_.analyze(found.text.text))
      found.words.push_back({morpheme.begin, morpheme.end});
    return options_.lower_case ? lowered(found) : found;
  }

  const A& analyzer() const { return analyzer_; }

 private:
  Words lowered(const Words& words) const {
    Words low;
    std::size_t done = 0;
    for (const ByteRange& range : words.words) {
      low.text.append_slice(words.text, done, range.begin);  // white space, which is no word's
      done = range.end;
      const auto word = std::string_view(words.text.text).substr(range.begin, range.end - range.begin);
      const bool kept = options_.never_split.contains(word);
      const MappedText folded = through(words.text, range.begin, kept ? unchanged(word) : lower_case(word));
      const std::size_t begin = low.text.text.size();
      low.text.append_slice(folded, 0, folded.text.size());
      low.words.push_back({begin, low.text.text.size()});
    }
    low.text.append_slice(words.text, done, words.text.text.size());
    return low;
  }

  A analyzer_;
  AnalyzedWordsOptions options_;
};

}  // namespace mtl
