// In: text that should be JSON, from a file that nobody vouches for. Out: its value, if it is.
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace mtl {

/// The value of a JSON text; discarded (is_discarded()) where it is none, or nested deeper than any file that
/// is read here: writing such a value would recurse as deep.
/// `wanted` says, as the library's parser asks, which parts are kept.
inline nlohmann::json parse_json(std::string_view text,
                                 const nlohmann::json::parser_callback_t& wanted = {}) {
  if (text.find('\0') != std::string_view::npos)  // which the parser takes for the end of its input
    return nlohmann::json(nlohmann::json::value_t::discarded);
  constexpr int deepest = 64;
  bool too_deep = false;
  const auto watch = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& value) {
    too_deep = too_deep || depth > deepest;
    return !too_deep && (!wanted || wanted(depth, event, value));
  };
  auto value = nlohmann::json::parse(text.begin(), text.end(), watch, /*allow_exceptions=*/false);
  return too_deep ? nlohmann::json(nlohmann::json::value_t::discarded) : value;
}

}  // namespace mtl
