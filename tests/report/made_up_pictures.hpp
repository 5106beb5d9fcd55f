// Attention pictures that no model has given, for the tests of their page and drawings.
#pragma once

#include <string>
#include <vector>

#include <mtl/report/attention_html.hpp>

namespace mtl::tests {

inline const std::vector<std::string> sentence{"修理", "出来", "ない", "から", "キライ", "壊れ", "にくい"};

/// A picture of these pieces; a word is one piece, but for the last two; every third piece is a span.
inline AttentionPicture picture_of(const std::vector<std::string>& pieces,
                                   const std::string& name = "case-1-1",
                                   CaseKind kind = CaseKind::TreatmentRight) {
  AttentionPicture p{.name = name, .kind = kind, .gold = "肯定", .explained = "肯定"};
  p.text = {.id = "text <1>", .tokens = pieces.size() + 2, .kinds = {"名詞", "副詞", "形容詞", "own & kind"}};
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const bool joined = i + 1 == pieces.size() && i > 0;
    p.text.pieces.push_back(
        {i + 1, pieces[i], joined ? i - 1 : i, i % 3 == 0 ? static_cast<int>(i / 3) : -1});
    if (i % 3 == 0) p.text.spans.push_back({i, i + 1, static_cast<int>(i / 3 % 4)});
  }
  for (ArmAttribution* side : {&p.control, &p.treatment}) {
    const bool multi = side == &p.treatment;
    *side = {.arm = multi ? "multi" : "single",
             .predicted = multi ? "肯定" : "否定",
             .probability = multi ? 0.75 : 0.25};
    for (const char* method :
         {"attention", "rollout", "gradient", "integrated-gradients", "leave-one-span-out"}) {
      MethodScores scores{
          method, std::string(method).ends_with("s") || std::string(method).ends_with("out"), {}};
      if (std::string(method) == "rollout") scores.is_signed = false;
      for (std::size_t t = 0; t < p.text.tokens; ++t) {
        const double size = static_cast<double>((t * 7 + (multi ? 3 : 0)) % 11) / 64;
        scores.scores.push_back(scores.is_signed && t % 2 == 1 ? -size : size);
      }
      side->methods.push_back(std::move(scores));
    }
    side->rows.assign(2 * 3 * p.text.tokens, 0.125F);
  }
  return p;
}

inline const PictureSettings picture_settings{.layer = 2, .layers = 2, .heads = 3};

inline AttentionReport report_of(std::vector<AttentionPicture> pictures) {
  AttentionReport report{.dataset = "made-up",
                         .arms = "Layer 2, test fold 0, seed 1.",
                         .notes = {"not the paper's model"},
                         .counts = {"Nobody picked them."},
                         .pictures = std::move(pictures)};
  report.provenance = {{"model", "m"}};
  report.treatment = "multi";
  report.control = "single";
  report.settings = picture_settings;
  report.shares = compare_shares({"名詞", "a,\"b\""}, {{{0.5, 0.25}, {}}, {{0.75, 0.25}, {}}},
                                 {{{0.5, 0.25}, {}}, {{0.25, 0.25}, {}}});
  return report;
}

/// Rows as a model of this many layers and heads gives them, the same for the same text.
inline void fill_rows(AttentionPicture& picture, int layers, int heads) {
  for (ArmAttribution* side : {&picture.control, &picture.treatment}) {
    side->rows.clear();
    const auto all = static_cast<std::size_t>(layers * heads) * picture.text.tokens;
    const std::size_t shift = side == &picture.treatment ? 5 : 0;
    for (std::size_t i = 0; i < all; ++i)
      side->rows.push_back(static_cast<float>((i * 31 + shift) % 97) / 4850);
  }
}

/// A text of any bytes as at most `most` pieces of some nine bytes, cut between characters.
inline std::vector<std::string> cut_in_pieces(const std::string& text, std::size_t most) {
  std::vector<std::string> pieces{""};
  for (std::size_t at = 0; at < text.size();) {
    const auto length = decode_utf8(text, at).length;
    if (pieces.back().size() + length > 9) {
      if (pieces.size() == most) break;
      pieces.emplace_back();
    }
    pieces.back() += text.substr(at, length);
    at += length;
  }
  return pieces;
}

/// A picture of a hostile text: its pieces, and the text itself wherever a picture has words.
inline AttentionPicture hostile_picture(const std::string& text, std::size_t number, std::size_t most = 512) {
  const bool first = number % 2 == 0;
  auto picture =
      picture_of(cut_in_pieces(text, most), fmt::format("case-{}-{}", first ? 1 : 2, number / 2 + 1),
                 first ? CaseKind::TreatmentRight : CaseKind::ControlRight);
  const auto beginning = text.substr(0, 300);
  picture.text.id = picture.gold = picture.explained = beginning;
  picture.control.predicted = picture.treatment.predicted = beginning;
  picture.text.kinds = {"名詞", beginning, "形容詞", "</script>\u2029<i>"};
  return picture;
}

/// Pieces that are out to break a page.
inline std::vector<std::string> hostile_pieces() {
  return {"</script><script>window.pwned=1</script>",
          "\"onload=\"x",
          "<b>&amp;",
          "\xE2\x80\xAE",
          "\xE2\x80\xA8",
          "\xE2\x81\xA6",
          std::string("\0\x01\x1B", 3),
          "]]>",
          "-->",
          "&#x3C;",
          "שלום",
          "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB",
          "${x}`",
          std::string(3000, 'w')};
}

}  // namespace mtl::tests
