// In: a model folder and its tokenizer. Out: nothing, or what is wrong when the two do not belong together.
#pragma once

#include <cstdint>
#include <string>

#include <mtl/text/pretrained_tokenizer.hpp>

namespace mtl {

/// Throws Error unless the embedding that config.json tells of ("vocab_size") has a row for every token, and
/// few more: some models pad theirs to a round number, none by two rows in a hundred.
///
/// A folder without that key is not judged here.
inline void require_embedding_fits(const std::string& model_dir, const PretrainedTokenizer& tokenizer) {
  const detail::JsonFields config(model_dir + "/config.json");
  const auto* rows = config.find("vocab_size");
  if (rows == nullptr || !rows->is_number_unsigned()) return;
  const auto embedding = rows->get<std::uint64_t>(),
             vocabulary = static_cast<std::uint64_t>(tokenizer.vocabulary_size());
  require(
      vocabulary <= embedding && embedding - vocabulary <= embedding / 50,
      "{}: its tokenizer has {} tokens, its embedding {} rows (\"vocab_size\" in config.json); likely cause: "
      "the vocabulary or config.json is that of another model, or was cut short",
      model_dir, vocabulary, embedding);
}

}  // namespace mtl
