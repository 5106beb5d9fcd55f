// In: the sub-words of a text, or of two. Out: what a model reads: special tokens around them, cut to length.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/text/piece.hpp>
#include <mtl/text/tokenizer.hpp>

namespace mtl {

/// Which text loses tokens where the input is too long.
enum class Truncation {
  LongestFirst,  ///< the longer of two, token by token; in turn once they are equal, the second first
  OnlyFirst,
  OnlySecond,
  DoNotTruncate,
};

/// How long an input may be.
struct EncodingOptions {
  Truncation truncation = Truncation::LongestFirst;
  std::size_t max_length = unlimited;  ///< tokens, special ones included
  std::size_t stride = 0;              ///< tokens that what overflows repeats of what was kept
};

/// The special tokens around one text or two: [CLS] A [SEP], [CLS] A [SEP] B [SEP].
struct EncodingFrame {
  Piece cls, sep;
  std::size_t separators = 1;    ///< between two texts; XLM-RoBERTa has two
  std::int32_t second_type = 1;  ///< token type of the second text and its [SEP]; XLM-RoBERTa has 0
  bool cuts_left = false;        ///< a text loses its beginning, not its end

  /// How many special tokens frame a text, or a pair.
  std::size_t specials(bool pair) const { return pair ? 2 + separators : 2; }
};

/// The pieces of a text of `size` bytes.
struct TokenizedText {
  std::vector<Piece> pieces;
  std::size_t size = 0;
};

/// Which text a piece of an encoding is from: none.
inline constexpr int no_text = -1;

/// What a model reads, piece by piece.
struct Encoding {
  std::vector<Piece> pieces;
  std::vector<std::int32_t> types;  ///< token type ids
  std::vector<int> texts;           ///< 0 the first text, 1 the second, no_text a special token
  std::vector<Piece>
      overflow{};  ///< what was cut away, with the stride before it; empty for a pair cut by LongestFirst
  bool too_long = false;  ///< the text to cut has not enough tokens: nothing was cut
};

namespace detail {

/// Takes `count` pieces away, at the end or at the beginning; the removed ones and `stride` beside them.
inline std::vector<Piece> cut(std::vector<Piece>& pieces, std::size_t count, std::size_t stride, bool left) {
  const std::size_t window = stride < pieces.size() - count ? count + stride : pieces.size();
  const auto at = [&](std::size_t i) { return pieces.begin() + static_cast<std::ptrdiff_t>(i); };
  const std::size_t size = pieces.size();
  std::vector<Piece> overflow =
      left ? std::vector<Piece>(at(0), at(window)) : std::vector<Piece>(at(size - window), at(size));
  left ? pieces.erase(at(0), at(count)) : pieces.erase(at(size - count), at(size));
  return overflow;
}

/// Cuts both, as transformers' slow tokenizers do: the longer to the length of the shorter, then both alike.
inline void cut_longest(std::vector<Piece>& first, std::vector<Piece>& second, std::size_t count, bool left) {
  const std::size_t longer = std::max(first.size(), second.size());
  const std::size_t difference = std::min(longer - std::min(first.size(), second.size()), count);
  const std::size_t rest = count - difference;
  const bool first_is_longer = first.size() > second.size();
  const std::size_t from_first = first_is_longer ? difference + rest / 2 : rest / 2;
  cut(first, std::min(from_first, first.size()), 0, left);
  cut(second, std::min(count - from_first, second.size()), 0, left);
}

}  // namespace detail

/// Puts special tokens around a text or a pair, and cuts it to options.max_length
/// (transformers 4.57, PreTrainedTokenizerBase.prepare_for_model of the slow tokenizers).
///
/// Where the text that is to be cut has no more tokens than must go, nothing is cut, as in Hugging Face's,
/// and `too_long` says so.
inline Encoding encode(TokenizedText first, std::optional<TokenizedText> second, const EncodingFrame& frame,
                       const EncodingOptions& options) {
  Encoding encoding;
  const std::size_t total =
      first.pieces.size() + (second ? second->pieces.size() : 0) + frame.specials(second.has_value());
  const bool wanted = options.truncation != Truncation::DoNotTruncate && total > options.max_length;
  const std::size_t count = wanted ? total - options.max_length : 0;
  if (count > 0 && second && options.truncation == Truncation::LongestFirst) {
    detail::cut_longest(first.pieces, second->pieces, count, frame.cuts_left);
  } else if (count > 0) {
    auto* chosen =
        options.truncation == Truncation::OnlySecond ? (second ? &second->pieces : nullptr) : &first.pieces;
    encoding.too_long = !chosen || chosen->size() <= count;
    if (!encoding.too_long) encoding.overflow = detail::cut(*chosen, count, options.stride, frame.cuts_left);
  }
  const auto add = [&](Piece piece, int text, std::int32_t type) {
    encoding.pieces.push_back(std::move(piece));
    encoding.texts.push_back(text);
    encoding.types.push_back(type);
  };
  const auto special = [&](Piece piece, std::size_t place, std::int32_t type) {
    piece.begin = piece.end = place;
    add(std::move(piece), no_text, type);
  };
  const std::size_t pieces = first.pieces.size() + (second ? second->pieces.size() : 0);
  encoding.pieces.reserve(pieces + frame.specials(second.has_value()));
  special(frame.cls, 0, 0);
  for (Piece& piece : first.pieces) add(std::move(piece), 0, 0);
  special(frame.sep, first.size, 0);
  if (!second) return encoding;
  for (std::size_t i = 1; i < frame.separators; ++i) special(frame.sep, first.size, 0);
  for (Piece& piece : second->pieces) add(std::move(piece), 1, frame.second_type);
  special(frame.sep, second->size, frame.second_type);
  return encoding;
}

/// All of a text in inputs of at most options.max_length tokens: each continues the one before, of which it
/// repeats options.stride tokens. Of a pair one text is cut, the other stands whole in every window.
///
/// Throws Error for a pair cut by LongestFirst (there is no one way to go on), and for a stride that leaves
/// no room for anything new.
inline std::vector<Encoding> encode_windows(const TokenizedText& first,
                                            const std::optional<TokenizedText>& second,
                                            const EncodingFrame& frame, const EncodingOptions& options) {
  require(!second || options.truncation != Truncation::LongestFirst,
          "windows of a pair need a truncation that names the text to cut: only_first or only_second");
  TokenizedText a = first;
  std::optional<TokenizedText> b = second;
  std::vector<Encoding> windows;
  while (true) {
    windows.push_back(encode(a, b, frame, options));
    const auto& overflow = windows.back().overflow;
    if (overflow.empty()) return windows;
    auto& rest = options.truncation == Truncation::OnlySecond ? b->pieces : a.pieces;
    require(
        overflow.size() < rest.size(),
        "a stride of {} leaves no room for new tokens in windows of {}; a smaller stride, or longer windows",
        options.stride, options.max_length);
    rest = overflow;
  }
}

}  // namespace mtl
