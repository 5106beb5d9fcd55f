// In: normalised texts with their classes. Out: those that stay, in shuffled order, every other one counted.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>

#include <mtl/data/corpus.hpp>
#include <mtl/data/dataset.hpp>
#include <mtl/data/prepare_options.hpp>
#include <mtl/data/prepare_report.hpp>
#include <mtl/text/span.hpp>

namespace mtl {

/// A document on its way through the data stage.
struct Candidate {
  std::size_t document = 0;  ///< index in the corpus
  std::size_t label = 0;     ///< index in the classes of the corpus
  std::string text = {};     ///< normalised
  std::size_t length = 0;    ///< bytes of `text` that are used; fewer than all when it is cut after max_words
  std::optional<std::size_t> words = {};  ///< of `text`, once they are counted, and as far as they matter
  std::optional<std::vector<Span>> spans = {};  ///< once they are known; within `length`
  bool beginning = false;  ///< `length` and `spans` are those of its first words, for the while
  Example example = {};    ///< once it is tokenised
  bool wanted = true;      ///< it stays, as far as is known
  bool cut = false;        ///< pieces were left out at its end
  bool complete = false;   ///< `example` has all pieces, and not those of a beginning
};

namespace detail {

template <class Keep>
void keep_if(std::vector<Candidate>& candidates, PrepareReport& report, Dropped why, Keep keep) {
  std::erase_if(candidates, [&](const Candidate& candidate) {
    const bool kept = keep(candidate);
    if (!kept) ++report.of(why, candidate.label);
    return !kept;
  });
}

}  // namespace detail

/// The documents of the chosen classes: the first `classes` by name, all for 0. Throws Error when there are
/// not so many, or fewer than two.
inline std::vector<Candidate> choose_classes(const Corpus& corpus, int classes, PrepareReport& report) {
  const auto available = static_cast<int>(corpus.classes.size());
  require(classes >= 0 && classes <= available, "classes: {} are asked for, data set '{}' has {}", classes,
          corpus.name, available);
  const auto chosen = static_cast<std::size_t>(classes == 0 ? available : classes);
  require(chosen > 1, "data set '{}': one class only; a classifier needs at least two (check the labels)",
          corpus.name);
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < corpus.documents.size(); ++i) {
    const auto found = std::ranges::lower_bound(corpus.classes, corpus.documents[i].label);
    require(found != corpus.classes.end() && *found == corpus.documents[i].label,
            "text '{}': its class '{}' is not one of data set '{}'", corpus.documents[i].id,
            corpus.documents[i].label, corpus.name);
    const auto label = static_cast<std::size_t>(found - corpus.classes.begin());
    ++report.read[label];
    if (label < chosen)
      candidates.push_back({.document = i, .label = label});
    else
      ++report.of(Dropped::NotChosen, label);
  }
  return candidates;
}

/// Keeps the first of the candidates for which key(candidate), a view of something in it, is the same (or
/// none, as options.duplicates says); the others are counted as `why`.
template <class Key>
void drop_duplicates(std::vector<Candidate>& candidates, const PrepareOptions& options, PrepareReport& report,
                     Dropped why, Key key) {
  using Found = std::invoke_result_t<Key, const Candidate&>;
  static_assert(std::is_lvalue_reference_v<Found> || std::is_same_v<Found, std::string_view>,
                "the key of a candidate is a view of something in it, not a string of its own");
  // Marked first, dropped then: while candidates are moved no view of them is valid.
  const auto is_wanted = [](const Candidate& candidate) { return candidate.wanted; };
  if (options.duplicates == Duplicates::ConflictsDropped) {
    std::unordered_map<std::string_view, std::size_t> first;
    std::unordered_set<std::string_view> conflicts;
    for (const Candidate& candidate : candidates)
      if (first.emplace(key(candidate), candidate.label).first->second != candidate.label)
        conflicts.insert(key(candidate));
    for (Candidate& candidate : candidates) candidate.wanted = !conflicts.contains(key(candidate));
    detail::keep_if(candidates, report, Dropped::Conflict, is_wanted);
  }
  std::unordered_set<std::string_view> seen;
  for (Candidate& candidate : candidates) candidate.wanted = seen.insert(key(candidate)).second;
  detail::keep_if(candidates, report, why, is_wanted);
}

namespace detail {

/// Why texts of a class were left out so far: ", left out: 3 duplicate, 1 empty"; empty when none was.
inline std::string reasons(const PrepareReport& report, std::size_t label) {
  std::string text;
  for (std::size_t why = 0; why < dropped_names.size(); ++why)
    if (const auto count = report.dropped[why][label]; count > 0)
      text += fmt::format("{}{} {}", text.empty() ? "; left out: " : ", ", count, dropped_names[why]);
  return text;
}

/// Throws Error for the smallest class where it has no text, or too few.
inline void require_enough(const std::vector<std::int64_t>& sizes, const PrepareOptions& options,
                           const PrepareReport& report) {
  const auto label = static_cast<std::size_t>(std::ranges::min_element(sizes) - sizes.begin());
  const std::int64_t size = sizes[label], read = report.read[label];
  const std::string& name = report.classes[label];
  require(size > 0, "class '{}' is empty: of {} texts read none is left; nothing could be learnt of it{}",
          name, read, reasons(report, label));
  require(
      !options.balance || size >= options.per_class,
      "class '{}' has {} usable texts of {} read, {} are asked for (by per_class, --per-class, or without "
      "it as the paper's size of this data set); a smaller one takes fewer, 0 as many as the smallest "
      "class has{}",
      name, size, read, options.per_class, reasons(report, label));
  require(size >= options.folds,
          "class '{}' has {} usable texts of {} read, fewer than the {} folds; take fewer folds or more "
          "texts{}",
          name, size, read, options.folds, reasons(report, label));
}

}  // namespace detail

/// Keeps the same number of texts of every class, the first ones. Throws Error for a class with none, or with
/// fewer than options.per_class or options.folds.
inline void balance(std::vector<Candidate>& candidates, std::size_t classes, const PrepareOptions& options,
                    PrepareReport& report) {
  std::vector<std::int64_t> sizes(classes);
  for (const Candidate& candidate : candidates) ++sizes.at(candidate.label);
  detail::require_enough(sizes, options, report);
  if (!options.balance) return;
  const std::int64_t size = options.per_class > 0 ? options.per_class : std::ranges::min(sizes);
  std::vector<std::int64_t> taken(classes);
  detail::keep_if(candidates, report, Dropped::BeyondSize,
                  [&](const Candidate& candidate) { return taken[candidate.label]++ < size; });
}

}  // namespace mtl
