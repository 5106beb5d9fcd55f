// In: gold and predicted IOB2 label names, a text at a time. Out: entity-level precision, recall and F1.
#pragma once

#include <algorithm>
#include <iterator>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/eval/entities.hpp>
#include <mtl/eval/hits.hpp>

namespace mtl {

/// Three scores in [0, 1].
struct PrecisionRecallF1 {
  double precision = 0, recall = 0, f1 = 0;
};

/// Counts spans that are found exactly (kind, begin and end). Without any span every score is 0.
class SpanF1 {
 public:
  /// Nothing counted yet; `rule` says what an I without a B is.
  explicit SpanF1(SpanRule rule = SpanRule::Lenient) : rule_{rule} {}

  /// Counts one text. Throws Error when the lists differ in length, or as entities() does.
  void add(std::span<const std::string> gold, std::span<const std::string> predicted) {
    require(gold.size() == predicted.size(), "{} gold labels against {} predicted ones in one text",
            gold.size(), predicted.size());
    const auto truth = entities(gold, rule_), claim = entities(predicted, rule_);
    for (const Entity& entity : truth) ++kinds_[entity.kind].gold;
    for (const Entity& entity : claim) ++kinds_[entity.kind].predicted;
    std::vector<Entity> found;
    std::ranges::set_intersection(truth, claim, std::back_inserter(found));
    for (const Entity& entity : found) ++kinds_[entity.kind].found;
  }

  /// By kind: every kind that occurred in gold or predictions.
  const std::map<std::string, Hits>& kinds() const { return kinds_; }

  /// All kinds counted together. Hits::occurs() tells a 0 of no spans from a 0 of wrong ones.
  Hits total() const {
    Hits sum;
    for (const auto& [kind, hits] : kinds_) sum += hits;
    return sum;
  }

  /// The scores of total().
  PrecisionRecallF1 micro() const {
    const Hits all = total();
    return {all.precision(), all.recall(), all.f1()};
  }

  /// Plain mean over kinds().
  PrecisionRecallF1 macro() const {
    return average([](const Hits&) { return 1.0; });
  }

  /// Mean over kinds(), weighted by the number of gold spans.
  PrecisionRecallF1 weighted() const {
    return average([](const Hits& hits) { return static_cast<double>(hits.gold); });
  }

 private:
  template <class Weight>
  PrecisionRecallF1 average(Weight weight_of) const {
    PrecisionRecallF1 sum;
    double weights = 0;
    for (const auto& [kind, hits] : kinds_) {
      const double weight = weight_of(hits);
      sum.precision += weight * hits.precision();
      sum.recall += weight * hits.recall();
      sum.f1 += weight * hits.f1();
      weights += weight;
    }
    if (weights == 0) return {};
    return {sum.precision / weights, sum.recall / weights, sum.f1 / weights};
  }

  SpanRule rule_;
  std::map<std::string, Hits> kinds_;
};

}  // namespace mtl
