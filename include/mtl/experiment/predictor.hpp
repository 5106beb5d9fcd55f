// In: best.safetensors of a cell, and raw texts. Out: what its heads say of them: class, probabilities,
// spans.
#pragma once

#include <mtl/detail/torch.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <mtl/data/encode_text.hpp>
#include <mtl/data/settings_json.hpp>
#include <mtl/eval/entities.hpp>
#include <mtl/eval/evaluate.hpp>
#include <mtl/experiment/cell_weights.hpp>
#include <mtl/experiment/paper_arms.hpp>
#include <mtl/model/checkpoint.hpp>
#include <mtl/text/mecab.hpp>
#include <mtl/text/pretrained_tokenizer.hpp>

namespace mtl {

/// Bytes [begin, end) of the raw text, and what the auxiliary head calls them.
struct PredictedSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string label;
};

/// What a model says of one text. No class where nothing is left of the text after normalisation.
struct TextPrediction {
  std::optional<std::size_t> label = std::nullopt;  ///< number of the class
  std::vector<float> probabilities = {};            ///< by class number
  std::vector<PredictedSpan> spans = {};  ///< in text order; none from a model without auxiliary head
};

/// A trained cell, ready for new texts, which it treats as its own training texts were treated.
class Predictor {
 public:
  /// `model_dir`: the base model; empty: where it was when the cell was trained.
  ///
  /// Throws Error when the file is no checkpoint of a sweep, or when base model, tokenizer or dictionary are
  /// not those of the training.
  static Predictor load(const std::string& checkpoint, std::string model_dir = {},
                        const EngineOptions& engine = {}) {
    const auto file = SafetensorsFile::open(checkpoint);
    try {
      return Predictor(file, checkpoint, std::move(model_dir), engine);
    } catch (const nlohmann::json::exception& problem) {
      throw Error(fmt::format("{}: its metadata is not that of a checkpoint of `mtl sweep`: {}", checkpoint,
                              problem.what()));
    } catch (const std::out_of_range&) {
      throw Error(fmt::format("{}: its metadata lacks the labels of a head; was it edited?", checkpoint));
    }
  }

  const std::vector<std::string>& classes() const { return labels_.at("main"); }

  /// One prediction a text, in order. Throws Error for a text that is not UTF-8.
  std::vector<TextPrediction> predict(const std::vector<std::string>& raw) {
    Dataset batch{.name = "texts to predict", .labels = labels_};
    std::vector<NormalizedText> normalized;
    std::vector<LabelledPieces> pieces;
    std::vector<std::size_t> which;
    for (const auto& text : raw) {
      normalized.push_back(normalize(text, options_.normalize));
      pieces.push_back(pieces_of(normalized.back()));
      batch.examples.push_back(
          to_example("", normalized.back().text, 0, pieces.back(), tokenizer_.special(), options_));
      if (!pieces.back().pieces.empty()) which.push_back(batch.examples.size() - 1);
    }
    std::vector<TextPrediction> predictions(raw.size());
    if (which.empty()) return predictions;
    const torch::NoGradGuard no_grad;
    const Batch made = make_batch(batch, which);
    for (const auto& output : model_->outputs(made))
      add(output, made, which, normalized, pieces, predictions);
    return predictions;
  }

 private:
  Predictor(const SafetensorsFile& file, const std::string& path, std::string model_dir,
            const EngineOptions& engine)
      : about_(nlohmann::json::parse(cell_metadata(file, path, "preparation"))),
        base_(nlohmann::json::parse(cell_metadata(file, path, "base"))),
        model_dir_{model_dir.empty() ? base_.at("base_model").get<std::string>() : std::move(model_dir)},
        labels_(nlohmann::json::parse(cell_metadata(file, path, "labels")).get<decltype(labels_)>()),
        options_(prepare_options(about_.at("settings"))),
        tokenizer_{PretrainedTokenizer::load(model_dir_, {about_.at("word-dic").get<std::string>()})},
        label_set_(LabelSet::of_names(labels_.at(options_.auxiliary_head), path)),
        analyzer_(open_dictionary(path)) {
    require(tokenizer_.digest() == about_.at("tokenizer").at("digest"),
            "{}: its tokenizer is not the one that {} was trained with", model_dir_, path);
    require(weights_digest(model_dir_) == base_.at("base_digest"),
            "{}: its weights are not those that {} was trained from", model_dir_, path);
    const auto& labels = about_.at("label-source");
    if (labels.contains("pos")) source_.emplace(analyzer_, part_of_speech_options(labels.at("pos")));
    build(nlohmann::json::parse(cell_metadata(file, path, "heads")), engine);
    require_trained_tensors(file, path, *model_);
    restore(*model_, read_weights(file));
  }

