// In: candidates and a task. Out: the task done on each, by several threads, with progress told.
#pragma once

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include <mtl/data/selection.hpp>
#include <mtl/detail/parallel_for.hpp>

namespace mtl::detail {

inline std::function<void(std::size_t)> teller(const PrepareOptions& options, const char* what,
                                               std::size_t count) {
  if (!options.progress) return {};
  return [&options, what, count](std::size_t done) { options.progress(what, done, count); };
}

/// Runs `work` on a document and names the document in what it throws.
template <class Work>
void at_document(const Document& document, Work work) {
  try {
    work();
  } catch (const Error& problem) {
    throw Error(fmt::format("{}: {}", document.where, problem.what()));
  }
}

/// Every thread calls its own task from make_task() with candidates and their documents; an Error names the
/// document.
///
/// In the order of the documents, not in that of the candidates, which is shuffled: texts of one class and
/// time have words in common, which are then still in the processor's cache.
template <class MakeTask>
void for_each_candidate(std::vector<Candidate>& candidates, const Corpus& corpus,
                        const PrepareOptions& options, const char* what, MakeTask make_task) {
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return candidates[i].document; });
  const auto make_indexed = [&] {
    return [&, task = make_task()](std::size_t i) mutable {
      Candidate& candidate = candidates[order[i]];
      const Document& document = corpus.documents[candidate.document];
      at_document(document, [&] { task(candidate, document); });
    };
  };
  parallel_for(candidates.size(), options.threads, make_indexed, teller(options, what, candidates.size()));
}

}  // namespace mtl::detail
