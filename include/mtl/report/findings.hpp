// In: a comparison. Out: what its numbers show and what they do not, in plain sentences.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <mtl/report/comparison.hpp>
#include <mtl/report/numbers.hpp>

namespace mtl {

namespace detail {

/// "layer 2", "layers 2, 7 and 12", "layers 1 to 10 and 12": three or more in a row are drawn together.
inline std::string name_layers(const std::vector<int>& layers) {
  std::vector<std::string> parts;
  for (std::size_t from = 0, to = 0; from < layers.size(); from = to) {
    for (to = from + 1; to < layers.size() && layers[to] == layers[to - 1] + 1;) ++to;
    if (to - from < 3) to = from + 1;
    parts.push_back(std::to_string(layers[from]));
    if (to - from > 1) parts.back() += " to " + std::to_string(layers[to - 1]);
  }
  std::string text = layers.size() == 1 ? "layer " : "layers ";
  for (std::size_t i = 0; i < parts.size(); ++i)
    text += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return text;
}

using Rows = std::vector<const LayerComparison*>;

template <class Keep>
Rows rows_where(const Comparison& c, Keep keep) {
  Rows rows;
  for (const auto& row : c.layers)
    if (keep(row)) rows.push_back(&row);
  return rows;
}

inline std::vector<int> numbers_of(const Rows& rows) {
  std::vector<int> layers;
  for (const auto* row : rows) layers.push_back(row->layer);
  return layers;
}

inline std::string say_scope(const Comparison& c, const Rows& compared) {
  const auto folds = [](const LayerComparison* row) { return row->folds.size(); };
  const auto [fewest, most] = std::ranges::minmax(compared, {}, folds);
  const auto n = folds(fewest) == folds(most)
                     ? count_of(folds(most), "test fold")
                     : fmt::format("{} to {} test folds", folds(fewest), folds(most));
  auto text =
      fmt::format("{} and {} were compared on {} at {}, each time over the same {}.", arm_title(c.treatment),
                  arm_title(c.control), c.dataset, name_layers(numbers_of(compared)), n);
  if (c.done < c.planned)
    text += fmt::format(
        " The run is not complete: {} are done. Folds that only one of the two has finished are left out.",
        show_progress(c));
  return text;
}

inline std::string say_largest(const Comparison& c, const Rows& compared) {
  const auto& best =
      **std::ranges::max_element(compared, {}, [](const auto* row) { return row->test.mean_diff; });
  auto text =
      best.test.mean_diff > 0
          ? fmt::format("The largest gain of {} is at layer {}: ", arm_title(c.treatment), best.layer)
          : fmt::format("{} was more accurate on average at no layer; nearest to a gain is layer {}: ",
                        arm_title(c.treatment), best.layer);
  text += fmt::format("{} points ({} against {} percent, n = {}", show_difference(best.test.mean_diff),
                      show_points(best.treatment.mean), show_points(best.control.mean), best.folds.size());
  if (best.test.status != stats::Status::Ok) return text + "; " + show_test(best) + ").";
  const auto p = show_p(table_p(best));
  return text +
         fmt::format(", t({}) = {:.3f}, one-sided p {} {}, 95 percent interval of the difference {} to {}).",
                     best.test.df, best.test.t, p.starts_with('<') ? "<" : "=",
                     p.starts_with('<') ? p.substr(1) : p, show_difference(best.test.ci95.low),
                     show_difference(best.test.ci95.high));
}

/// A gain over a low baseline is worth less: where does the baseline stand among the layers?
inline std::string say_baseline(const Comparison& c, const Rows& compared) {
  if (compared.size() < 2) return {};
  const auto gain = [](const auto* row) { return row->test.mean_diff; };
  const auto control = [](const auto* row) { return row->control.mean; };
  const auto treatment = [](const auto* row) { return row->treatment.mean; };
  const auto& widest = **std::ranges::max_element(compared, {}, gain);
  const auto& base = **std::ranges::max_element(compared, {}, control);
  const auto& top = **std::ranges::max_element(compared, {}, treatment);
  const auto above = std::ranges::count_if(
      compared, [&](const auto* row) { return row->control.mean > widest.control.mean; });
  auto text = fmt::format(
      "{} is most accurate at layer {} ({}), {} at layer {} ({}). Against that best {}, {} at layer {} "
      "differs by {} points.",
      arm_title(c.treatment), top.layer, show_points(top.treatment.mean), arm_title(c.control), base.layer,
      show_points(base.control.mean), arm_title(c.control), arm_title(c.treatment), widest.layer,
      show_difference(widest.treatment.mean - base.control.mean));
  if (widest.test.mean_diff > 0 && 3 * (static_cast<std::size_t>(above) + 1) > 2 * compared.size())
    text += fmt::format(
        " At layer {} the accuracy of {} ranks {} of {}: part of the gain there may be a low baseline.",
        widest.layer, arm_title(c.control), above + 1, compared.size());
  return text;
}

inline std::string say_tests(const Comparison& c) {
  const auto tested = rows_where(c, [](const auto& row) { return row.test.status == stats::Status::Ok; });
  const auto below = rows_where(c, [](const auto& row) { return table_p(row) < 0.05; });
  const auto above = rows_where(c, [](const auto& row) { return table_p(row) >= 0.05; });
  std::string text;
  if (!below.empty()) text += fmt::format("p is below 0.05 at {}. ", name_layers(numbers_of(below)));
  if (!above.empty())
    text += fmt::format("At {} this test shows no gain; that is not evidence that there is none. ",
                        name_layers(numbers_of(above)));
  const auto untested = rows_where(c, [](const auto& row) { return row.test.status != stats::Status::Ok; });
  if (!untested.empty())
    text += fmt::format("There is no test at {}: the table says why. ", name_layers(numbers_of(untested)));
  if (tested.size() > 1)
    text += fmt::format(
        "The p-values are not corrected for looking at {} layers: if no layer made any difference, {:.2g} of "
        "{} tests "
        "would be expected below 0.05 by chance.",
        tested.size(), 0.05 * static_cast<double>(tested.size()), tested.size());
  return text;
}

inline std::string say_caveats(const Comparison& c, const Rows& compared) {
  const auto title = arm_title(c.treatment);
  auto text = fmt::format(
      "p is the paper's: a paired t-test over folds, one-sided ({} greater), so a p above 0.5 means that {} "
      "was less accurate "
      "on average. The training sets of the folds overlap, which makes such p-values too small rather than "
      "too large.",
      title, title);
  const auto fewest =
      std::ranges::min(compared, {}, [](const auto* row) { return row->folds.size(); })->folds.size();
  if (fewest < 10)
    text += fmt::format(
        " With {} a single fold can decide the test, and all but large differences go unseen.",
        fewest == 1 ? "one fold there is no test; with few folds" : "only " + count_of(fewest, "fold"));
  if (c.seeds.size() == 1) text += " There is one seed, so the variation between seeds is not measured.";
  if (c.seeds.size() > 1)
    text += fmt::format(" Accuracies are means over {} within each fold; a seed is never counted as a fold.",
                        count_of(c.seeds.size(), "seed"));
  return text;
}

}  // namespace detail

/// Paragraphs of plain text, the numbers in them rounded as in the tables.
inline std::vector<std::string> findings(const Comparison& c) {
  const auto compared = detail::rows_where(c, [](const auto& row) { return !row.folds.empty(); });
  if (compared.empty())
    return {fmt::format(
        "Nothing can be compared yet: {} are done, and no test fold has been finished by both {} and {}.",
        show_progress(c), arm_title(c.treatment), arm_title(c.control))};
  std::vector<std::string> paragraphs{detail::say_scope(c, compared), detail::say_largest(c, compared),
                                      detail::say_tests(c), detail::say_baseline(c, compared),
                                      detail::say_caveats(c, compared)};
  std::erase(paragraphs, "");
  return paragraphs;
}

}  // namespace mtl
