// In: a text and its labelled spans. Out: sub-words of which none crosses the border of a span.
// The paper's changed tokenizer (section 3.2): spans and the text between them are tokenised apart, then
// joined.
#pragma once

#include <algorithm>
#include <concepts>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/text/tokenizer.hpp>
#include <mtl/text/unicode.hpp>

namespace mtl {

/// In which order the pieces of the regions are joined.
enum class JoinOrder {
  TextOrder,   ///< as they stand in the text
  SpansFirst,  ///< those of the spans, then those of the text between: positions no longer follow the text
};

/// The regions of a text: its spans, and what lies between them (kind `outside`). They cover the text.
///
/// Throws Error where a span is empty, reaches beyond the text, begins before the one in front of it ends, or
/// cuts a character.
inline std::vector<Span> regions_of(std::string_view text, std::span<const Span> spans) {
  std::vector<Span> regions;
  std::size_t at = 0;
  for (const Span& span : spans) {
    require(span.begin < span.end && span.end <= text.size(),
            "span [{}, {}) does not lie in its text of {} bytes", span.begin, span.end, text.size());
    require(span.begin >= at, "span [{}, {}) begins before byte {}, where the one in front of it ends",
            span.begin, span.end, at);
    require(at_character_border(text, span.begin) && at_character_border(text, span.end),
            "span [{}, {}) cuts a character; are its offsets counted in characters, not in bytes?",
            span.begin, span.end);
    require(span.kind >= 0, "span [{}, {}) has the kind {}; kinds are numbered from 0", span.begin, span.end,
            span.kind);
    if (at < span.begin) regions.push_back({at, span.begin, outside});
    regions.push_back(span);
    at = span.end;
  }
  if (at < text.size()) regions.push_back({at, text.size(), outside});
  return regions;
}

/// A tokenizer that can lend what it has made of a text, until the next call.
template <class T>
concept LendingTokenizer = SubwordTokenizer<T> &&
    requires(T& tokenizer, std::string_view text, bool at_start) {
  { tokenizer.lend(text, at_start) } -> std::same_as<const std::vector<Piece>&>;
};

/// Tokenises every region by itself. Ranges of the pieces are those in `text`; without spans the pieces are
/// the ordinary ones. Once there are more than `most` pieces, the regions that would follow are left out:
/// their pieces change none of the first. Spans must be sorted; throws Error as regions_of does.
template <SubwordTokenizer T>
Pieces tokenize_spans_first(T& tokenizer, std::string_view text, std::span<const Span> spans,
                            JoinOrder order = JoinOrder::TextOrder, std::size_t most = unlimited) {
  Pieces joined{.pieces = {}, .regions = regions_of(text, spans)};
  const auto append = [&](std::size_t index) {
    if (joined.pieces.size() > most) return;
    const Span& region = joined.regions[index];
    const auto part = text.substr(region.begin, region.end - region.begin);
    const std::int32_t first_word = next_word(joined.pieces);
    const std::size_t before = joined.pieces.size();
    if constexpr (LendingTokenizer<T>)
      std::ranges::copy(tokenizer.lend(part, region.begin == 0), std::back_inserter(joined.pieces));
    else
      std::ranges::move(tokenizer.tokenize(part, region.begin == 0), std::back_inserter(joined.pieces));
    for (std::size_t i = before; i < joined.pieces.size(); ++i) {
      Piece& piece = joined.pieces[i];
      piece.begin += region.begin;
      piece.end += region.begin;
      piece.region = static_cast<int>(index);
      piece.word += first_word;
    }
  };
  const std::size_t count = joined.regions.size();
  joined.pieces.reserve(std::min(2 * count, most));  // nearly always enough: most regions are a word
  for (std::size_t i = 0; i < count; ++i)
    if (order == JoinOrder::TextOrder || joined.regions[i].kind != outside) append(i);
  if (order == JoinOrder::SpansFirst)
    for (std::size_t i = 0; i < count; ++i)
      if (joined.regions[i].kind == outside) append(i);
  return joined;
}

/// Offset of the first character that is no white space and that no piece covers; nothing where no text was
/// lost.
inline std::optional<std::size_t> find_uncovered(std::string_view text, std::span<const Piece> pieces) {
  std::vector<bool> covered(text.size());
  for (const Piece& piece : pieces)
    for (std::size_t i = piece.begin; i < std::min(piece.end, text.size()); ++i) covered[i] = true;
  for (std::size_t at = 0; at < text.size();) {
    const DecodedPoint point = decode_utf8(text, at);
    if (!covered[at] && !unicode::is_python_space(point.value)) return at;
    at += point.length;
  }
  return std::nullopt;
}

}  // namespace mtl
