// In: what dataset.json says of the preparation. Out: the pieces of its texts with their places, cut as they
// were for the training.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <mtl/attribution/find_pieces.hpp>
#include <mtl/attribution/place_text.hpp>
#include <mtl/data/settings_json.hpp>
#include <mtl/labels/part_of_speech_source.hpp>
#include <mtl/text/mecab.hpp>
#include <mtl/text/pretrained_tokenizer.hpp>

namespace mtl::program {

/// Where the pieces of the pictures come from: what prepared the data.
class TextPlacer {
 public:
  TextPlacer(const nlohmann::json& about, const std::string& model, const Dataset& dataset,
             const std::string& data)
      : options_(prepare_options(about.at("settings"))),
        tokenizer_{PretrainedTokenizer::load(model, {about.at("word-dic").get<std::string>()})},
        labels_(LabelSet::of_names(dataset.labels.at(options_.auxiliary_head), data)),
        analyzer_(MeCabDictionary::open(about.at("label-dic").at("directory").get<std::string>())) {
    require(tokenizer_.digest() == about.at("tokenizer").at("digest"),
            "{}: its tokenizer is not the one that {} was prepared with", model, data);
    require(analyzer_.dictionary().digest() == about.at("label-dic").at("digest"),
            "{}: the dictionary is not the one that {} was prepared with", analyzer_.dictionary().directory(),
            data);
    const auto& source = about.at("label-source");
    if (source.contains("pos")) source_.emplace(analyzer_, part_of_speech_options(source.at("pos")));
  }

  /// The text as pictures show it. Throws Error where its pieces cannot be found again.
  PlacedText place(const Example& example) {
    const auto spans =
        source_ ? source_->spans("", NormalizedText{example.text, {}, example.text}) : std::vector<Span>{};
    const auto pieces = find_pieces(tokenizer_, example, spans, labels_, options_);
    require(
        pieces.has_value(),
        "text '{}' cannot be cut into the pieces it was trained as; likely causes: spans of one's own joined "
        "before the rest of the text (--join spans-first), or data of another version: prepare them again",
        example.id);
    const auto& target = example.targets.find(options_.auxiliary_head)->second;
    return place_text(example, *pieces, std::span(target).subspan(1, pieces->size()),
                      analyzer_.analyze(example.text), labels_);
  }

  std::int64_t pad_id() const { return tokenizer_.special().pad; }
  const std::vector<std::string>& kinds() const { return labels_.kinds(); }
  const std::string& auxiliary_head() const { return options_.auxiliary_head; }

 private:
  PrepareOptions options_;
  PretrainedTokenizer tokenizer_;
  LabelSet labels_;
  MeCabAnalyzer analyzer_;
  std::optional<PartOfSpeechSource<MeCabAnalyzer>> source_;
};

}  // namespace mtl::program
