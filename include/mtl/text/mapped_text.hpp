// In: a text. Out: the text made from it by normalisation or case, every byte of known origin.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/edits.h>
#include <unicode/normalizer2.h>

#include <mtl/text/unicode.hpp>

namespace mtl {

/// Bytes [begin, end) of a text.
struct ByteRange {
  std::size_t begin = 0;
  std::size_t end = 0;

  bool operator==(const ByteRange&) const = default;
};

/// A text made from a source text.
///
/// origin has text.size() + 1 entries, never falling: the offset in the source of the character that byte i
/// comes from; the last is the size of the source. Where several characters became one, it is the first.
struct MappedText {
  std::string text;
  std::vector<std::uint32_t> origin{0};

  /// Adds bytes that all come from the character at `from`; close() must follow the last.
  void append(std::string_view bytes, std::uint32_t from) {
    text += bytes;
    origin.back() = from;
    origin.resize(text.size() + 1, from);
  }
  /// The same of one code point.
  void append(char32_t point, std::uint32_t from) {
    std::string bytes;
    append_utf8(bytes, point);
    append(bytes, from);
  }
  /// Adds bytes [begin, end) of a text that was made from the same source; close() must follow the last.
  void append_slice(const MappedText& other, std::size_t begin, std::size_t end) {
    text.append(other.text, begin, end - begin);
    origin.pop_back();
    const auto first = other.origin.begin();
    origin.insert(origin.end(), first + static_cast<std::ptrdiff_t>(begin),
                  first + static_cast<std::ptrdiff_t>(end) + 1);
  }
  /// Says that nothing follows; the source has `source_size` bytes.
  void close(std::size_t source_size) { origin.back() = static_cast<std::uint32_t>(source_size); }
};

/// The source characters that bytes [begin, end) of `mapped.text` come from.
inline ByteRange source_range(const MappedText& mapped, std::size_t begin, std::size_t end) {
  const auto& origin = mapped.origin;
  if (begin == end) return {origin[begin], origin[begin]};
  std::size_t next = end;
  while (next + 1 < origin.size() && origin[next] == origin[end - 1]) ++next;
  return {origin[begin], origin[next]};
}

/// `made` was made from bytes [at, at + n) of `source.text`: the same with origins in `source`'s own source.
inline MappedText through(const MappedText& source, std::size_t at, MappedText made) {
  for (auto& origin : made.origin) origin = source.origin[at + origin];
  return made;
}

/// Bytes [range.begin, range.end) of a text made from a source, but for `gaps` inside it, as made from the
/// same source.
inline MappedText without(const MappedText& made, const ByteRange& range,
                          const std::vector<ByteRange>& gaps) {
  MappedText kept;
  std::size_t at = range.begin;
  for (const ByteRange& gap : gaps) {
    kept.append_slice(made, at, gap.begin);
    at = gap.end;
  }
  kept.append_slice(made, at, range.end);
  return kept;
}

/// A text made from itself.
inline MappedText unchanged(std::string_view text) {
  MappedText same{std::string(text), std::vector<std::uint32_t>(text.size() + 1)};
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = decode_utf8(text, at).length;
    for (std::size_t i = 0; i < length; ++i) same.origin[at + i] = static_cast<std::uint32_t>(at);
    at += length;
  }
  same.close(text.size());
  return same;
}

namespace detail {

/// Texts are addressed by 32 bits, as ICU's are by 31.
inline icu::StringPiece icu_text(std::string_view text) {
  require(text.size() <= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()),
          "a text of {} bytes; 2 GiB is the most one text may have", text.size());
  return {text.data(), static_cast<std::int32_t>(text.size())};
}

inline void require_icu(UErrorCode status, const char* what) {
  require(U_SUCCESS(status), "{}: ICU reports {}; is its data file installed?", what, u_errorName(status));
}

/// The text that ICU made from `source`, with the origins that its record of edits tells.
inline MappedText with_origins(std::string_view source, std::string text, const icu::Edits& edits) {
  UErrorCode status = U_ZERO_ERROR;
  MappedText mapped{std::move(text), {}};
  mapped.origin.reserve(mapped.text.size() + 1);
  for (auto edit = edits.getFineIterator(); edit.next(status);) {
    const auto begin = static_cast<std::uint32_t>(edit.sourceIndex());
    std::uint32_t character = begin;
    for (std::int32_t i = 0; i < edit.newLength(); ++i) {
      const auto here = begin + static_cast<std::uint32_t>(i);
      if (!edit.hasChange() && at_character_border(source, here)) character = here;
      mapped.origin.push_back(character);
    }
  }
  require_icu(status, "normalisation");
  mapped.origin.push_back(static_cast<std::uint32_t>(source.size()));
  return mapped;
}

inline MappedText normal_form(std::string_view text, const icu::Normalizer2* form, UErrorCode status) {
  require_icu(status, "normalisation");
  std::string out;
  icu::StringByteSink<std::string> sink(&out, static_cast<std::int32_t>(text.size()));
  icu::Edits edits;
  form->normalizeUTF8(0, icu_text(text), sink, &edits, status);
  require_icu(status, "normalisation");
  return with_origins(text, std::move(out), edits);
}

}  // namespace detail

/// The Unicode normalisation forms (UAX 15), by ICU.
inline MappedText nfkc(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* form = icu::Normalizer2::getNFKCInstance(status);
  return detail::normal_form(text, form, status);
}
/// Canonical composition. Throws Error for a text of more than 2 GiB, as all of these do.
inline MappedText nfc(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* form = icu::Normalizer2::getNFCInstance(status);
  return detail::normal_form(text, form, status);
}
/// Canonical decomposition.
inline MappedText nfd(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* form = icu::Normalizer2::getNFDInstance(status);
  return detail::normal_form(text, form, status);
}

/// Lower case in no particular language, as Python's str.lower(): İ becomes i and U+0307, Σ at a word's end
/// ς.
inline MappedText lower_case(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  std::string out;
  icu::StringByteSink<std::string> sink(&out, static_cast<std::int32_t>(text.size()));
  icu::Edits edits;
  icu::CaseMap::utf8ToLower("", 0, detail::icu_text(text), sink, &edits, status);
  detail::require_icu(status, "lower case");
  return detail::with_origins(text, std::move(out), edits);
}

}  // namespace mtl
