// In: the name of a data set. Out: the sizes that the paper gives it (its section 3.2.2), or else ours.
#pragma once

#include <array>
#include <string_view>

#include <mtl/data/prepare_options.hpp>

namespace mtl {

/// What the paper says of a data set of its own.
struct PaperDefaults {
  std::string_view dataset;  ///< as mtl names it
  int classes;
  int per_class;        ///< texts of each class
  int max_words;        ///< cut after so many words; 0: it says nothing of that
  int drop_words_from;  ///< texts of so many words or more left out; 0: it says nothing of that
};

inline constexpr std::array<PaperDefaults, 3> paper_defaults{{
    {"twitter", 3, 10'000, 0, 0},
    {"rakuten", 2, 20'000, 0, 500},
    {"livedoor", 9, 500, 512, 0},
}};

/// The paper's sizes for a data set; nullptr where it is none of the paper's three.
constexpr const PaperDefaults* find_paper_defaults(std::string_view dataset) {
  for (const PaperDefaults& defaults : paper_defaults)
    if (defaults.dataset == dataset) return &defaults;
  return nullptr;
}

/// Settings for a data set: the paper's sizes for its three, and classes as large as the smallest for others.
inline PrepareOptions default_options(std::string_view dataset) {
  PrepareOptions options;
  if (const PaperDefaults* paper = find_paper_defaults(dataset)) {
    options.per_class = paper->per_class;
    options.max_words = paper->max_words;
    options.drop_words_from = paper->drop_words_from;
  }
  return options;
}

}  // namespace mtl
