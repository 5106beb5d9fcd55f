// In: a Hugging Face config.json. Out: the sizes of a BERT (BertConfig), checked.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <mtl/detail/error.hpp>
#include <mtl/store/atomic_file.hpp>
#include <mtl/store/json_text.hpp>

namespace mtl {

/// Sizes and settings of a BERT; the defaults are BERT-base's.
struct BertConfig {
  std::int64_t vocabulary = 30522;
  std::int64_t hidden = 768;
  int layers = 12;
  std::int64_t heads = 12;
  std::int64_t intermediate = 3072;  ///< width of the feed-forward layer
  std::int64_t max_positions = 512;  ///< rows of the position embedding
  std::int64_t type_vocabulary = 2;
  double layer_norm_eps = 1e-12;
  double hidden_dropout = 0.1;
  double attention_dropout = 0.1;
  double initializer_range = 0.02;  ///< standard deviation of random weights
  std::string activation = "gelu";  ///< the exact one, by the error function
  std::int64_t pad_id = 0;
  std::int64_t position_offset = 0;  ///< position of a text's first token
  std::string note = {};             ///< what reports must say about this model (config key "mtl_note")
};

namespace detail {

/// One config.json, read key by key with the file's name in every complaint.
struct ConfigReader {
  const nlohmann::json& json;
  const std::string& path;

  template <class T>
  T get(const char* key) const {
    require(json.contains(key),
            "{}: the key \"{}\" is missing; is this the config.json of a BERT in Hugging Face layout?", path,
            key);
    const auto& value = json.at(key);
    const bool fits = std::same_as<T, std::string> ? value.is_string()
                      : std::floating_point<T>     ? value.is_number()
                                                   : value.is_number_integer();
    require(fits, "{}: the key \"{}\" is {} where {} is expected", path, key, value.dump(),
            std::same_as<T, std::string> ? "a text"
            : std::floating_point<T>     ? "a number"
                                         : "a whole number");
    return value.get<T>();
  }

  template <class T>
  T get(const char* key, T otherwise) const {
    return json.contains(key) && !json.at(key).is_null() ? get<T>(key) : otherwise;
  }

  /// A size in 1 .. most. The bounds keep products far from overflow and allocations sane.
  std::int64_t size(const char* key, std::int64_t most) const {
    const auto value = get<std::int64_t>(key);
    require(value >= 1 && value <= most, "{}: \"{}\" is {}, outside 1 .. {}; is the file damaged?", path, key,
            value, most);
    return value;
  }

  double probability(const char* key, double otherwise) const {
    const auto value = get<double>(key, otherwise);
    require(value >= 0 && value < 1, "{}: \"{}\" is {}, outside 0 <= p < 1", path, key, value);
    return value;
  }

  void only(const char* key, std::string_view supported, std::string_view otherwise) const {
    const auto value = get<std::string>(key, std::string(otherwise));
    require(value == supported, "{}: \"{}\" is \"{}\"; only \"{}\" is supported", path, key, value,
            supported);
  }
};

inline nlohmann::json parse_config(const std::string& path) {
  const auto json = parse_json(read_file(path));
  require(!json.is_discarded(), "{}: is not valid JSON; was the download cut short?", path);
  require(json.is_object(), "{}: is not a JSON object; is this a config.json?", path);
  return json;
}

}  // namespace detail

/// Reads a Hugging Face config.json of model_type "bert".
///
/// Throws Error with file and key for a missing key, a wrong type, a size that makes no sense, and for a
/// model_type, hidden_act or position_embedding_type that is not supported.
inline BertConfig read_bert_config(const std::string& path) {
  const auto json = detail::parse_config(path);
  const detail::ConfigReader read{json, path};
  read.only("model_type", "bert", "bert");
  read.only("hidden_act", "gelu", "gelu");
  read.only("position_embedding_type", "absolute", "absolute");
  BertConfig config{
      .vocabulary = read.size("vocab_size", 10'000'000),
      .hidden = read.size("hidden_size", 65'536),
      .layers = static_cast<int>(read.size("num_hidden_layers", 1'000)),
      .heads = read.size("num_attention_heads", 65'536),
      .intermediate = read.size("intermediate_size", 1'000'000),
      .max_positions = read.size("max_position_embeddings", 1'000'000),
      .type_vocabulary = read.size("type_vocab_size", 1'000),
      .layer_norm_eps = read.get<double>("layer_norm_eps", 1e-12),
      .hidden_dropout = read.probability("hidden_dropout_prob", 0.1),
      .attention_dropout = read.probability("attention_probs_dropout_prob", 0.1),
      .initializer_range = read.get<double>("initializer_range", 0.02),
      .pad_id = read.get<std::int64_t>("pad_token_id", 0),
      .note = read.get<std::string>("mtl_note", ""),
  };
  require(config.hidden % config.heads == 0,
          "{}: \"hidden_size\" {} cannot be divided among \"num_attention_heads\" {}; one of them is wrong",
          path, config.hidden, config.heads);
  require(config.layer_norm_eps > 0 && config.layer_norm_eps < 1 && std::isfinite(config.initializer_range) &&
              config.initializer_range >= 0,
          "{}: \"layer_norm_eps\" {} or \"initializer_range\" {} makes no sense", path, config.layer_norm_eps,
          config.initializer_range);
  return config;
}

}  // namespace mtl
