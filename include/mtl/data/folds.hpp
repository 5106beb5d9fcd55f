// In: the class of every text. Out: k folds, stratified by class, from a seed alone.
#pragma once

#include <charconv>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <mtl/data/dataset.hpp>
#include <mtl/detail/error.hpp>
#include <mtl/detail/random.hpp>
#include <mtl/store/atomic_file.hpp>

namespace mtl {

/// Which fold every text belongs to. With k folds a run on test fold f validates on the next one and trains
/// on the other k - 2: 8 : 1 : 1 at k = 10.
struct Folds {
  int k = 0;
  std::uint64_t seed = 0;
  std::vector<int> fold_of;  ///< by index of the example, in 0 .. k - 1

  /// Indices of the examples in fold f, rising. Throws Error where there is no fold f.
  std::vector<std::size_t> test(int f) const {
    return where([f](int fold) { return fold == f; }, f);
  }
  /// The same of the fold behind f, on which a run on test fold f validates.
  std::vector<std::size_t> valid(int f) const {
    return where([next = (f + 1) % k](int fold) { return fold == next; }, f);
  }
  /// The same of the other k - 2 folds.
  std::vector<std::size_t> train(int f) const {
    return where([f, next = (f + 1) % k](int fold) { return fold != f && fold != next; }, f);
  }

  bool operator==(const Folds&) const = default;

 private:
  template <class Wanted>
  std::vector<std::size_t> where(Wanted wanted, int f) const {
    require(f >= 0 && f < k, "fold {} of {} folds; they are numbered from 0", f, k);
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < fold_of.size(); ++i)
      if (wanted(fold_of[i])) chosen.push_back(i);
    return chosen;
  }
};

namespace detail {

inline std::vector<std::vector<std::size_t>> members_by_class(const std::vector<int>& labels,
                                                              std::size_t classes) {
  std::vector<std::vector<std::size_t>> members(classes);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    require(labels[i] >= 0, "folds: text {} has class {}; classes are numbered from 0", i, labels[i]);
    const auto label = static_cast<std::size_t>(labels[i]);
    if (label >= members.size()) members.resize(label + 1);
    members[label].push_back(i);
  }
  return members;
}

}  // namespace detail

/// Deals the shuffled texts of each class over the folds, one class beginning where the last one ended: fold
/// sizes differ by at most one within each class and over all.
///
/// `names` are the classes for messages; a name without a text is an empty class. Throws Error for fewer than
/// three folds, for one class only, an empty class and a class smaller than the folds.
inline Folds stratified_folds(const std::vector<int>& labels, int k, std::uint64_t seed,
                              std::span<const std::string> names = {}) {
  require(k >= 3, "{} folds; at least 3 are needed: one to test, one to validate, the rest to train", k);
  auto members = detail::members_by_class(labels, names.size());
  require(members.size() > 1, "folds: one class only; a classifier needs at least two (check the labels)");
  const RandomStream stream = RandomStream(seed).named("folds");
  Folds folds{k, seed, std::vector<int>(labels.size())};
  std::size_t dealt = 0;
  for (std::size_t label = 0; label < members.size(); ++label) {
    const std::string name = label < names.size() ? names[label] : fmt::format("{}", label);
    require(!members[label].empty(), "folds: class '{}' is empty; nothing could be learnt of it", name);
    require(members[label].size() >= static_cast<std::size_t>(k),
            "folds: the texts of class '{}' are {}, fewer than the {} folds; take fewer folds or more texts",
            name, members[label].size(), k);
    shuffle(members[label], stream.at(label));
    for (const std::size_t i : members[label])
      folds.fold_of[i] = static_cast<int>(dealt++ % static_cast<std::size_t>(k));
  }
  return folds;
}

/// The classes of the texts, as stratified_folds wants them.
inline std::vector<int> main_labels(const Dataset& dataset, std::string_view head = "main") {
  std::vector<int> labels;
  for (const Example& example : dataset.examples) {
    const auto found = example.targets.find(head);
    require(found != example.targets.end() && found->second.size() == 1,
            "text '{}' of data set '{}' has no class for head '{}'", example.id, dataset.name, head);
    labels.push_back(found->second.front());
  }
  return labels;
}

/// "id<TAB>fold", one text a line, under one line that says what they are: "# 10 folds, seed 1".
inline std::string format_folds(const Folds& folds, const Dataset& dataset) {
  require(folds.fold_of.size() == dataset.examples.size(), "{} texts against {} folds' entries",
          dataset.examples.size(), folds.fold_of.size());
  std::string text = fmt::format("# {} folds, seed {}\n", folds.k, folds.seed);
  for (std::size_t i = 0; i < folds.fold_of.size(); ++i)
    text += fmt::format("{}\t{}\n", dataset.examples[i].id, folds.fold_of[i]);
  return text;
}

/// Writes format_folds() to a file, whole or not at all.
inline void save_folds(const std::string& path, const Folds& folds, const Dataset& dataset) {
  write_file_atomically(path, format_folds(folds, dataset));
}

}  // namespace mtl
