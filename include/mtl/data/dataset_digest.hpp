// In: a data set or its folds. Out: digests, which say whether two runs saw the same.
#pragma once

#include <span>
#include <string_view>

#include <mtl/data/dataset.hpp>
#include <mtl/data/folds.hpp>
#include <mtl/store/digest.hpp>

namespace mtl {

namespace detail {

inline void add_numbers(Digest& digest, const std::vector<std::int32_t>& numbers) {
  digest.add(static_cast<std::int64_t>(numbers.size())).add(std::span(numbers));
}

inline void add_names(Digest& digest, const std::vector<std::string>& names) {
  digest.add(static_cast<std::int64_t>(names.size()));
  for (const std::string& name : names) digest.add(name);
}

}  // namespace detail

/// Of everything: names, labels, and of every text its id, text, token ids and targets.
inline std::string data_digest(const Dataset& dataset) {
  Digest digest;
  digest.add("data").add(dataset.name);
  for (const auto& [head, labels] : dataset.labels) {
    digest.add(head);
    detail::add_names(digest, labels);
  }
  for (const Example& example : dataset.examples) {
    digest.add(example.id).add(example.text);
    detail::add_numbers(digest, example.ids);
    for (const auto& [head, values] : example.targets) {
      digest.add(head);
      detail::add_numbers(digest, values);
    }
  }
  return digest.hex();
}

/// Of what a model with the heads `heads` alone sees: token ids, and the labels and targets of those heads.
/// Another auxiliary label source with the same tokens leaves the single-task arm's digest as it is.
inline std::string inputs_digest(const Dataset& dataset, const std::vector<std::string>& heads = {"main"}) {
  Digest digest;
  digest.add("inputs");
  for (const std::string& head : heads) {
    digest.add(head);
    const auto labels = dataset.labels.find(head);
    if (labels != dataset.labels.end()) detail::add_names(digest, labels->second);
  }
  for (const Example& example : dataset.examples) {
    detail::add_numbers(digest, example.ids);
    for (const std::string& head : heads) {
      const auto values = example.targets.find(head);
      if (values != example.targets.end()) detail::add_numbers(digest, values->second);
    }
  }
  return digest.hex();
}

/// Of which text is in which fold, by position in the data set.
inline std::string folds_digest(const Folds& folds) {
  Digest digest;
  digest.add("folds").add(std::int64_t{folds.k});
  for (const int fold : folds.fold_of) digest.add(std::int64_t{fold});
  return digest.hex();
}

}  // namespace mtl
