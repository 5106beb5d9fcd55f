// In: a text. Out: its morphemes, as a morphological analyser with some dictionary sees them.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/text/mapped_text.hpp>

namespace mtl {

/// A dictionary's CSV of one morpheme (名詞,一般,*,...), as text. It lives as long as the dictionary. Its
/// length is not known before it is asked for: of most morphemes nobody asks.
class Feature {
 public:
  Feature() = default;
  /// Ends with a NUL.
  explicit Feature(const char* text) : text_{text} {}

  operator std::string_view() const { return text_; }  // NOLINT(google-explicit-constructor): it is one
  const char* c_str() const { return text_; }
  friend bool operator==(const Feature& a, std::string_view b) { return std::string_view(a) == b; }

 private:
  const char* text_ = "";
};

/// One morpheme: bytes [begin, end) of the analysed text, without the white space before it.
struct Morpheme {
  std::size_t begin = 0;
  std::size_t end = 0;
  Feature feature;
};

/// What analyses a text.
///
/// Beyond the syntax: morphemes come in text order and do not overlap; what none of them covers is white
/// space. analyze() may keep state, so every thread has its own copy; a copy is cheap and shares the
/// dictionary. It may have analyze_first(text, most) as well: exactly the first `most` morphemes of
/// analyze(text).
template <class A>
concept MorphologicalAnalyzer = std::copy_constructible<A> && requires(A& analyzer, std::string_view text) {
  { analyzer.analyze(text) } -> std::same_as<std::vector<Morpheme>>;
};

/// The first `most` morphemes of a text, or as many as it has. Quicker than analyze() with an analyser that
/// has analyze_first().
template <MorphologicalAnalyzer A>
std::vector<Morpheme> first_morphemes(A& analyzer, std::string_view text, std::size_t most) {
  if constexpr (requires { analyzer.analyze_first(text, most); }) return analyzer.analyze_first(text, most);
  auto morphemes = analyzer.analyze(text);
  morphemes.resize(std::min(most, morphemes.size()));
  return morphemes;
}

/// Field `index` (from 0) of a feature; empty where there are fewer: unknown words have fewer fields than
/// known. A field in double quotes may hold commas (UniDic's accent fields); it is given without the quotes.
inline std::string_view feature_field(std::string_view feature, std::size_t index) {
  for (std::size_t field = 0;; ++field) {
    const bool quoted = !feature.empty() && feature.front() == '"';
    const std::size_t close = quoted ? feature.find('"', 1) : 0;
    const std::size_t comma = close == std::string_view::npos ? close : feature.find(',', close);
    if (field == index) {
      const auto whole = feature.substr(0, comma);
      return quoted && close != std::string_view::npos ? whole.substr(1, close - 1) : whole;
    }
    if (comma == std::string_view::npos) return {};
    feature.remove_prefix(comma + 1);
  }
}

/// The part of speech, 名詞 or 副詞 or ...: the first field in every dictionary in use (ipadic, NEologd,
/// UniDic, jumandic).
inline std::string_view part_of_speech(Feature feature) {
  if (*feature.c_str() == '"') return feature_field(feature, 0);
  return {feature.c_str(), std::strcspn(feature.c_str(), ",")};
}

/// Whether that is `part`. Reads no more of the feature than it must.
inline bool is_part_of_speech(Feature feature, std::string_view part) {
  const char* text = feature.c_str();
  if (*text == '"') return part_of_speech(feature) == part;
  if (std::strncmp(text, part.data(), part.size()) != 0) return false;
  if (part.find_first_of(std::string_view(",\0", 2)) != std::string_view::npos) return false;
  return text[part.size()] == ',' || text[part.size()] == '\0';
}

/// The first subdivision of the part of speech: 非自立, 接尾, 代名詞, 数, ...
inline std::string_view part_of_speech_detail(std::string_view feature) { return feature_field(feature, 1); }

}  // namespace mtl
