// In: a row of attention and the IOB2 labels of its tokens. Out: which share of it falls on what: nouns,
// whole spans, broken spans. Torch-free.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <mtl/attribution/place_text.hpp>
#include <mtl/detail/error.hpp>

namespace mtl {

/// One measured share of one text.
struct Share {
  std::optional<double> mass = {};    ///< absent where the text has nothing to measure
  std::optional<double> tokens = {};  ///< the same share if every token had equal attention
};

/// The names of the measures, in their order; `kinds` are the kinds of span.
inline std::vector<std::string> share_names(const std::vector<std::string>& kinds) {
  std::vector<std::string> names = kinds;
  for (const char* name : {"no span", "spans of one piece", "spans of several pieces",
                           "several pieces, attended whole", "several pieces, attended broken",
                           "attended whole, of several pieces", "evenness within spans", "special tokens"})
    names.emplace_back(name);
  return names;
}

namespace detail {

/// A span of a row: its mass, its tokens, and how evenly it is attended to.
struct SpanMass {
  int kind = 0;
  double mass = 0, least = 0, spread = 0;  ///< spread: sum of a ln a over its tokens
  int pieces = 0;

  /// Every piece has at least half of an equal share.
  bool whole() const { return least >= mass / pieces / 2; }
  /// Entropy of the division over the largest possible: 1 is even, 0 is all on one piece.
  double evenness() const { return mass > 0 ? (std::log(mass) - spread / mass) / std::log(pieces) : 1; }
};

inline std::vector<SpanMass> span_masses(std::span<const double> row, std::span<const std::int32_t> labels) {
  const auto span_of = spans_of_labels(labels);
  std::vector<SpanMass> spans;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (span_of[i] < 0) continue;
    const auto number = static_cast<std::size_t>(span_of[i]);
    if (number == spans.size()) spans.push_back({.kind = (labels[i] - 1) / 2, .least = row[i]});
    SpanMass& span = spans[number];
    span.mass += row[i];
    span.least = std::min(span.least, row[i]);
    span.spread += row[i] > 0 ? row[i] * std::log(row[i]) : 0;
    ++span.pieces;
  }
  return spans;
}

/// Mass and tokens of some spans.
struct Part {
  double mass = 0;
  int tokens = 0;

  void add(const SpanMass& span) {
    mass += span.mass;
    tokens += span.pieces;
  }
  Share of(const Part& whole) const {
    if (tokens == 0 || !(whole.mass > 0)) return {};
    return {mass / whole.mass, static_cast<double>(tokens) / whole.tokens};
  }
};

}  // namespace detail

/// The measures of one text, in the order of share_names().
///
/// row: [tokens], attention of one query, special tokens at both ends; labels: one a token. Shares are of the
/// mass between the special tokens, but the last, which is of the whole row. A span of several pieces counts
/// as attended whole when each of its pieces has at least half of an equal share of the span's mass, else as
/// attended broken. Evenness: the mean over spans of several pieces, weighted by mass, of the entropy of the
/// division among their pieces over its maximum.
inline std::vector<Share> attention_shares(std::span<const double> row, std::span<const std::int32_t> labels,
                                           std::size_t kinds) {
  require(row.size() == labels.size() && row.size() >= 2, "a row of {} tokens with {} labels", row.size(),
          labels.size());
  const auto inner = row.subspan(1, row.size() - 2);
  const auto spans = detail::span_masses(inner, labels.subspan(1, inner.size()));
  detail::Part all, covered, one, several, whole, broken;
  std::vector<detail::Part> of_kind(kinds);
  for (const double mass : inner) all.mass += mass;
  all.tokens = static_cast<int>(inner.size());
  double even = 0;
  for (const auto& span : spans) {
    of_kind.at(static_cast<std::size_t>(span.kind)).add(span);
    covered.add(span);
    (span.pieces == 1 ? one : several).add(span);
    if (span.pieces == 1) continue;
    (span.whole() ? whole : broken).add(span);
    even += span.mass * span.evenness();
  }
  std::vector<Share> shares;
  shares.reserve(of_kind.size() + 8);
  for (const auto& part : of_kind) shares.push_back(part.of(all));
  const auto uncovered = detail::Part{all.mass - covered.mass, all.tokens - covered.tokens};
  for (const auto& part : {uncovered, one, several}) shares.push_back(part.of(all));
  const bool measured = several.tokens > 0 && several.mass > 0 && all.mass > 0;
  const auto share = [&](double value) { return measured ? Share{value, {}} : Share{}; };
  shares.push_back(share(whole.mass / all.mass));
  shares.push_back(share(broken.mass / all.mass));
  shares.push_back(share(whole.mass / several.mass));
  shares.push_back(share(even / several.mass));
  const double total = all.mass + row.front() + row.back();
  shares.push_back({total > 0 ? std::optional((row.front() + row.back()) / total) : std::nullopt,
                    2.0 / static_cast<double>(row.size())});
  return shares;
}

}  // namespace mtl
