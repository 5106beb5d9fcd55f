// In: a Hugging Face config.json. Out: the sizes and options of a model of BERT's shape (BertConfig),
// checked.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <mtl/detail/error.hpp>
#include <mtl/model/activation.hpp>
#include <mtl/model/config_keys.hpp>
#include <mtl/model/config_reader.hpp>

namespace mtl {

/// Published models of BERT's shape. They differ in the names of files' keys and tensors, and in what the
/// options below say.
enum class BertFamily { Bert, Roberta, Electra, DistilBert };

/// Which row of the position embedding a token reads.
enum class Positions {
  FromZero,      ///< its place in the text
  BehindPadding  ///< pad_id + 1 for the first token that is not pad_id, and so on; pad_id reads row pad_id
};

/// Sizes and settings of a BERT; the defaults are BERT-base's.
struct BertConfig {
  std::int64_t vocabulary = 30522;
  std::int64_t hidden = 768;
  int layers = 12;
  std::int64_t heads = 12;
  std::int64_t intermediate = 3072;  ///< width of the feed-forward layer
  std::int64_t max_positions = 512;  ///< rows of the position embedding
  std::int64_t type_vocabulary = 2;  ///< rows of the token type embedding; 0: there is none
  std::int64_t embedding = 0;        ///< width of the embeddings, projected to `hidden`; 0: as wide as that
  double layer_norm_eps = 1e-12;
  double hidden_dropout = 0.1;
  double attention_dropout = 0.1;
  double initializer_range = 0.02;  ///< standard deviation of random weights
  BertFamily family = BertFamily::Bert;
  Activation activation = Activation::Gelu;
  Positions positions = Positions::FromZero;
  std::int64_t pad_id = 0;  ///< a token whose embedding never learns; -1: there is none
  std::string note = {};    ///< what reports must say about this model (config key "mtl_note")

  /// Columns of the embeddings, before a projection.
  std::int64_t embedding_width() const { return embedding == 0 ? hidden : embedding; }

