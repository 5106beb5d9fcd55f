// In: raw texts, one after another. Out: of each what normalize() gives, several times as fast.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <mtl/text/normalize.hpp>

namespace mtl {

/// Learns what normalize() makes of each character alone, and puts lines together from that. A line in which
/// characters may act on their neighbours (marks, URLs, runs of digits) goes to normalize() itself, and so
/// does a text with a line whose beginning acts on the line before. One for each thread.
class Normalizer {
 public:
  explicit Normalizer(const NormalizeOptions& options) : options_{options}, learned_(0x10000) {}

  /// normalize(raw, options). Throws Error where `raw` is not UTF-8.
  NormalizedText operator()(std::string_view raw) {
    require_utf8(raw, "text");
    MappedText made;
    made.text.reserve(raw.size() + 8);
    made.origin.reserve(raw.size() + 8);
    made.origin.clear();
    for (std::size_t at = 0; at < raw.size();) {
      const std::size_t end = std::min(raw.find('\n', at), raw.size() - 1) + 1;
      const auto line = raw.substr(at, end - at);
      if (!append_by_character(line, at, made) && !append_whole(line, at, made))
        return normalize(raw, options_);
      at = end;
    }
    made.origin.push_back(static_cast<std::uint32_t>(raw.size()));
    return {std::move(made.text), std::move(made.origin), std::string(raw)};
  }

 private:
  enum class Kind : std::uint8_t { Unknown, Alone, Colon, Slash, InContext };

  /// What becomes of a character.
  struct Learned {
    Kind kind = Kind::Unknown;
    std::uint8_t size = 0;
    std::array<char, 6> bytes{};
  };

  /// False, with `made` as it was, where the line must be seen whole.
  bool append_by_character(std::string_view line, std::size_t offset, MappedText& made) {
    const std::size_t before = made.text.size();
    bool colon = false, slash = false;
    for (std::size_t at = 0; at < line.size();) {
      const DecodedPoint point = decode_utf8(line, at);
      const Learned& learned = of(point.value);
      colon = colon || learned.kind == Kind::Colon;
      slash = slash || learned.kind == Kind::Slash;
      if (learned.kind == Kind::InContext || (colon && slash)) {
        made.text.resize(before);
        made.origin.resize(before);
        return false;
      }
      made.text.append(learned.bytes.data(), learned.size);
      made.origin.resize(made.text.size(), static_cast<std::uint32_t>(offset + at));
      at += point.length;
    }
    return true;
  }

  /// False where the line acts on the one before.
  bool append_whole(std::string_view line, std::size_t offset, MappedText& made) const {
    const NormalizedText normal = normalize(line, options_);
    if (!stands_apart(normal.text)) return false;
    made.text += normal.text;
    for (std::size_t i = 0; i < normal.text.size(); ++i)
      made.origin.push_back(static_cast<std::uint32_t>(offset + normal.origin[i]));
    return true;
  }

  const Learned& of(char32_t point) {
    static constexpr Learned beyond{.kind = Kind::InContext};
    if (point >= learned_.size()) return beyond;
    Learned& learned = learned_[point];
    if (learned.kind == Kind::Unknown) learned = learn(point);
    return learned;
  }

  Learned learn(char32_t point) const {
    std::string alone;
    append_utf8(alone, point);
    const std::string made = normalize(alone, options_).text;
    const bool digit = options_.digits == Digits::RunToZero && made.find('0') != std::string::npos;
    const bool acts = options_.width == Width::Nfkc && !begins_segment(point, nfkc_form());
    Learned learned{.kind = Kind::InContext};
    if (digit || acts || !stands_apart(made) || made.size() > learned.bytes.size()) return learned;
    learned.size = static_cast<std::uint8_t>(made.size());
    std::ranges::copy(made, learned.bytes.begin());
    const std::string wide = fold_width(alone, options_.width).text;
    const auto has = [&](char c) { return options_.remove_urls && wide.find(c) != std::string::npos; };
    learned.kind = has(':') ? Kind::Colon : has('/') ? Kind::Slash : Kind::Alone;
    return learned;
  }

  /// Whether nothing that comes before a normalised text would be composed with it.
  bool stands_apart(std::string_view normal) const {
    return options_.width != Width::Nfkc || normal.empty() ||
           begins_segment(decode_utf8(normal, 0).value, nfc_form());
  }

  static bool begins_segment(char32_t point, const icu::Normalizer2& form) {
    return form.hasBoundaryBefore(static_cast<UChar32>(point)) != 0;
  }
  static const icu::Normalizer2& nfkc_form() {
    UErrorCode status = U_ZERO_ERROR;
    const auto* form = icu::Normalizer2::getNFKCInstance(status);
    detail::require_icu(status, "normalisation");
    return *form;
  }
  static const icu::Normalizer2& nfc_form() {
    UErrorCode status = U_ZERO_ERROR;
    const auto* form = icu::Normalizer2::getNFCInstance(status);
    detail::require_icu(status, "normalisation");
    return *form;
  }

  NormalizeOptions options_;
  std::vector<Learned> learned_;  // by code point
};

}  // namespace mtl
