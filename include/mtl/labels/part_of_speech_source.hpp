// In: a normalised text. Out: its important parts of speech, as spans: the paper's labels, which cost no
// manual work.
#pragma once

#include <algorithm>
#include <span>
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
    return spans_in(text.text);
  }
  /// The same of a text that is known to be normalised: nothing else of it matters here.
  std::vector<Span> spans_in(std::string_view text) { return spans_of(analyzer_.analyze(text)); }

  /// The same of a text's morphemes.
  std::vector<Span> spans_of(std::span<const Morpheme> morphemes) const {
    std::vector<Span> found;
    constexpr std::size_t ahead = 8;  // features lie all over the dictionary: the memory is asked for early
    for (std::size_t i = 0; i < morphemes.size(); ++i) {
      if (i + ahead < morphemes.size()) __builtin_prefetch(morphemes[i + ahead].feature.c_str());
      const Morpheme& morpheme = morphemes[i];
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

  /// Whether spans_in() is spans_of() the morphemes that `analyzer` gives of the text.
  bool analyzes_as(const A& analyzer) const {
    if constexpr (requires { analyzer_.agrees_with(analyzer); }) return analyzer_.agrees_with(analyzer);
    return false;
  }

 private:
  static constexpr int outside_kind = -1;

  int kind_of(Feature feature) const {
    const auto kind = std::ranges::find_if(
        options_.kinds, [feature](const std::string& name) { return is_part_of_speech(feature, name); });
    if (kind == options_.kinds.end()) return outside_kind;
    const auto& excluded = options_.excluded_details;
    const bool left_out =
        !excluded.empty() && std::ranges::find(excluded, part_of_speech_detail(feature)) != excluded.end();
    return left_out ? outside_kind : static_cast<int>(kind - options_.kinds.begin());
  }

  A analyzer_;
  PartOfSpeechOptions options_;
};

static_assert(LabelSource<PartOfSpeechSource<MeCabAnalyzer>>);

}  // namespace mtl