  /// Tokens of the longest text that has a position for each.
  std::int64_t longest_text() const {
    return positions == Positions::FromZero ? max_positions : max_positions - (pad_id + 1);
  }
};

namespace detail {

/// The names that a family gives to the keys of config.json.
struct BertKeys {
  const char* hidden = "hidden_size";
  const char* layers = "num_hidden_layers";
  const char* heads = "num_attention_heads";
  const char* intermediate = "intermediate_size";
  const char* activation = "hidden_act";
  const char* hidden_dropout = "hidden_dropout_prob";
  const char* attention_dropout = "attention_probs_dropout_prob";
};

inline BertKeys keys_of(BertFamily family) {
  if (family != BertFamily::DistilBert) return {};
  return {"dim", "n_layers", "n_heads", "hidden_dim", "activation", "dropout", "attention_dropout"};
}

/// Values of model_type; the first is that of files without the key.
inline constexpr std::array<std::pair<std::string_view, BertFamily>, 6> families{
    {{"bert", BertFamily::Bert},
     {"roberta", BertFamily::Roberta},
     {"xlm-roberta", BertFamily::Roberta},
     {"camembert", BertFamily::Roberta},
     {"electra", BertFamily::Electra},
     {"distilbert", BertFamily::DistilBert}}};

/// Values of hidden_act. gelu_new and gelu_pytorch_tanh are one function.
inline constexpr std::array<std::pair<std::string_view, Activation>, 4> activations{
    {{"gelu", Activation::Gelu},
     {"gelu_new", Activation::GeluTanh},
     {"gelu_pytorch_tanh", Activation::GeluTanh},
     {"relu", Activation::Relu}}};

/// What the class names of a family begin with.
inline std::vector<std::string_view> classes_of(BertFamily family) {
  if (family == BertFamily::Roberta) return {"Roberta", "XLMRoberta", "Camembert"};
  if (family == BertFamily::Electra) return {"Electra"};
  return {family == BertFamily::DistilBert ? "DistilBert" : "Bert"};
}

/// The keys that only files of this family have.
inline std::vector<std::string_view> own_keys(BertFamily family, const BertKeys& keys) {
  std::vector<std::string_view> own{keys.hidden,           keys.layers,     keys.heads,
                                    keys.intermediate,     keys.activation, keys.hidden_dropout,
                                    keys.attention_dropout};
  if (family != BertFamily::DistilBert) own.emplace_back("type_vocab_size");
  return own;
}

/// The family of a file. One without model_type is BERT's where its classes, or the padding that RoBERTa's
/// does not have, say so.
inline BertFamily read_family(const ConfigReader& read) {
  const bool named = read.json.contains("model_type");
  const auto family = read.one_of("model_type", families);
  require_architecture(read, classes_of(family));
  const bool padded = read.get<std::int64_t>("pad_token_id", 0) != 0;
  require(named || read.json.contains("architectures") || !padded,
          "{}: has no \"model_type\", and \"pad_token_id\" is not BERT's; which model is it?", read.path);
  return family;
}

/// The padding token: by default the family's; an explicit null is "none".
inline std::int64_t read_pad_id(const ConfigReader& read, BertFamily family, std::int64_t vocabulary) {
  const bool none = read.json.contains("pad_token_id") && read.json["pad_token_id"].is_null();
  if (none && family != BertFamily::Roberta) return -1;
  require(!none, "{}: \"pad_token_id\" is null; this model_type counts its positions from there", read.path);
  const auto id = read.get<std::int64_t>("pad_token_id", family == BertFamily::Roberta ? 1 : 0);
  require(id >= 0 && id < vocabulary, "{}: \"pad_token_id\" is {}, outside the vocabulary 0 .. {}", read.path,
          id, vocabulary - 1);
  return id;
}

/// What of a configuration contradicts itself.
inline void check_config(const BertConfig& config, const BertKeys& keys, const std::string& path) {
  require(config.hidden % config.heads == 0,
          "{}: \"{}\" {} cannot be divided among \"{}\" {}; one of them is wrong", path, keys.hidden,
          config.hidden, keys.heads, config.heads);
  require(config.layer_norm_eps > 0 && config.layer_norm_eps < 1 && std::isfinite(config.initializer_range) &&
              config.initializer_range >= 0,
          "{}: \"layer_norm_eps\" {} or \"initializer_range\" {} makes no sense", path, config.layer_norm_eps,
          config.initializer_range);
  require(config.longest_text() >= 1,
          "{}: \"max_position_embeddings\" {} leaves no position behind \"pad_token_id\" {}", path,
          config.max_positions, config.pad_id);
}

}  // namespace detail

/// Reads a Hugging Face config.json of model_type bert, roberta, xlm-roberta, camembert, electra or
/// distilbert.
///
/// Throws Error with file and key for a missing key, a wrong type, a size that makes no sense, and for
/// whatever would make the model compute something that is not supported: another model_type, hidden_act or
/// position_embedding_type, a decoder, rotated positions, quantised weights, code of its own, and every key
/// that is not known to change nothing (see config_keys.hpp).
inline BertConfig read_bert_config(const std::string& path) {
  const auto json = detail::parse_config(path);
  const detail::ConfigReader read{json, path};
  const auto family = detail::read_family(read);
  const auto keys = detail::keys_of(family);
  detail::refuse_other_models(read);
  const bool distil = family == BertFamily::DistilBert, roberta = family == BertFamily::Roberta;
  BertConfig config{
      .vocabulary = read.size("vocab_size", 10'000'000),
      .hidden = read.size(keys.hidden, 65'536),
      .layers = static_cast<int>(read.size(keys.layers, 1'000)),
      .heads = read.size(keys.heads, 65'536),
      .intermediate = read.size(keys.intermediate, 1'000'000),
      .max_positions = read.size("max_position_embeddings", 1'000'000),
      .type_vocabulary = distil ? 0 : read.size("type_vocab_size", 1'000),
      .embedding = family == BertFamily::Electra ? read.size("embedding_size", 65'536) : 0,
      .layer_norm_eps = distil ? 1e-12 : read.get<double>("layer_norm_eps", 1e-12),  // DistilBERT's is fixed
      .hidden_dropout = read.probability(keys.hidden_dropout, 0.1),
      .attention_dropout = read.probability(keys.attention_dropout, 0.1),
      .initializer_range = read.get<double>("initializer_range", 0.02),
      .family = family,
      .activation = read.one_of(keys.activation, detail::activations),
      .positions = roberta ? Positions::BehindPadding : Positions::FromZero,
      .note = read.get<std::string>("mtl_note", ""),
  };
  if (family != BertFamily::Electra)
    require(read.get<std::int64_t>("embedding_size", config.hidden) == config.hidden,
            "{}: \"embedding_size\" is not \"{}\", and this model_type has no projection", path, keys.hidden);
  config.pad_id = detail::read_pad_id(read, family, config.vocabulary);
  detail::check_config(config, keys, path);
  detail::refuse_unknown_keys(read, detail::own_keys(family, keys));
  return config;
}

}  // namespace mtl
