// In: a classifier and a text. Out: the log-odds that are lost when a span, or a word outside of spans, is
// left out.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

#include <mtl/attribution/explained_text.hpp>

namespace mtl {

/// log-odds of the text less log-odds of the text without the group, for each of text.groups: in nats,
/// positive where the group speaks for the class. The tokens of a group are deleted and those behind it move
/// up. `batch` texts at a time. Throws Error for a group that is empty or holds a special token at an end.
inline std::vector<double> log_odds_lost(const ExplainedText& text, int batch = 16) {
  require(batch > 0, "a batch of {} texts; it takes at least one", batch);
  const torch::NoGradGuard no_grad;
  const auto score = [&](const std::vector<torch::Tensor>& texts) {
    std::vector<std::int64_t> starts{0};
    for (const auto& ids : texts) starts.push_back(starts.back() + ids.size(0));
    const Batch made{torch::cat(texts), torch::tensor(starts, torch::kInt64), {}};
    const auto taps = text.backbone.forward(made, {.highest = text.classifier.layer()});
    return detail::to_doubles(log_odds(text.classifier.forward(taps), text.target));
  };
  const double whole = score({text.ids}).front();
  std::vector<double> lost;
  for (std::size_t first = 0; first < text.groups.size(); first += static_cast<std::size_t>(batch)) {
    const auto count = std::min(text.groups.size() - first, static_cast<std::size_t>(batch));
    std::vector<torch::Tensor> without;
    for (std::size_t i = first; i < first + count; ++i) {
      const auto begin = static_cast<std::int64_t>(text.groups[i].begin),
                 end = static_cast<std::int64_t>(text.groups[i].end);
      require(begin > 0 && begin < end && end < text.tokens(),
              "tokens [{}, {}) cannot be left out of a text of {} tokens: its first and last must stay",
              begin, end, text.tokens());
      without.push_back(torch::cat({text.ids.slice(0, 0, begin), text.ids.slice(0, end)}));
    }
    for (const double rest : score(without)) lost.push_back(whole - rest);
  }
  return lost;
}

/// The loss of each group, in equal parts on its tokens; 0 for tokens of no group. Source: leaving out as in
/// Li, Monroe and Jurafsky, "Understanding neural networks through representation erasure" (2016).
struct LeaveOneSpanOut {
  static constexpr std::string_view name = "leave-one-span-out";
  static constexpr bool is_signed = true;

  int batch = 16;

  std::vector<double> operator()(const ExplainedText& text) const {
    const auto lost = log_odds_lost(text, batch);
    std::vector<double> scores(static_cast<std::size_t>(text.tokens()));
    for (std::size_t i = 0; i < lost.size(); ++i)
      for (std::size_t t = text.groups[i].begin; t < text.groups[i].end; ++t)
        scores[t] += lost[i] / static_cast<double>(text.groups[i].end - text.groups[i].begin);
    return scores;
  }
};

static_assert(AttributionMethod<LeaveOneSpanOut>);

}  // namespace mtl