  /// Sub-words of a text, cut and labelled as those of the training were.
  LabelledPieces pieces_of(const NormalizedText& clean) {
    std::size_t length = clean.text.size();
    std::vector<Span> spans;
    if (options_.max_words > 0 || source_) {
      const auto words = first_morphemes(analyzer_, clean.text, words_up_to_cut(options_.max_words));
      length = end_of_words(words, options_.max_words, length);
      // Its analyser is a copy of this one: the words are the same.
      if (source_) spans = clipped(source_->spans_of(words), length);
    }
    return label_pieces(tokenizer_, std::string_view(clean.text).substr(0, length), spans, label_set_,
                        options_);
  }

  /// The dictionary whose words were counted and, unless spans were given, labelled.
  MeCabAnalyzer open_dictionary(const std::string& path) const {
    const auto& recorded = about_.at("label-dic");
    const auto dictionary = MeCabDictionary::open(recorded.at("directory").get<std::string>());
    require(dictionary->digest() == recorded.at("digest"),
            "{}: the dictionary is not the one that {} was trained with", dictionary->directory(), path);
    return MeCabAnalyzer(dictionary);
  }

  void build(const nlohmann::json& heads, const EngineOptions& engine) {
    const auto backbone = load_bert(model_dir_);
    backbone->set_engine(engine);
    const auto hidden = backbone->hidden();
    int auxiliary = dynamic_layer, main = backbone->layers();
    for (const auto& head : heads)
      (head.at("name") == "main" ? main : auxiliary) = head.at("layer").get<int>();
    SequenceClassifier<dynamic_layer> classifier{
        {.hidden = hidden, .labels = static_cast<std::int64_t>(classes().size()), .layer = main}};
    if (auxiliary == dynamic_layer) {
      model_ = std::make_unique<PaperSingleTask>(backbone, std::move(classifier));
      return;
    }
    const auto labels = static_cast<std::int64_t>(labels_.at(options_.auxiliary_head).size());
    IOB2TokenHead<dynamic_layer> tagger{{.hidden = hidden, .labels = labels, .layer = auxiliary}};
    model_ = std::make_unique<PaperMultiTask>(backbone, std::move(tagger), std::move(classifier));
  }

  void add(const HeadOutput& output, const Batch& batch, const std::vector<std::size_t>& which,
           const std::vector<NormalizedText>& texts, const std::vector<LabelledPieces>& pieces,
           std::vector<TextPrediction>& predictions) const {
    const auto best = detail::to_ints(output.logits.argmax(1));
    const auto probability = output.logits.softmax(1).to(torch::kCPU, torch::kFloat).contiguous();
    const auto* start = batch.starts.const_data_ptr<std::int64_t>();
    const auto width = output.logits.size(1);
    for (std::size_t i = 0; i < which.size(); ++i) {
      TextPrediction& prediction = predictions[which[i]];
      if (output.head == "main") {
        const auto* row = probability.const_data_ptr<float>() + static_cast<std::int64_t>(i) * width;
        prediction.label = static_cast<std::size_t>(best[i]);
        prediction.probabilities.assign(row, row + width);
        continue;
      }
      std::vector<std::string> names;  // of the pieces: the special tokens at both ends are left out
      for (auto t = start[i] + 1; t + 1 < start[i + 1]; ++t)
        names.push_back(labels_.at(options_.auxiliary_head)
                            .at(static_cast<std::size_t>(best[static_cast<std::size_t>(t)])));
      const auto& place = pieces[which[i]].pieces;
      const auto& origin = texts[which[i]].origin;
      for (const auto& entity : entities(names)) {
        const auto begin = place[entity.begin].begin, end = place[entity.end - 1].end;
        if (begin < end)  // a ▁ of its own has no bytes
          prediction.spans.push_back({origin[begin], origin[end], entity.kind});
      }
    }
  }

  nlohmann::json about_, base_;
  std::string model_dir_;
  decltype(Dataset::labels) labels_;
  PrepareOptions options_;
  PretrainedTokenizer tokenizer_;
  LabelSet label_set_;
  MeCabAnalyzer analyzer_;
  std::optional<PartOfSpeechSource<MeCabAnalyzer>> source_;
  std::unique_ptr<TrainableModel> model_;
};

}  // namespace mtl
