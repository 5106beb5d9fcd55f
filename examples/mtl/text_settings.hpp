// The flags that say how raw text becomes labelled sub-words; `prepare` and `tokenize` share them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <mtl/data/prepare_options.hpp>
#include <mtl/labels/part_of_speech_source.hpp>
#include <mtl/text/pretrained_tokenizer.hpp>

namespace mtl::program {

/// The initial values are the paper's. Choices are held by name, as flags and TOML keys give them.
struct TextSettings {
  std::string model;      ///< folder in Hugging Face layout
  std::string word_dic;   ///< empty: the checkpoint's own
  std::string label_dic;  ///< empty: NEologd where installed, else ipadic
  int max_pieces = 512;
  std::string digits = "each", width = "nfkc", tokens = "span-first", join = "text",
              special_labels = "ignored";
  bool remove_urls = true, remove_symbols = true, remove_newlines = true, remove_spaces = true;
  PartOfSpeechOptions pos{};

  /// Adds the flags to a command. The settings must outlive it.
  void add_to(CLI::App& command);

  /// Throws mtl::Error for a choice that does not exist.
  NormalizeOptions normalize() const;
  /// The part of PrepareOptions that these flags say.
  PrepareOptions prepare_options() const;

  /// Throws mtl::Error for a folder without a tokenizer.
  PretrainedTokenizer open_tokenizer() const;
  /// The same, and throws where max_pieces is more than the model reads.
  PretrainedTokenizer load_tokenizer() const;
  /// The dictionary of the labels, opened.
  std::shared_ptr<const MeCabDictionary> load_label_dictionary() const;
};

}  // namespace mtl::program
