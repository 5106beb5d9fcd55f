// The settings of the data stage as JSON, by the names that the flags of the program have; and back.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <mtl/data/prepare_options.hpp>
#include <mtl/detail/error.hpp>
#include <mtl/labels/part_of_speech_source.hpp>

namespace mtl {

/// The values of an enumeration by name. Specialised for every setting that is a choice.
template <class E>
inline constexpr std::array<std::pair<E, std::string_view>, 0> choices{};
template <>
inline constexpr std::array choices<Digits>{std::pair{Digits::EachToZero, std::string_view("each")},
                                            std::pair{Digits::RunToZero, std::string_view("run")},
                                            std::pair{Digits::Keep, std::string_view("keep")}};
template <>
inline constexpr std::array choices<Width>{std::pair{Width::Nfkc, std::string_view("nfkc")},
                                           std::pair{Width::AsciiOnly, std::string_view("ascii")},
                                           std::pair{Width::Keep, std::string_view("keep")}};
template <>
inline constexpr std::array choices<Tokens>{std::pair{Tokens::SpanFirst, std::string_view("span-first")},
                                            std::pair{Tokens::Ordinary, std::string_view("ordinary")}};
template <>
inline constexpr std::array choices<JoinOrder>{
    std::pair{JoinOrder::TextOrder, std::string_view("text")},
    std::pair{JoinOrder::SpansFirst, std::string_view("spans-first")}};
template <>
inline constexpr std::array choices<Duplicates>{
    std::pair{Duplicates::FirstKept, std::string_view("first")},
    std::pair{Duplicates::ConflictsDropped, std::string_view("drop-conflicts")}};
template <>
inline constexpr std::array choices<SpecialTokenLabels>{
    std::pair{SpecialTokenLabels::Ignored, std::string_view("ignored")},
    std::pair{SpecialTokenLabels::Outside, std::string_view("outside")}};

/// The name of a choice.
template <class E>
std::string name_of_choice(E value) {
  for (const auto& [choice, name] : choices<E>)
    if (choice == value) return std::string(name);
  throw Error("a setting has a value without a name");
}

/// The choice of a name. Throws Error that lists the names there are.
template <class E>
E choice_of(std::string_view setting, std::string_view name) {
  std::string all;
  for (const auto& [choice, known] : choices<E>) {
    if (known == name) return choice;
    all += (all.empty() ? "" : ", ") + std::string(known);
  }
  throw Error(fmt::format("{}: '{}' is none of its values ({})", setting, name, all));
}

inline nlohmann::json to_json(const NormalizeOptions& options) {
  return {{"digits", name_of_choice(options.digits)},   {"width", name_of_choice(options.width)},
          {"remove-urls", options.remove_urls},         {"remove-symbols", options.remove_symbols},
          {"remove-newlines", options.remove_newlines}, {"remove-spaces", options.remove_spaces}};
}

/// Throws Error for a name that is no choice, and nlohmann's exceptions for a missing or ill-typed key.
inline NormalizeOptions normalize_options(const nlohmann::json& json) {
  return {.digits = choice_of<Digits>("digits", json.at("digits").get<std::string>()),
          .width = choice_of<Width>("width", json.at("width").get<std::string>()),
          .remove_urls = json.at("remove-urls"),
          .remove_symbols = json.at("remove-symbols"),
          .remove_newlines = json.at("remove-newlines"),
          .remove_spaces = json.at("remove-spaces")};
}

inline nlohmann::json to_json(const PartOfSpeechOptions& options) {
  return {{"kinds", options.kinds},
          {"excluded-details", options.excluded_details},
          {"merge-runs", options.merge_runs}};
}

/// What to_json(PartOfSpeechOptions) wrote. Throws nlohmann's exceptions for a missing or ill-typed key.
inline PartOfSpeechOptions part_of_speech_options(const nlohmann::json& json) {
  return {.kinds = json.at("kinds"),
          .excluded_details = json.at("excluded-details"),
          .merge_runs = json.at("merge-runs")};
}

/// Everything that determines the data set; threads and progress do not.
inline nlohmann::json to_json(const PrepareOptions& options) {
  return {{"normalize", to_json(options.normalize)},
          {"seed", options.seed},
          {"classes", options.classes},
          {"balance", options.balance},
          {"per-class", options.per_class},
          {"max-words", options.max_words},
          {"drop-words-from", options.drop_words_from},
          {"min-words", options.min_words},
          {"max-pieces", options.max_pieces},
          {"duplicates", name_of_choice(options.duplicates)},
          {"tokens", name_of_choice(options.tokens)},
          {"join", name_of_choice(options.join)},
          {"special-labels", name_of_choice(options.special_labels)},
          {"auxiliary-head", options.auxiliary_head}};
}

/// What to_json(PrepareOptions) wrote. Throws as normalize_options() does.
inline PrepareOptions prepare_options(const nlohmann::json& json) {
  return {.normalize = normalize_options(json.at("normalize")),
          .seed = json.at("seed"),
          .classes = json.at("classes"),
          .balance = json.at("balance"),
          .per_class = json.at("per-class"),
          .max_words = json.at("max-words"),
          .drop_words_from = json.at("drop-words-from"),
          .min_words = json.at("min-words"),
          .max_pieces = json.at("max-pieces"),
          .duplicates = choice_of<Duplicates>("duplicates", json.at("duplicates").get<std::string>()),
          .tokens = choice_of<Tokens>("tokens", json.at("tokens").get<std::string>()),
          .join = choice_of<JoinOrder>("join", json.at("join").get<std::string>()),
          .special_labels =
              choice_of<SpecialTokenLabels>("special-labels", json.at("special-labels").get<std::string>()),
          .auxiliary_head = json.at("auxiliary-head")};
}

}  // namespace mtl
