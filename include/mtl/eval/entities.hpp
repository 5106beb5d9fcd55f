// In: the IOB2 label names of one text. Out: the spans that they spell.
#pragma once

#include <compare>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/detail/error.hpp>

namespace mtl {

/// What to make of labels that are no proper IOB2.
enum class SpanRule {
  Lenient,  ///< as conlleval and seqeval's default: an I that continues nothing opens a span
  Strict,   ///< as seqeval's strict IOB2: a span begins with B; an I that continues nothing is no span
};

/// Tokens [begin, end) of one kind; ordered by place.
struct Entity {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string kind;

  auto operator<=>(const Entity&) const = default;
};

namespace detail {

struct Iob2 {
  char prefix = 'O';
  std::string_view kind;
};

/// Splits O, B-kind, I-kind; a bare B or I has the kind "_", as in seqeval.
inline Iob2 parse_iob2(std::string_view label) {
  const bool well_formed =
      label == "O" || label == "B" || label == "I" || label.starts_with("B-") || label.starts_with("I-");
  require(well_formed, "label '{}' is no IOB2 label: O, B-<kind> and I-<kind> are", label);
  if (label == "O") return {};
  return {label[0], label.size() > 2 ? label.substr(2) : std::string_view{"_"}};
}

}  // namespace detail

/// The spans of one text, in order. Throws Error for a label that is not O, B, I, B-<kind> or I-<kind>.
/// Source: behaviour of seqeval 1.2.2, get_entities (Lenient) and scheme IOB2 in mode strict (Strict).
inline std::vector<Entity> entities(std::span<const std::string> labels, SpanRule rule = SpanRule::Lenient) {
  std::vector<Entity> found;
  bool open = false;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const detail::Iob2 label = detail::parse_iob2(labels[i]);
    const bool continues = open && label.prefix == 'I' && label.kind == found.back().kind;
    if (continues) {
      found.back().end = i + 1;
      continue;
    }
    open = label.prefix == 'B' || (label.prefix == 'I' && rule == SpanRule::Lenient);
    if (open) found.push_back({i, i + 1, std::string(label.kind)});
  }
  return found;
}

}  // namespace mtl
