// What the data stage hands on: texts as token ids, with one target for each head that is to learn from them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace mtl {

/// Row of a target that carries no label: special tokens, pieces beyond the annotation, unlabelled texts.
inline constexpr std::int64_t ignored_label = -100;

/// One text, ready for training.
struct Example {
  std::string id = {};
  std::string text = {};               ///< normalised; what the pieces cover
  std::vector<std::int32_t> ids = {};  ///< with the special tokens; ids[0] is [CLS]
  /// By head name: one value (a class of the text) or ids.size() values (a label for every token).
  std::map<std::string, std::vector<std::int32_t>, std::less<>> targets = {};

  bool operator==(const Example&) const = default;
};

/// Examples, and what the numbers of their targets mean.
struct Dataset {
  std::string name = {};  ///< livedoor, twitter, rakuten, manuals, tsv, ...
  std::vector<Example> examples = {};
  /// By head name: the label of each number. "main": the classes; "pos": O, B-名詞, I-名詞, ...
  std::map<std::string, std::vector<std::string>, std::less<>> labels = {};
  /// Of a subset: the place of each example in the whole. Empty: the examples are the whole.
  std::vector<std::size_t> documents = {};

  /// The place of example `i` in the whole that this is a subset of.
  std::size_t document(std::size_t i) const { return documents.empty() ? i : documents.at(i); }

  bool operator==(const Dataset&) const = default;
};

/// The examples `which`, in that order, with the same labels.
inline Dataset subset(const Dataset& dataset, std::span<const std::size_t> which) {
  Dataset part{.name = dataset.name, .examples = {}, .labels = dataset.labels};
  part.examples.reserve(which.size());
  part.documents.reserve(which.size());
  for (const std::size_t i : which) {
    part.examples.push_back(dataset.examples.at(i));
    part.documents.push_back(dataset.document(i));
  }
  return part;
}

}  // namespace mtl
