// In: a Hugging Face model folder. Out: what its JSON files say of the tokenizer.
#pragma once

#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/store/atomic_file.hpp>
#include <mtl/store/json_text.hpp>
#include <mtl/text/added_tokens.hpp>

namespace mtl {

namespace detail {

/// One JSON file, read field by field; every complaint names the file and the field.
class JsonFields {
 public:
  /// A file that is not there has no fields.
  explicit JsonFields(std::string path) : path_{std::move(path)} {
    std::error_code unknown;  // then read_file says what is wrong
    if (std::filesystem::status(path_, unknown).type() == std::filesystem::file_type::not_found) return;
    json_ = parse_json(read_file(path_));
    require(json_.is_object(), "{}: not a JSON object; was the download cut short?", path_);
  }

  /// An object inside a file; `path` says where.
  JsonFields(std::string path, nlohmann::json object)
      : path_{std::move(path)}, json_(std::move(object)) {  // braces would make an array of it
    require(json_.is_object(), "{}: must be an object", path_);
  }

  const std::string& path() const { return path_; }
  const nlohmann::json& json() const { return json_; }

  /// Null where the field is absent or null.
  const nlohmann::json* find(std::string_view field) const {
    const auto found = json_.find(field);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }

  /// The object in this field; without fields where it is absent.
  JsonFields object(std::string_view field) const {
    const auto* value = find(field);
    return {path_ + ": " + std::string(field), value ? *value : nlohmann::json::object()};
  }

  bool flag(std::string_view field, bool absent) const {
    const auto* value = find(field);
    require(!value || value->is_boolean(), "{}: {} must be true or false", path_, field);
    return value ? value->get<bool>() : absent;
  }

  std::string text(std::string_view field, std::string absent) const {
    const auto* value = find(field);
    require(!value || value->is_string(), "{}: {} must be a string", path_, field);
    return value ? value->get<std::string>() : absent;
  }

  /// A token: a string, or the object that newer files have, with its "content".
  std::string token(std::string_view field, std::string absent) const {
    const auto* value = find(field);
    if (value && value->is_object()) value = value->contains("content") ? &value->at("content") : value;
    require(!value || value->is_string(), "{}: {} must be a string or an object with a content", path_,
            field);
    return value ? value->get<std::string>() : absent;
  }

 private:
  std::string path_;
  nlohmann::json json_ = nlohmann::json::object();
};

}  // namespace detail

/// The length of a model's inputs where nothing limits it.
inline constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

/// tokenizer_config.json and the files beside it.
class TokenizerConfig {
 public:
  /// Throws Error where the folder or a needed field is missing, or a field is not of its kind.
  static TokenizerConfig read(const std::string& folder) {
    std::error_code unknown;
    require(std::filesystem::is_directory(folder, unknown), "{}: no such model folder", folder);
    return TokenizerConfig(folder);
  }

  const std::string& folder() const { return folder_; }
  std::string path(std::string_view file) const { return folder_ + "/" + std::string(file); }
  const detail::JsonFields& fields() const { return fields_; }

  /// The tokenizer's class without the ending Fast: of tokenizer_config.json, else of config.json, else the
  /// usual one of its model_type.
  std::string tokenizer_class() const {
    std::string name = fields_.text("tokenizer_class", model_.text("tokenizer_class", ""));
    if (name.ends_with("Fast")) name.resize(name.size() - 4);
    if (!name.empty()) return name;
    const std::string type = model_.text("model_type", "");
    if (type == "xlm-roberta") return "XLMRobertaTokenizer";
    if (type == "bert") return "BertTokenizer";
    throw Error(fmt::format("{}: no tokenizer_class here or in config.json; is this a model folder?",
                            fields_.path()));
  }

  /// Special tokens included. Hugging Face writes 1e30 for "none".
  std::size_t longest_input() const {
    const auto* value = fields_.find("model_max_length");
    if (!value) return unlimited;
    require(value->is_number() && value->get<double>() >= 2,
            "{}: model_max_length must be a number, 2 or more", fields_.path());
    const double length = value->get<double>();
    return length < 9e15 ? static_cast<std::size_t>(std::llround(length)) : unlimited;
  }

  /// What added_tokens_decoder (newer files) and added_tokens.json (older ones) add to the vocabulary.
  std::vector<AddedToken> added_tokens() const {
    std::vector<AddedToken> tokens;
    for (const auto& [content, id] : added_.json().items()) {
      require(id.is_number_unsigned() && id.get<std::uint64_t>() <= std::numeric_limits<std::int32_t>::max(),
              "{}: the id of '{}' must be a number from 0 to 2^31 - 1", added_.path(), content);
      tokens.push_back({content, id.get<std::int32_t>()});
    }
    const auto decoder = fields_.object("added_tokens_decoder");  // named: the loop below refers into it
    for (const auto& [id, token] : decoder.json().items()) tokens.push_back(added_token(id, token));
    return tokens;
  }

 private:
  AddedToken added_token(const std::string& id, const nlohmann::json& value) const {
    const detail::JsonFields token(fields_.path() + ": added_tokens_decoder: " + id, value);
    const bool number =
        !id.empty() && id.size() < 10 && id.find_first_not_of("0123456789") == std::string::npos;
    require(number, "{}: the id must be a number from 0", token.path());
    require(!token.flag("single_word", false), "{}: single_word is not supported", token.path());
    return {token.text("content", ""), static_cast<std::int32_t>(std::stol(id)), token.flag("lstrip", false),
            token.flag("rstrip", false)};
  }

  explicit TokenizerConfig(const std::string& folder)
      : folder_{folder},
        fields_{folder + "/tokenizer_config.json"},
        model_{folder + "/config.json"},
        added_{folder + "/added_tokens.json"} {}

  std::string folder_;
  detail::JsonFields fields_, model_, added_;
};

}  // namespace mtl
