// In: the folder of a BERT with a vocab.txt or a spiece.model. Out: its tokenizer.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>

#include <mtl/text/bert_japanese_tokenizer.hpp>
#include <mtl/text/token_table.hpp>
#include <mtl/text/word_dictionary.hpp>

namespace mtl::detail {

/// A tokenizer and what its output depends on.
template <class T>
struct LoadedTokenizer {
  T tokenizer;
  std::string vocabulary_digest;
  std::shared_ptr<const MeCabDictionary> dictionary{};  ///< null where none is used
  AddedTokens added{};
};

/// Reads the parts of a BertJapaneseTokenizer, or with `original` of a BertTokenizer (not Japanese).
class BertJapaneseLoader {
 public:
  BertJapaneseLoader(const TokenizerConfig& config, bool original, std::string dictionary)
      : config_{config}, fields_{config.fields()}, original_{original}, chosen_{std::move(dictionary)} {}

  LoadedTokenizer<BertJapaneseTokenizer> load() {
    const std::string type = original_ ? "wordpiece" : fields_.text("subword_tokenizer_type", "wordpiece");
    require(type == "wordpiece" || type == "character" || type == "sentencepiece",
            "{}: subword_tokenizer_type '{}' is not supported; wordpiece, character and sentencepiece are",
            fields_.path(), type);
    if (type == "sentencepiece")
      read_sentencepiece();
    else
      read_vocabulary(type);
    const bool cut = fields_.flag(original_ ? "do_basic_tokenize" : "do_word_tokenize", true);
    // BertTokenizer's lower case is its basic tokenizer's, and goes with it.
    parts_.lower_case = fields_.flag("do_lower_case", original_) && (cut || !original_);
    if (cut) set_words();
    parts_.split_special_tokens = fields_.flag("split_special_tokens", false);
    parts_.added = std::make_shared<const AddedTokens>(table_.added);
    parts_.special = table_.special;
    return {BertJapaneseTokenizer(std::move(parts_)), digest_, std::move(opened_), std::move(table_.added)};
  }

 private:
  void set_table(const BaseVocabulary& vocabulary) {
    table_ = token_table(config_, vocabulary,
                         {{"bos_token", {}},
                          {"eos_token", {}},
                          {"unk_token", {.content = "[UNK]"}},
                          {"sep_token", {.content = "[SEP]"}},
                          {"pad_token", {.content = "[PAD]"}},
                          {"cls_token", {.content = "[CLS]"}},
                          {"mask_token", {.content = "[MASK]"}}});
  }

  std::string unknown() const { return config_.role("unk_token", {.content = "[UNK]"}).value().content; }

  void read_vocabulary(const std::string& type) {
    const std::string file = config_.path("vocab.txt");
    const auto vocabulary = std::make_shared<const Vocabulary>(Vocabulary::read(file));
    digest_ = digest_file(file);
    set_table({[&](std::string_view token) { return vocabulary->find(token); }, vocabulary->distinct()});
    parts_.vocabulary_size = vocabulary->size();
    const auto unknown_id = vocabulary->find(unknown());
    require(unknown_id.has_value(), "{}: the vocabulary has no {}, the token of unknown words", file,
            unknown());
    // The vocabulary's own number, as in Hugging Face, also where an added token gives it another.
    const WholeWord whole(vocabulary, *unknown_id);
    if (!original_ && !fields_.flag("do_subword_tokenize", true))
      parts_.pieces = whole;
    else if (type == "character")
      parts_.pieces = Characters(vocabulary, unknown());
    else
      parts_.pieces = WordPiece(vocabulary, unknown());
    if (!original_ || !fields_.flag("do_basic_tokenize", true)) return;  // without basic words none is listed
    parts_.whole_words = listed_words();
    parts_.whole_word = whole;
  }

  void read_sentencepiece() {
    require(fields_.flag("do_subword_tokenize", true),
            "{}: do_subword_tokenize is false, but with sentencepiece the words have no ids", fields_.path());
    const auto model = SentencePieceModel::read(config_.path("spiece.model"));
    digest_ = model->digest();
    const auto find = [&](std::string_view token) -> std::optional<std::int32_t> {
      const int id = model->id(token);
      return model->piece(id) == token ? std::optional<std::int32_t>(id) : std::nullopt;
    };
    set_table({find, model->size(), /*replaced=*/true});
    parts_.vocabulary_size = model->size();
    parts_.pieces = AlbertPieces(model);
  }

  /// Splits into words as word_tokenizer_type says.
  void set_words() {
    const std::string type = original_ ? "basic" : fields_.text("word_tokenizer_type", "basic");
    auto never_split = listed_words();
    for (const std::string& token : table_.added.special_contents()) never_split.insert(token);
    if (type == "basic") {
      BasicWordsOptions options{.lower_case = parts_.lower_case,
                                .split_chinese = original_ && fields_.flag("tokenize_chinese_chars", true),
                                .strip_accents = std::nullopt,
                                .never_split = std::move(never_split)};
      if (original_ && fields_.find("strip_accents"))
        options.strip_accents = fields_.flag("strip_accents", false);
      parts_.words = BasicWords(std::move(options));
      return;
    }
    require(type == "mecab", "{}: word_tokenizer_type '{}' is not supported; mecab and basic are",
            fields_.path(), type);
    opened_ = MeCabDictionary::open(word_dictionary(config_, chosen_));
    parts_.words = AnalyzedWords<MeCabAnalyzer>(
        MeCabAnalyzer(opened_), {.normalize = fields_.object("mecab_kwargs").flag("normalize_text", true),
                                 .lower_case = parts_.lower_case,
                                 .never_split = std::move(never_split)});
  }

  /// The words of the setting never_split.
  std::set<std::string, std::less<>> listed_words() const {
    std::set<std::string, std::less<>> words;
    for (const auto& word : fields_.list("never_split")) {
      require(word.is_string(), "{}: never_split must be a list of strings", fields_.path());
      words.insert(word.get<std::string>());
    }
    return words;
  }

  const TokenizerConfig& config_;
  const JsonFields& fields_;
  bool original_;
  std::string chosen_, digest_;
  TokenTable table_;
  std::shared_ptr<const MeCabDictionary> opened_;
  BertJapaneseParts parts_;
};

}  // namespace mtl::detail
