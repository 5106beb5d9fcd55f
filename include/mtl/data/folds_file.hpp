// In: a folds file ("id<TAB>fold" lines) and the data set it divides. Out: the folds, checked.
#pragma once

#include <cstdio>

#include <mtl/data/corpus.hpp>
#include <mtl/data/folds.hpp>
#include <mtl/data/parse_number.hpp>

namespace mtl {

namespace detail {

/// "# 10 folds, seed 1"
inline Folds folds_heading(std::string_view line, const std::string& path) {
  Folds folds;
  const auto after_k = line.find(" folds, seed ");
  const bool shaped = line.starts_with("# ") && after_k != std::string_view::npos &&
                      parse_whole(line.substr(2, after_k - 2), folds.k) &&
                      parse_whole(line.substr(after_k + 13), folds.seed);
  require(shaped && folds.k >= 3 && folds.k <= 1'000'000,
          "{}, line 1: expected '# <k> folds, seed <seed>' with k of at least 3, found '{}'", path, line);
  return folds;
}

}  // namespace detail

/// Reads what format_folds wrote, or what another program wrote in its form, in any order of lines.
///
/// Throws Error with file and line unless every text of the data set stands there once, with a fold in range,
/// and no fold is empty.
inline Folds load_folds(const std::string& path, const Dataset& dataset) {
  const std::string content = read_file(path);
  const auto lines = detail::lines_of(content);
  require(!lines.empty(), "{}: is empty; expected '# <k> folds, seed <seed>' and one line a text", path);
  Folds folds = detail::folds_heading(lines.front(), path);
  std::unordered_map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < dataset.examples.size(); ++i) index.emplace(dataset.examples[i].id, i);
  folds.fold_of.assign(dataset.examples.size(), -1);
  std::vector<std::size_t> sizes(static_cast<std::size_t>(folds.k));
  for (std::size_t n = 1; n < lines.size(); ++n) {
    const auto tab = lines[n].rfind('\t');
    require(tab != std::string_view::npos, "{}, line {}: no tab; each line is an id, a tab and a fold", path,
            n + 1);
    const auto id = index.find(lines[n].substr(0, tab));
    require(id != index.end(),
            "{}, line {}: text '{}' is not in data set '{}'; the folds belong to another one", path, n + 1,
            lines[n].substr(0, tab), dataset.name);
    int fold = -1;
    require(detail::parse_whole(lines[n].substr(tab + 1), fold) && fold >= 0 && fold < folds.k,
            "{}, line {}: '{}' is no fold of {} (numbered from 0)", path, n + 1, lines[n].substr(tab + 1),
            folds.k);
    require(folds.fold_of[id->second] == -1, "{}, line {}: text '{}' stands twice", path, n + 1, id->first);
    folds.fold_of[id->second] = fold;
    ++sizes[static_cast<std::size_t>(fold)];
  }
  require(lines.size() - 1 == dataset.examples.size(),
          "{}: {} texts, but data set '{}' has {}; the file is cut short", path, lines.size() - 1,
          dataset.name, dataset.examples.size());
  for (std::size_t f = 0; f < sizes.size(); ++f) require(sizes[f] > 0, "{}: fold {} is empty", path, f);
  return folds;
}

}  // namespace mtl
