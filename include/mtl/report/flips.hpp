// In: a run and which arms of it are compared. Out: the texts that one arm classifies correctly and the other
// does not, counted by layer and listed by text.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <mtl/report/comparison.hpp>
#include <mtl/text/utf8.hpp>

namespace mtl {

/// How much of a text the list shows, in characters; the attention pictures show all of it.
inline constexpr std::size_t shown_characters = 120;

/// As much of a text as a report keeps: enough to show, and to tell that there is more.
inline std::string kept_text(std::string_view text) {
  std::size_t at = 0;
  for (std::size_t i = 0; i <= shown_characters && at < text.size(); ++i) at += decode_utf8(text, at).length;
  return std::string(text.substr(0, at));
}

/// What the list shows of it.
inline std::string beginning(std::string_view text) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < shown_characters && at < text.size(); ++i) at += decode_utf8(text, at).length;
  return std::string(text.substr(0, at)) + (at < text.size() ? " ..." : "");
}

/// Out-of-fold predictions of both arms at one layer, all folds and seeds together.
struct Agreement {
  int layer = 0;
  std::int64_t both_right = 0, only_treatment = 0, only_control = 0, both_wrong = 0;
  std::int64_t total() const { return both_right + only_treatment + only_control + both_wrong; }
};

/// A text on which the arms disagree somewhere.
struct FlippedText {
  std::string id = {};
  int gold = 0;
  int fold = 0;
  std::set<int> gained = {};  ///< layers at which the treatment alone was right, with some seed
  std::set<int> lost = {};    ///< layers at which the control alone was right, with some seed
};

struct Flips {
  std::vector<Agreement> layers = {};   ///< by layer
  std::vector<FlippedText> texts = {};  ///< most layers first, then by id
};

namespace detail {

inline void add_pair(const CellResult& treatment, const CellResult& control, std::string_view watch,
                     Agreement& count, std::map<std::string, FlippedText>& texts) {
  const auto &a = find_watch(treatment, watch)->predictions, &b = find_watch(control, watch)->predictions;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool left = a[i].predicted == a[i].gold, right = b[i].predicted == b[i].gold;
    ++(left ? (right ? count.both_right : count.only_treatment)
            : (right ? count.only_control : count.both_wrong));
    if (left == right) continue;
    auto& text = texts[a[i].id];
    text.id = a[i].id;
    text.gold = a[i].gold;
    text.fold = treatment.cell.fold;
    (left ? text.gained : text.lost).insert(treatment.cell.layer);
  }
}

}  // namespace detail

/// Throws Error as compare() does.
inline Flips find_flips(const RunSummary& run, const Comparison& c) {
  Flips flips;
  std::map<std::string, FlippedText> texts;
  for (const auto& [key, pair] : detail::pair_cells(run, c)) {
    if (!pair.treatment || !pair.control) continue;
    detail::require_same_texts(*pair.treatment, *pair.control, c.watch);
    const int layer = std::get<0>(key);
    if (flips.layers.empty() || flips.layers.back().layer != layer) flips.layers.push_back({.layer = layer});
    detail::add_pair(*pair.treatment, *pair.control, c.watch, flips.layers.back(), texts);
  }
  for (auto& [id, text] : texts) flips.texts.push_back(std::move(text));
  std::ranges::stable_sort(flips.texts, std::greater{},
                           [](const FlippedText& t) { return t.gained.size() + t.lost.size(); });
  return flips;
}

}  // namespace mtl
