// In: a JSON file. Out: its fields; every complaint names the file and the field.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <mtl/detail/error.hpp>
#include <mtl/store/atomic_file.hpp>
#include <mtl/store/json_text.hpp>

namespace mtl::detail {

/// One JSON object of a file, read field by field.
class JsonFields {
 public:
  /// A file that is not there has no fields.
  explicit JsonFields(std::string path) : JsonFields(std::move(path), [](auto&&...) { return true; }) {}

  /// Of a file's top level this field alone: what a large file holds besides takes no memory.
  static JsonFields only(std::string path, std::string_view field) {
    return JsonFields(std::move(path), [field](int depth, auto event, const nlohmann::json& value) {
      return depth != 1 || event != nlohmann::json::parse_event_t::key || value == field;
    });
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

  bool is_null(std::string_view field) const { return json_.contains(field) && !find(field); }

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

  /// The list in this field; empty where it is absent.
  nlohmann::json list(std::string_view field) const {
    const auto* value = find(field);
    require(!value || value->is_array(), "{}: {} must be a list", path_, field);
    return value ? *value : nlohmann::json::array();
  }

 private:
  JsonFields(std::string path, const nlohmann::json::parser_callback_t& wanted) : path_{std::move(path)} {
    std::error_code unknown;  // then read_file says what is wrong
    if (std::filesystem::status(path_, unknown).type() == std::filesystem::file_type::not_found) return;
    json_ = parse_json(read_file(path_), wanted);
    require(json_.is_object(), "{}: not a JSON object; was the download cut short?", path_);
  }

  std::string path_;
  nlohmann::json json_ = nlohmann::json::object();
};

}  // namespace mtl::detail
