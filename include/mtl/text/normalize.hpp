// In: a raw text. Out: the text the paper works on, and where in the raw text each of its bytes comes from.
// The paper's preprocessing (section 4.1): digits to 0, full width to half width, no URLs, symbols, newlines,
// spaces.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <mtl/text/cleaning.hpp>
#include <mtl/text/mapped_text.hpp>
#include <mtl/text/width.hpp>

namespace mtl {

/// The steps, always in this order: digits, width, URLs, symbols, newlines, spaces.
///
/// The order is the paper's order of mention; URLs are found before the symbols they are made of go. With
/// Width::Nfkc the result is NFKC: what came together by a removal is composed at the end.
struct NormalizeOptions {
  Digits digits = Digits::EachToZero;
  Width width = Width::Nfkc;
  bool remove_urls = true;
  bool remove_symbols = true;
  bool remove_newlines = true;
  bool remove_spaces = true;

  bool operator==(const NormalizeOptions&) const = default;
};

/// A normalised text. `origin` as in MappedText: text.size() + 1 offsets of characters in `raw`.
struct NormalizedText {
  std::string text;
  std::vector<std::uint32_t> origin{0};
  std::string raw;  ///< what it was made from
};

/// Normalises one text. It may end up empty. Throws Error where `raw` is not UTF-8.
inline NormalizedText normalize(std::string_view raw, const NormalizeOptions& options = {}) {
  require_utf8(raw, "text");
  MappedText text = unchanged(raw);
  const auto apply = [&text](bool wanted, auto step) {
    if (wanted) text = through(text, 0, step(text.text));
  };
  const auto digits = [&](std::string_view t) { return fold_digits(t, options.digits); };
  apply(options.digits != Digits::Keep, digits);
  apply(options.width != Width::Keep, [&](std::string_view t) { return fold_width(t, options.width); });
  // Once more: NFKC makes digits of ①, ² and ½.
  apply(options.digits != Digits::Keep && options.width == Width::Nfkc, digits);
  apply(options.remove_urls, remove_urls);
  if (options.remove_symbols) text = remove_symbols(std::move(text));
  apply(options.remove_newlines, remove_newlines);
  apply(options.remove_spaces, remove_spaces);
  // What was removed may have kept a letter and its mark apart: か, U+200B, U+3099.
  apply(options.width == Width::Nfkc, [](std::string_view t) { return nfc(t); });
  return {std::move(text.text), std::move(text.origin), std::string(raw)};
}

}  // namespace mtl
