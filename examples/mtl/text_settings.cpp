#include "text_settings.hpp"

#include <filesystem>

#include <mtl/data/settings_json.hpp>

namespace mtl::program {

void TextSettings::add_to(CLI::App& command) {
  command.add_option("--model", model, "BERT in Hugging Face layout; only its tokenizer is used")->required();
  command.add_option("--word-dic,--dictionary", word_dic,
                     "MeCab dictionary of the tokenizer, by name or folder; default: the checkpoint's own");
  command.add_option(
      "--label-dic", label_dic,
      "MeCab dictionary of the labels, by name or folder; default: neologd where installed, else ipadic");
  command.add_option("--max-pieces,--max-length", max_pieces, "tokens of a text, special ones counted")
      ->capture_default_str();
  command
      .add_option("--digits", digits, "each digit to 0, each run of digits to 0, or keep: each, run, keep")
      ->capture_default_str();
  command
      .add_option("--width", width, "full width to half: nfkc, ascii (letters, digits, symbols only), keep")
      ->capture_default_str();
  command.add_flag("--remove-urls,!--keep-urls", remove_urls, "remove URLs (default), or keep them");
  command.add_flag("--remove-symbols,!--keep-symbols", remove_symbols,
                   "remove symbols (default), or keep them");
  command.add_flag("--remove-newlines,!--keep-newlines", remove_newlines,
                   "remove line ends (default), or keep them");
  command.add_flag("--remove-spaces,!--keep-spaces", remove_spaces, "remove spaces (default), or keep them");
  command.add_option("--tokens", tokens, "span-first: no piece crosses a labelled span; or ordinary")
      ->capture_default_str();
  command.add_option("--join", join, "order of span-first pieces: text or spans-first")
      ->capture_default_str();
  command.add_option("--special-labels", special_labels, "labels of [CLS] and [SEP]: ignored or outside")
      ->capture_default_str();
  command.add_option("--pos", pos.kinds, "the important parts of speech, separated by commas")
      ->delimiter(',')
      ->capture_default_str();
  command
      .add_option("--exclude-details", pos.excluded_details,
                  "second fields of words that make no span, e.g. 非自立,接尾,代名詞,数")
      ->delimiter(',');
  command.add_flag("--merge-runs,!--no-merge-runs", pos.merge_runs,
                   "touching words of one part of speech are one span");
}

NormalizeOptions TextSettings::normalize() const {
  return {.digits = choice_of<Digits>("--digits", digits),
          .width = choice_of<Width>("--width", width),
          .remove_urls = remove_urls,
          .remove_symbols = remove_symbols,
          .remove_newlines = remove_newlines,
          .remove_spaces = remove_spaces};
}

PrepareOptions TextSettings::prepare_options() const {
  return {.normalize = normalize(),
          .max_pieces = max_pieces,
          .tokens = choice_of<Tokens>("--tokens", tokens),
          .join = choice_of<JoinOrder>("--join", join),
          .special_labels = choice_of<SpecialTokenLabels>("--special-labels", special_labels)};
}

PretrainedTokenizer TextSettings::open_tokenizer() const {
  std::error_code unknown;
  require(std::filesystem::is_directory(model, unknown),
          "--model {}: no such folder; it holds a BERT in Hugging Face layout (config.json, vocab.txt or "
          "sentencepiece.bpe.model)",
          model);
  return PretrainedTokenizer::load(model, {.word_dictionary = word_dic});
}

PretrainedTokenizer TextSettings::load_tokenizer() const {
  auto tokenizer = open_tokenizer();
  require(max_pieces >= 3,
          "--max-pieces (--max-length) {}: a text needs at least 3 tokens: [CLS], one piece, [SEP]",
          max_pieces);
  require(static_cast<std::size_t>(max_pieces) <= tokenizer.longest_input(),
          "--max-pieces {}: the model in {} reads at most {} tokens", max_pieces, model,
          tokenizer.longest_input());
  return tokenizer;
}

std::shared_ptr<const MeCabDictionary> TextSettings::load_label_dictionary() const {
  if (!label_dic.empty()) return MeCabDictionary::open(find_dictionary(label_dic));
  std::string found;
  try {
    found = find_dictionary("neologd");
  } catch (const Error&) {  // not installed: ordinary
    found = find_dictionary("ipadic");
  }
  return MeCabDictionary::open(found);
}

}  // namespace mtl::program
