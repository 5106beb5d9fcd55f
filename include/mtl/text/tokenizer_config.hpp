// In: a Hugging Face model folder. Out: what its JSON files say of the tokenizer.
#pragma once

#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/text/added_tokens.hpp>
#include <mtl/text/json_fields.hpp>
#include <mtl/text/tokenizer.hpp>

namespace mtl {

/// One of additional_special_tokens.
struct AdditionalToken {
  AddedToken token;
  bool has_rules = false;  ///< it is an object, and says itself what becomes of the white space beside it
};

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
  /// Where a file of the folder lies, or would.
  std::string path(std::string_view file) const { return folder_ + "/" + std::string(file); }
  /// The fields of tokenizer_config.json.
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
    if (type == "electra") return "ElectraTokenizer";
    if (type == "distilbert") return "DistilBertTokenizer";
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

  /// Whether a text that is too long loses its beginning.
  bool cuts_left() const {
    const std::string side = fields_.text("truncation_side", "right");
    require(side == "left" || side == "right", "{}: truncation_side is '{}'; left or right is wanted",
            fields_.path(), side);
    return side == "left";
  }

  /// Every added token whose number a file gives: those of added_tokens_decoder in tokenizer_config.json; of
  /// files without it (before transformers 4.34) those of added_tokens.json and tokenizer.json.
  std::vector<AddedToken> added_tokens() const {
    std::vector<AddedToken> tokens;
    const auto decoder = fields_.object("added_tokens_decoder");  // named: the loop below refers into it
    for (const auto& [id, token] : decoder.json().items())
      tokens.push_back(numbered_token(decoder.path() + ": " + id, id, token));
    if (fields_.find("added_tokens_decoder")) return tokens;
    for (const auto& [content, id] : added_.json().items()) {
      require(id.is_number_unsigned() && id.get<std::uint64_t>() < 1'000'000'000,
              "{}: the id of '{}' must be a number from 0", added_.path(), content);
      require(!content.empty(), "{}: the token of id {} has no content", added_.path(), id.dump());
      tokens.push_back({.content = content, .id = id.get<std::int32_t>(), .special = false});
    }
    for (const auto& token : fast_.list("added_tokens")) {
      const detail::JsonFields one(fast_.path() + ": added_tokens", token);
      const auto* id = one.find("id");
      tokens.push_back(numbered_token(one.path(), id ? id->dump() : "", token));
    }
    return tokens;
  }

  /// The token of a role such as cls_token: a string or an object with a content. Nothing where no file names
  /// one, which `absent` tells from a null.
  std::optional<AddedToken> role(std::string_view name, const AddedToken& absent) const {
    const detail::JsonFields& file = file_of(name);
    if (file.is_null(name)) return std::nullopt;
    const auto* value = file.find(name);
    if (!value) return absent;
    AddedToken token = token_of(file.path() + ": " + std::string(name), *value);
    if (value->is_string()) token.strip_left = absent.strip_left;
    return token;
  }

  /// additional_special_tokens, from tokenizer_config.json and, where it has no added_tokens_decoder, from
  /// special_tokens_map.json.
  std::vector<AdditionalToken> additional_special_tokens() const {
    const std::string name = "additional_special_tokens";
    std::vector<AdditionalToken> tokens;
    const auto add = [&](const detail::JsonFields& file) {
      for (const auto& token : file.list(name)) {
        tokens.push_back({token_of(file.path() + ": " + name, token), token.is_object()});
        require(!tokens.back().token.content.empty(), "{}: {}: a token has no content", file.path(), name);
      }
    };
    add(fields_);
    if (!fields_.find("added_tokens_decoder")) add(special_);
    return tokens;
  }

 private:
  /// special_tokens_map.json goes first, but newer folders have an added_tokens_decoder instead.
  const detail::JsonFields& file_of(std::string_view role) const {
    const bool legacy = !fields_.find("added_tokens_decoder") && special_.json().contains(role);
    return legacy ? special_ : fields_;
  }

  static AddedToken token_of(const std::string& where, const nlohmann::json& value) {
    require(value.is_string() || (value.is_object() && value.contains("content")),
            "{} must be a string or an object with a content", where);
    if (value.is_string()) return {.content = value.get<std::string>()};
    const detail::JsonFields token(where, value);
    return {.content = token.text("content", ""),
            .strip_left = token.flag("lstrip", false),
            .strip_right = token.flag("rstrip", false),
            .single_word = token.flag("single_word", false)};
  }

  static AddedToken numbered_token(const std::string& where, const std::string& id,
                                   const nlohmann::json& value) {
    const bool number =
        !id.empty() && id.size() < 10 && id.find_first_not_of("0123456789") == std::string::npos;
    require(number, "{}: the id must be a number from 0", where);
    require(value.is_object(), "{}: must be an object", where);
    const detail::JsonFields fields(where, value);
    AddedToken token = token_of(where, value);
    require(!token.content.empty(), "{}: the token has no content", where);
    token.id = static_cast<std::int32_t>(std::stol(id));
    const bool special = fields.flag("special", false);
    token.special = false;  // until it is found to have a role
    token.keeps_case = !special && fields.flag("normalized", true);
    return token;
  }

  explicit TokenizerConfig(const std::string& folder)
      : folder_{folder},
        fields_{folder + "/tokenizer_config.json"},
        model_{folder + "/config.json"},
        added_{folder + "/added_tokens.json"},
        special_{folder + "/special_tokens_map.json"},
        fast_{detail::JsonFields::only(folder + "/tokenizer.json", "added_tokens")} {}

  std::string folder_;
  detail::JsonFields fields_, model_, added_, special_, fast_;
};

}  // namespace mtl
