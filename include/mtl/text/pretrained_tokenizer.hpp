// In: a Hugging Face model folder. Out: the tokenizer its model was trained with.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <unicode/uversion.h>

#include <mtl/text/encoding.hpp>
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
  /// Reads tokenizer_config.json, config.json, and vocab.txt, spiece.model or sentencepiece.bpe.model.
  ///
  /// Supported classes: BertJapaneseTokenizer (mecab or basic words; wordpiece, character or sentencepiece),
  /// BertTokenizer and its equals ElectraTokenizer and DistilBertTokenizer, XLMRobertaTokenizer. Throws
  /// Error, naming file and field, for all others, for what is missing, and for a word dictionary that the
  /// tokenizer has no use for.
  static PretrainedTokenizer load(const std::string& model_dir,
                                  const PretrainedTokenizerOptions& options = {}) {
    const auto config = TokenizerConfig::read(model_dir);
    const std::string type = config.tokenizer_class();
    const auto require_no_dictionary = [&] {
      require(options.word_dictionary.empty(),
              "{}: this {} analyses no words with MeCab, so that the word dictionary '{}' (--word-dic) would "
              "change nothing; leave it out",
              config.fields().path(), type, options.word_dictionary);
    };
    if (type == "XLMRobertaTokenizer") {
      require_no_dictionary();
      return PretrainedTokenizer(config, type, load_xlm_roberta(config));
    }
    const bool original =
        type == "BertTokenizer" || type == "ElectraTokenizer" || type == "DistilBertTokenizer";
    require(original || type == "BertJapaneseTokenizer",
            "{}: tokenizer_class '{}' is not supported; BertJapaneseTokenizer, BertTokenizer (and Electra's, "
            "DistilBert's) and XLMRobertaTokenizer are",
            config.fields().path(), type);
    auto loaded = detail::BertJapaneseLoader(config, original, options.word_dictionary).load();
    if (!loaded.dictionary) require_no_dictionary();
    return PretrainedTokenizer(config, type, std::move(loaded));
  }

  /// Pieces without special tokens. See SubwordTokenizer.
  std::vector<Piece> tokenize(std::string_view text, bool at_start = true) {
    return std::visit([&](auto& tokenizer) { return tokenizer.tokenize(text, at_start); }, tokenizer_);
  }

  /// Ids of the tokens with a role.
  SpecialTokens special() const {
    return std::visit([](const auto& tokenizer) { return tokenizer.special(); }, tokenizer_);
  }

  /// One above the greatest id, added tokens included.
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

  /// The pieces of Hugging Face's encoding: as tokenize(), but a NUL ends what MeCab gets of a text or of a
  /// part of it between added tokens. Throws Error where `text` is not UTF-8.
  TokenizedText tokenize_as_published(std::string_view text) {
    require_utf8(text, "text");
    auto* japanese = std::get_if<BertJapaneseTokenizer>(&tokenizer_);
    return {japanese ? japanese->tokenize(text, true, /*nul_ends_part=*/true) : tokenize(text, true),
            text.size()};
  }

  /// The special tokens around this model's inputs.
  const EncodingFrame& frame() const { return shared_->frame; }

  /// Hugging Face's encoding of a text or a pair. Where the options give no length it is longest_input().
  Encoding encode(std::string_view first, std::optional<std::string_view> second, EncodingOptions options) {
    options.max_length = std::min(options.max_length, longest_input_);
    std::optional<TokenizedText> other;
    if (second) other = tokenize_as_published(*second);
    return mtl::encode(tokenize_as_published(first), std::move(other), frame(), options);
  }

  /// Hugging Face's encoding: [CLS] pieces [SEP], cut to longest_input(). Throws Error where `text` is not
  /// UTF-8.
  std::vector<Piece> encode(std::string_view text) { return encode(text, std::nullopt, {}).pieces; }

  /// Digest of everything that determines the output: vocabulary, settings, added tokens, dictionary, and the
  /// version of Unicode that normalises. Reads the dictionary's files.
  std::string digest() const {
    Digest all;
    all.add(shared_->type).add(shared_->settings).add(shared_->vocabulary_digest).add(U_UNICODE_VERSION);
    for (const AddedToken& token : shared_->added.tokens()) {
      all.add(token.content).add(token.id).add(token.strip_left ? 1 : 0).add(token.strip_right ? 1 : 0);
      const bool usual = !token.single_word && (token.special || token.keeps_case);
      if (!usual) all.add(token.single_word ? 1 : 0).add(token.keeps_case ? 1 : 0);
    }
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
    EncodingFrame frame;
  };

  template <class T>
  PretrainedTokenizer(const TokenizerConfig& config, std::string type, detail::LoadedTokenizer<T> loaded)
      : tokenizer_{std::move(loaded.tokenizer)}, longest_input_{config.longest_input()} {
    const auto shared = std::make_shared<Shared>(Shared{std::move(type),
                                                        settings_of(config),
                                                        loaded.vocabulary_digest,
                                                        loaded.dictionary,
                                                        std::move(loaded.added),
                                                        {}});
    shared_ = shared;
    const bool roberta = std::holds_alternative<XlmRobertaTokenizer>(tokenizer_);
    shared->frame = {.cls = special_piece(special().cls, 0),
                     .sep = special_piece(special().sep, 0),
                     .separators = roberta ? 2U : 1U,
                     .second_type = roberta ? 0 : 1,
                     .cuts_left = config.cuts_left()};
  }

  static detail::LoadedTokenizer<XlmRobertaTokenizer> load_xlm_roberta(const TokenizerConfig& config) {
    for (const auto& [field, content] : {std::pair{"cls_token", "<s>"}, std::pair{"sep_token", "</s>"},
                                         std::pair{"pad_token", "<pad>"}, std::pair{"unk_token", "<unk>"}})
      require(config.role(field, {.content = content}).value_or(AddedToken{}).content == content,
              "{}: {} must be {} in an XLMRobertaTokenizer", config.fields().path(), field, content);
    const auto model = SentencePieceModel::read(config.path("sentencepiece.bpe.model"));
    const AddedTokens standard = XlmRobertaTokenizer::standard_tokens(model->size());
    const auto find = [&](std::string_view token) -> std::optional<std::int32_t> {
      if (const AddedToken* known = standard.find(token)) return known->id;
      const int id = model->id(token);
      return model->piece(id) == token ? std::optional<std::int32_t>(id + 1) : std::nullopt;
    };
    const AddedToken mask{.content = "<mask>", .strip_left = true};
    auto table = detail::token_table(config, {find, model->size() + 2, /*replaced=*/true},
                                     {{"bos_token", {.content = "<s>"}},
                                      {"eos_token", {.content = "</s>"}},
                                      {"unk_token", {.content = "<unk>"}},
                                      {"sep_token", {.content = "</s>"}},
                                      {"pad_token", {.content = "<pad>"}},
                                      {"cls_token", {.content = "<s>"}},
                                      {"mask_token", mask}});
    require(table.special == XlmRobertaTokenizer::specials,
            "{}: <s>, <pad>, </s> and <unk> must have the ids 0, 1, 2 and 3 in an XLMRobertaTokenizer",
            config.fields().path());
    XlmRobertaTokenizer tokenizer(model, std::make_shared<const AddedTokens>(table.added),
                                  config.fields().flag("split_special_tokens", false));
    return {std::move(tokenizer), model->digest(), nullptr, std::move(table.added)};
  }

  static std::string settings_of(const TokenizerConfig& config) {
    auto settings = nlohmann::json::object();
    for (const char* field :
         {"do_lower_case", "do_word_tokenize", "do_subword_tokenize", "do_basic_tokenize",
          "word_tokenizer_type", "subword_tokenizer_type", "never_split", "tokenize_chinese_chars",
          "strip_accents", "unk_token", "cls_token", "sep_token", "pad_token", "mask_token", "mecab_kwargs",
          "split_special_tokens", "truncation_side"})
      if (const auto* value = config.fields().find(field)) settings[field] = *value;
    return settings.dump() + std::to_string(config.longest_input());
  }

  std::variant<BertJapaneseTokenizer, XlmRobertaTokenizer> tokenizer_;
  std::size_t longest_input_;
  std::shared_ptr<const Shared> shared_;
};

static_assert(SubwordTokenizer<PretrainedTokenizer>);

}  // namespace mtl
