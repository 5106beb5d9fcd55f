// In: label numbers of tokens, a text at a time, and the names of the labels. Out: token accuracy and span
// F1.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include <mtl/data/dataset.hpp>
#include <mtl/detail/error.hpp>
#include <mtl/eval/span_f1.hpp>
#include <mtl/eval/token_accuracy.hpp>

namespace mtl {

/// The two views on a head that labels tokens.
class TokenEvaluation {
 public:
  /// `label_names`: the name of each label number, as Dataset::labels has them (O, B-名詞, ...).
  explicit TokenEvaluation(std::vector<std::string> label_names, SpanRule rule = SpanRule::Lenient)
      : names_{std::move(label_names)}, spans_{rule} {}

  /// Counts one text. Tokens whose gold label is ignored_label are removed first, from both lists, as is
  /// usual with seqeval. Throws Error when the lists differ in length or hold a number without a name.
  void add(std::span<const int> gold, std::span<const int> predicted) {
    tokens_.add(gold, predicted);
    std::vector<std::string> truth, claim;
    for (std::size_t i = 0; i < gold.size(); ++i) {
      if (gold[i] == ignored_label) continue;
      truth.push_back(name(gold[i]));
      claim.push_back(name(predicted[i]));
    }
    spans_.add(truth, claim);
  }

  /// Label by label.
  const TokenAccuracy& tokens() const { return tokens_; }
  /// Span by span.
  const SpanF1& spans() const { return spans_; }

 private:
  const std::string& name(int label) const {
    require(label >= 0 && static_cast<std::size_t>(label) < names_.size(),
            "label {} of {} labels (counted from 0)", label, names_.size());
    return names_[static_cast<std::size_t>(label)];
  }

  std::vector<std::string> names_;
  TokenAccuracy tokens_;
  SpanF1 spans_;
};

}  // namespace mtl
