// The settings of the data stage. The initial values are the paper's, or what is chosen where it is silent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <mtl/text/normalize.hpp>
#include <mtl/text/span_first.hpp>

namespace mtl {

/// What becomes of texts that are equal after normalisation.
enum class Duplicates {
  FirstKept,         ///< the first after shuffling stays, whatever the labels
  ConflictsDropped,  ///< where their labels differ, none stays; else the first
};

/// How a text is cut into sub-words.
enum class Tokens {
  SpanFirst,  ///< no piece crosses the border of a labelled span (the paper)
  Ordinary,   ///< as the checkpoint's tokenizer does it
};

/// What the auxiliary head learns at [CLS] and [SEP].
enum class SpecialTokenLabels { Ignored, Outside };

/// From a corpus to a data set.
struct PrepareOptions {
  NormalizeOptions normalize{};
  std::uint64_t seed = 1;  ///< of the shuffling
  int classes = 0;         ///< only the first so many by name; 0: all
  bool balance = true;     ///< the same number of texts in every class
  int per_class = 0;       ///< that number; 0: the size of the smallest class
  int max_words = 512;     ///< cut after so many words; 0: never. 512 is the paper's for livedoor
  int drop_words_from =
      0;              ///< leave out texts of so many words or more; 0: none. 500 is the paper's for Rakuten
  int min_words = 0;  ///< leave out texts of fewer words
  int folds = 0;      ///< that the texts will be divided into: no class may have fewer; 0: not known
  int max_pieces = 512;  ///< cut after so many tokens, special ones counted
  Duplicates duplicates = Duplicates::FirstKept;
  Tokens tokens = Tokens::SpanFirst;
  JoinOrder join = JoinOrder::TextOrder;
  SpecialTokenLabels special_labels = SpecialTokenLabels::Ignored;
  std::string auxiliary_head = "pos";  ///< name of the head that learns the spans
  int threads = 0;                     ///< 0: one a core. The result does not depend on it
  /// Called now and then, by one thread at a time: what is being done, how many of how many texts.
  std::function<void(std::string_view, std::size_t, std::size_t)> progress{};
};

/// The head that learns the classes.
inline constexpr std::string_view main_head = "main";

}  // namespace mtl
