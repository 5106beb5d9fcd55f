// In: the folder of a BERT with a vocab.txt. Out: its tokenizer.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>

#include <mtl/text/bert_japanese_tokenizer.hpp>
#include <mtl/text/tokenizer_config.hpp>

namespace mtl::detail {

/// A tokenizer and what its output depends on.
template <class T>
struct LoadedTokenizer {
  T tokenizer;
  std::string vocabulary_digest;
  std::shared_ptr<const MeCabDictionary> dictionary{};  ///< null where none is used
  AddedTokens added{};
};

/// The directory of the dictionary that the checkpoint asks for, or that the caller names instead.
inline std::string word_dictionary(const TokenizerConfig& config, const std::string& chosen) {
  if (!chosen.empty()) return find_dictionary(chosen);
  const auto settings = config.fields().object("mecab_kwargs").json();
  const auto name = settings.contains("mecab_dic") ? settings.at("mecab_dic") : nlohmann::json("ipadic");
  const auto& path = config.fields().path();
  require(name.is_string(),
          "{}: mecab_kwargs.mecab_dic names no dictionary; choose one as the word dictionary", path);
  const auto text = name.get<std::string>();
  require(text != "unidic_lite" && text != "unidic",
          "{}: mecab_kwargs.mecab_dic is {}, which is no Debian package: pip install {} (then its folder, "
          "{}/dicdir, is "
          "the word dictionary to choose)",
          path, text, text == "unidic" ? "unidic" : "unidic-lite", text);
  require(text == "ipadic", "{}: mecab_kwargs.mecab_dic is '{}'; known are ipadic, unidic_lite and unidic",
          path, text);
  return find_dictionary(text);
}

/// Special tokens under the names the files give them; one that the vocabulary lacks is appended to it.
inline std::pair<AddedTokens, SpecialTokens> bert_special_tokens(const TokenizerConfig& config,
                                                                 const Vocabulary& vocabulary) {
  AddedTokens added;
  for (auto& token : config.added_tokens()) added.add(std::move(token));
  auto next = static_cast<std::int32_t>(vocabulary.size());
  for (const AddedToken& token : added.tokens()) next = std::max(next, token.id + 1);
  const auto id = [&](const char* field, const char* usual) {
    const std::string content = config.fields().token(field, usual);
    if (const AddedToken* token = added.find(content)) return token->id;
    const auto known = vocabulary.find(content);
    added.add({content, known ? *known : next});
    return known ? *known : next++;
  };
  SpecialTokens special;
  special.unk = id("unk_token", "[UNK]");
  special.sep = id("sep_token", "[SEP]");
  special.pad = id("pad_token", "[PAD]");
  special.cls = id("cls_token", "[CLS]");
  id("mask_token", "[MASK]");
  return {std::move(added), special};
}

inline std::set<std::string, std::less<>> never_split(const TokenizerConfig& config,
                                                      const AddedTokens& added) {
  auto words = added.contents();
  const auto* listed = config.fields().find("never_split");
  if (!listed) return words;
  require(listed->is_array(), "{}: never_split must be a list of strings", config.fields().path());
  for (const auto& word : *listed) {
    require(word.is_string(), "{}: never_split must be a list of strings", config.fields().path());
    words.insert(word.get<std::string>());
  }
  return words;
}

/// Splits into words as word_tokenizer_type says; BertTokenizer's defaults where `original` (not Japanese).
inline WordSplitter word_splitter(const TokenizerConfig& config, const AddedTokens& added, bool original,
                                  const std::string& dictionary,
                                  std::shared_ptr<const MeCabDictionary>& opened) {
  const auto& fields = config.fields();
  const bool lower = fields.flag("do_lower_case", original);
  if (!fields.flag(original ? "do_basic_tokenize" : "do_word_tokenize", true)) return WholeText{};
  const std::string type = original ? "basic" : fields.text("word_tokenizer_type", "basic");
  if (type == "basic") {
    BasicWordsOptions options{.lower_case = lower,
                              .split_chinese = original && fields.flag("tokenize_chinese_chars", true),
                              .strip_accents = std::nullopt,
                              .never_split = never_split(config, added)};
    if (original && fields.find("strip_accents")) options.strip_accents = fields.flag("strip_accents", false);
    return BasicWords(std::move(options));
  }
  require(type == "mecab", "{}: word_tokenizer_type '{}' is not supported; mecab and basic are",
          fields.path(), type);
  const auto settings = fields.object("mecab_kwargs");
  require(!settings.find("mecab_option") || !dictionary.empty(),
          "{}: mecab_kwargs.mecab_option is not supported; choose a word dictionary instead", fields.path());
  opened = MeCabDictionary::open(word_dictionary(config, dictionary));
  return AnalyzedWords<MeCabAnalyzer>(MeCabAnalyzer(opened),
                                      {.normalize = settings.flag("normalize_text", true),
                                       .lower_case = lower,
                                       .never_split = never_split(config, added)});
}

inline PieceSplitter piece_splitter(const TokenizerConfig& config,
                                    const std::shared_ptr<const Vocabulary>& vocabulary, bool original,
                                    const SpecialTokens& special) {
  const auto& fields = config.fields();
  if (!original && !fields.flag("do_subword_tokenize", true)) return WholeWord(vocabulary, special.unk);
  const std::string type = original ? "wordpiece" : fields.text("subword_tokenizer_type", "wordpiece");
  const std::string unknown = fields.token("unk_token", "[UNK]");
  if (type == "wordpiece") return WordPiece(vocabulary, unknown);
  require(type == "character",
          "{}: subword_tokenizer_type '{}' is not supported; wordpiece and character are", fields.path(),
          type);
  return Characters(vocabulary, unknown);
}

/// Loads a BertJapaneseTokenizer, or with `original` a BertTokenizer.
inline LoadedTokenizer<BertJapaneseTokenizer> load_bert_japanese(const TokenizerConfig& config, bool original,
                                                                 const std::string& dictionary) {
  const std::string file = config.path("vocab.txt");
  const auto vocabulary = std::make_shared<const Vocabulary>(Vocabulary::read(file));
  auto [added, special] = bert_special_tokens(config, *vocabulary);
  std::shared_ptr<const MeCabDictionary> opened;
  auto words = word_splitter(config, added, original, dictionary, opened);
  auto pieces = piece_splitter(config, vocabulary, original, special);
  BertJapaneseTokenizer tokenizer({.vocabulary = vocabulary,
                                   .added = std::make_shared<const AddedTokens>(added),
                                   .special = special,
                                   .words = std::move(words),
                                   .pieces = std::move(pieces),
                                   .lower_case = config.fields().flag("do_lower_case", original)});
  return {std::move(tokenizer), digest_file(file), std::move(opened), std::move(added)};
}

}  // namespace mtl::detail
