// In: the settings of a run. Out: what it chose wherever the paper is silent, question by question, and the
// settings that are left.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/report/run_summary.hpp>

namespace mtl {

/// Something that the paper leaves open.
struct SilentPoint {
  std::string_view question;
  std::string_view setting;  ///< the name of the setting, as run.json holds it
  std::string_view others;   ///< what else could have been chosen
};

/// Every point on which the paper is silent, in the order of its sections.
inline constexpr std::array<SilentPoint, 31> silent_points{{
    {"which loss early stopping watches", "early stopping watches",
     "loss, loss:main, accuracy:main; several"},
    {"order of the joined tokens", "join", "text order, spans first"},
    {"adjacent morphemes of one part of speech", "labels: pos: merge-runs",
     "no: one span each; yes: one run"},
    {"labels of sub-words", "labels of sub-words", ""},
    {"which parts of speech", "labels: pos: kinds", "any"},
    {"which nouns: details left out", "labels: pos: excluded-details", "none; 非自立, 接尾, 代名詞, 数"},
    {"symbols that MeCab calls nouns: removed first", "normalize: remove-symbols", "yes, no"},
    {"auxiliary loss at [CLS] and [SEP]", "special-labels", "ignored, O"},
    {"mean in L_sub", "mean in L_sub", "over the labelled pieces, over texts"},
    {"tokens of the single-task arm", "tokens of the single-task arm", "span-first, ordinary"},
    {"how texts are cut into tokens", "tokens", "span-first, ordinary"},
    {"words inside a region", "words inside a region", "analysed alone, kept from the whole text"},
    {"dictionary of the labels", "dictionary of the labels", "NEologd, ipadic, any of MeCab's"},
    {"dictionary of the sub-words", "dictionary of the sub-words", "the checkpoint's, that of the labels"},
    {"dropout in the frozen layers below l", "dropout in the frozen layers below l", "on, off"},
    {"dropout in the layers from l up", "dropout in the layers from l up", "any"},
    {"full-width to half-width", "normalize: width", "nfkc, letters, digits and symbols only, neologdn"},
    {"digits to 0", "normalize: digits", "each digit, each run"},
    {"order of cleaning", "order of cleaning", "any"},
    {"duplicates with different labels", "duplicates", "first, drop"},
    {"\"512 words\": words", "max-words", "0: no limit"},
    {"\"512 words\": pieces with specials", "max-pieces", ""},
    {"the [CLS] vector", "the [CLS] vector", "first token, mean over tokens"},
    {"initial heads", "first weights of heads", "normal 0.02, libtorch's"},
    {"learning rate of the auxiliary head", "learning rate of the auxiliary head", "1e-4, 5e-5"},
    {"last partial batch", "last partial batch", "kept, dropped"},
    {"longest training, epochs", "epochs", "any"},
    {"validation fold", "validation fold", "any"},
    {"SD in the tables", "SD in the tables", "population, n - 1"},
    {"folds", "folds", "stratified, plain"},
    {"attention pictures: layer, row, scale", "attention pictures: layer, row, scale", "any"},
}};

/// What a run chose on one point.
struct Choice {
  SilentPoint point = {};
  std::string chosen = {};  ///< "not recorded" where the run does not say
};

/// A choice for every silent point, in their order. A setting that stands several times is joined.
inline std::vector<Choice> made_choices(const RunSummary& run) {
  std::vector<Choice> choices;
  for (const SilentPoint& point : silent_points) {
    Choice choice{.point = point};
    for (const auto& [name, value] : run.choices)
      if (name == point.setting)
        choice.chosen += (choice.chosen.empty() ? "" : ", ") + (value.empty() ? "none" : value);
    if (choice.chosen.empty()) choice.chosen = "not recorded";
    choices.push_back(std::move(choice));
  }
  return choices;
}

/// The settings that answer no silent point.
inline RunSummary::Facts other_settings(const RunSummary& run) {
  RunSummary::Facts rest;
  for (const auto& fact : run.choices)
    if (std::ranges::find(silent_points, fact.first, &SilentPoint::setting) == silent_points.end())
      rest.push_back(fact);
  return rest;
}

}  // namespace mtl
