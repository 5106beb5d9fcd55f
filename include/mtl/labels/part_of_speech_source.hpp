// In: a normalised text. Out: its important parts of speech, as spans: the paper's labels, which cost no
// manual work.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/labels/label_source.hpp>
#include <mtl/text/analyzer.hpp>
#include <mtl/text/mecab.hpp>

namespace mtl {

/// Which morphemes become spans.
struct PartOfSpeechOptions {
  std::vector<std::string> kinds = {"名詞", "副詞", "形容詞"};  ///< values of the dictionary's first field
  std::vector<std::string>
      excluded_details{};   ///< values of its second field that make no span: 非自立, 接尾, ...
  bool merge_runs = false;  ///< touching morphemes of one kind are one span

  bool operator==(const PartOfSpeechOptions&) const = default;
};

/// One span for each morpheme of an important part of speech. A copy has its own analyser and shares its
/// dictionary.
template <MorphologicalAnalyzer A>
class PartOfSpeechSource {
 public:
  /// Spans come from the morphemes of `analyzer`.
  explicit PartOfSpeechSource(A analyzer, PartOfSpeechOptions options = {})
      : analyzer_{std::move(analyzer)}, options_{std::move(options)} {}

  /// Names of the kinds that Span::kind numbers.
  const std::vector<std::string>& kinds() const { return options_.kinds; }

  /// Spans in bytes of text.text, in its order, none over another. Throws Error as the analyser does.
  std::vector<Span> spans(std::string_view /*document_id*/, const NormalizedText& text) {
    std::vector<Span> found;
    for (const Morpheme& morpheme : analyzer_.analyze(text.text)) {
      const int kind = kind_of(morpheme.feature);
      if (kind == outside_kind) continue;
      const bool joins = options_.merge_runs && !found.empty() && found.back().kind == kind &&
                         found.back().end == morpheme.begin;
      if (joins)
        found.back().end = morpheme.end;
      else
        found.push_back({morpheme.begin, morpheme.end, kind});
    }
    return found;
  }

 private:
  static constexpr int outside_kind = -1;

  int kind_of(std::string_view feature) const {
    const auto kind = std::ranges::find(options_.kinds, part_of_speech(feature));
    const auto& excluded = options_.excluded_details;
    const bool left_out = std::ranges::find(excluded, part_of_speech_detail(feature)) != excluded.end();
    return kind == options_.kinds.end() || left_out ? outside_kind
                                                    : static_cast<int>(kind - options_.kinds.begin());
  }

  A analyzer_;
  PartOfSpeechOptions options_;
};

static_assert(LabelSource<PartOfSpeechSource<MeCabAnalyzer>>);

}  // namespace mtl
