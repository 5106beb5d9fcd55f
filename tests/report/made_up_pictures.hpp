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
