// In: a Hugging Face config.json. Out: its settings one by one, each checked, with file and key in
// complaints.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <mtl/detail/error.hpp>
#include <mtl/store/atomic_file.hpp>
#include <mtl/store/json_text.hpp>

namespace mtl::detail {

/// One config.json, read key by key.
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

  /// The one text that may stand under a key that is there.
  void only(const char* key, std::string_view supported) const {
    const auto value = get<std::string>(key);
    require(value == supported, "{}: \"{}\" is \"{}\"; only \"{}\" is supported", path, key, value,
            supported);
  }

  /// The value of one of `rows` ({name, value}) that the key names; the first row's where there is no such
  /// key.
  template <class Rows>
  auto one_of(const char* key, const Rows& rows) const {
    const auto name = json.contains(key) ? get<std::string>(key) : std::string(rows.front().first);
    std::string known;
    for (const auto& [other, value] : rows) {
      if (other == name) return value;
      known += (known.empty() ? "" : ", ") + std::string(other);
    }
    throw Error(fmt::format("{}: \"{}\" is \"{}\", which is not supported; supported are {}", path, key, name,
                            known));
  }

  /// A key that may only be absent, null, false or empty; `why` ends the complaint about anything else.
  void unused(const char* key, std::string_view why) const {
    if (!json.contains(key)) return;
    const auto& value = json.at(key);
    const bool empty = value.is_null() || value == false || (value.is_structured() && value.empty());
    require(empty, "{}: \"{}\" is {}, which is not supported: {}", path, key,
            value.is_structured() ? "given" : value.dump(), why);
  }
};

inline nlohmann::json parse_config(const std::string& path) {
  const auto json = parse_json(read_file(path));
  require(!json.is_discarded(), "{}: is not valid JSON; was the download cut short?", path);
  require(json.is_object(), "{}: is not a JSON object; is this a config.json?", path);
  return json;
}

}  // namespace mtl::detail
