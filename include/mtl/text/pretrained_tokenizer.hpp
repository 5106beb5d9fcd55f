// In: a Hugging Face model folder. Out: the tokenizer its model was trained with.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <unicode/uversion.h>

#include <mtl/text/load_bert_japanese.hpp>
#include <mtl/text/tokenizer.hpp>
#include <mtl/text/xlm_roberta_tokenizer.hpp>

namespace mtl {

/// What a folder does not say.
struct PretrainedTokenizerOptions {
  std::string word_dictionary{};  ///< a MeCab dictionary by name or directory; empty: the checkpoint's own
};

/// Any of the supported tokenizers. One for each thread; copies share the vocabulary and the dictionary.
class PretrainedTokenizer {
 public:
  /// Reads tokenizer_config.json, config.json, and vocab.txt or sentencepiece.bpe.model.
  ///
  /// Supported classes: BertJapaneseTokenizer (mecab or basic words; wordpiece or character), BertTokenizer,
  /// XLMRobertaTokenizer. Throws Error, naming file and field, for all others and for what is missing.
  static PretrainedTokenizer load(const std::string& model_dir,
                                  const PretrainedTokenizerOptions& options = {}) {
    const auto config = TokenizerConfig::read(model_dir);
    const std::string type = config.tokenizer_class();
    if (type == "XLMRobertaTokenizer") return PretrainedTokenizer(config, type, load_xlm_roberta(config));
    require(type == "BertJapaneseTokenizer" || type == "BertTokenizer",
            "{}: tokenizer_class '{}' is not supported; BertJapaneseTokenizer, BertTokenizer and "
            "XLMRobertaTokenizer are",
            config.fields().path(), type);
    return PretrainedTokenizer(
        config, type, detail::load_bert_japanese(config, type == "BertTokenizer", options.word_dictionary));
  }

  /// Pieces without special tokens. See SubwordTokenizer.
  std::vector<Piece> tokenize(std::string_view text, bool at_start = true) {
    return std::visit([&](auto& tokenizer) { return tokenizer.tokenize(text, at_start); }, tokenizer_);
  }

  SpecialTokens special() const {
    return std::visit([](const auto& tokenizer) { return tokenizer.special(); }, tokenizer_);
  }

  std::size_t vocabulary_size() const {
    return std::visit([](const auto& tokenizer) { return tokenizer.vocabulary_size(); }, tokenizer_);
  }

  /// Longest input of the model in pieces, special tokens included; `unlimited` where the folder does not
  /// say.
  std::size_t longest_input() const { return longest_input_; }

  /// The special token of this id as a piece of no bytes at `place`.
  Piece special_piece(std::int32_t id, std::size_t place) const {
    const auto named = std::ranges::find(shared_->added.tokens(), id, &AddedToken::id);
    require(named != shared_->added.tokens().end(), "{} is no special token's id", id);
    return {named->content, id, place, place, 0};
  }

  /// Hugging Face's encoding: [CLS] pieces [SEP], cut to longest_input(). Throws Error where `text` is not
  /// UTF-8.
  std::vector<Piece> encode(std::string_view text) {
    require_utf8(text, "text");
    auto* japanese = std::get_if<BertJapaneseTokenizer>(&tokenizer_);
    std::vector<Piece> pieces =
        japanese ? japanese->tokenize(text, true, /*nul_ends_part=*/true) : tokenize(text, true);
    if (pieces.size() > longest_input_ - 2) pieces.resize(longest_input_ - 2);
    pieces.insert(pieces.begin(), special_piece(special().cls, 0));
    pieces.push_back(special_piece(special().sep, text.size()));
    return pieces;
  }

  /// Digest of everything that determines the output: vocabulary, settings, added tokens, dictionary, and the
  /// version of Unicode that normalises. Reads the dictionary's files.
  std::string digest() const {
    Digest all;
    all.add(shared_->type).add(shared_->settings).add(shared_->vocabulary_digest).add(U_UNICODE_VERSION);
    for (const AddedToken& token : shared_->added.tokens())
      all.add(token.content).add(token.id).add(token.strip_left ? 1 : 0).add(token.strip_right ? 1 : 0);
    all.add(shared_->dictionary ? shared_->dictionary->digest() : std::string());
    return all.hex();
  }

 private:
  /// What copies have in common.
  struct Shared {
    std::string type;
    std::string settings;  ///< the fields of tokenizer_config.json that matter, as JSON
    std::string vocabulary_digest;
    std::shared_ptr<const MeCabDictionary> dictionary;
    AddedTokens added;
  };

  template <class T>
  PretrainedTokenizer(const TokenizerConfig& config, std::string type, detail::LoadedTokenizer<T> loaded)
      : tokenizer_{std::move(loaded.tokenizer)},
        longest_input_{config.longest_input()},
        shared_{std::make_shared<const Shared>(Shared{std::move(type), settings_of(config),
                                                      loaded.vocabulary_digest, loaded.dictionary,
                                                      std::move(loaded.added)})} {}

  static detail::LoadedTokenizer<XlmRobertaTokenizer> load_xlm_roberta(const TokenizerConfig& config) {
    for (const auto& [field, content] : {std::pair{"cls_token", "<s>"}, std::pair{"sep_token", "</s>"},
                                         std::pair{"pad_token", "<pad>"}, std::pair{"unk_token", "<unk>"}})
      require(config.fields().token(field, content) == content, "{}: {} must be {} in an XLMRobertaTokenizer",
              config.fields().path(), field, content);
    const auto model = SentencePieceModel::read(config.path("sentencepiece.bpe.model"));
    AddedTokens added = XlmRobertaTokenizer::standard_tokens(model->size());
    for (auto& token : config.added_tokens()) added.add(std::move(token));
    XlmRobertaTokenizer tokenizer(model, std::make_shared<const AddedTokens>(added));
    return {std::move(tokenizer), model->digest(), nullptr, std::move(added)};
  }

  static std::string settings_of(const TokenizerConfig& config) {
    auto settings = nlohmann::json::object();
    for (const char* field :
         {"do_lower_case", "do_word_tokenize", "do_subword_tokenize", "do_basic_tokenize",
          "word_tokenizer_type", "subword_tokenizer_type", "never_split", "tokenize_chinese_chars",
          "strip_accents", "unk_token", "cls_token", "sep_token", "pad_token", "mask_token", "mecab_kwargs"})
      if (const auto* value = config.fields().find(field)) settings[field] = *value;
    return settings.dump() + std::to_string(config.longest_input());
  }

  std::variant<BertJapaneseTokenizer, XlmRobertaTokenizer> tokenizer_;
  std::size_t longest_input_;
  std::shared_ptr<const Shared> shared_;
};

static_assert(SubwordTokenizer<PretrainedTokenizer>);

}  // namespace mtl
