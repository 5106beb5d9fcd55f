// In: a picture and one of its methods. Out: the strips of shaded pieces: the control above the treatment,
// then their difference. What SVG and HTML draw alike.
#pragma once

#include <array>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include <mtl/attribution/attention_picture.hpp>
#include <mtl/attribution/colour_scale.hpp>
#include <mtl/report/numbers.hpp>

namespace mtl {

/// A line of pieces with a score each.
struct AttentionStrip {
  std::string title = {};
  std::vector<double> scores = {};  ///< one a piece, in text order; pieces of a joined word have the word's
  double full = 0;                  ///< the score, or magnitude, of the full colour
  bool diverging = false;           ///< may be negative: blue below zero, with signs

  int level(std::size_t piece) const { return colour_level(scores[piece], full); }
};

/// A score with four digits that count.
inline std::string show_score(double score) { return score == 0 ? "0" : fmt::format("{:.4g}", score); }

/// The sign that a strip shows beside a colour which is not pale: + or − in a diverging strip, else nothing.
inline std::string_view sign_shown(const AttentionStrip& strip, std::size_t piece) {
  constexpr int pale = 32;
  const int level = strip.diverging ? strip.level(piece) : 0;
  return level >= pale ? "+" : level <= -pale ? "\xE2\x88\x92" : "";
}

/// Method names as a reader sees them.
inline std::string method_title(std::string_view method) {
  if (method == "attention") return "Attention";
  if (method == "rollout") return "Attention rollout";
  if (method == "gradient") return "Gradient-weighted attention";
  if (method == "integrated-gradients") return "Integrated gradients";
  if (method == "leave-one-span-out") return "Leave one span out";
  return std::string(method);
}

/// Whose attention is drawn: "row of [CLS]"
inline std::string attention_row(const PictureSettings& s) {
  return s.row == "cls"    ? std::string("row of [CLS]")
         : s.row == "mean" ? std::string("mean over the rows of all tokens")
                           : "row of token " + s.row;
}

/// "layer 12, mean over 12 heads, row of [CLS]"
inline std::string attention_choice(const PictureSettings& s) {
  const auto heads =
      s.head < 0 ? fmt::format("mean over {} heads", s.heads) : fmt::format("head {}", s.head + 1);
  return fmt::format("layer {}, {}, {}", s.layer, heads, attention_row(s));
}

/// The scores of the pieces as they are shown: each its own, or its word's.
inline std::vector<double> shown_scores(const PlacedText& text, const std::vector<double>& of_tokens,
                                        const std::string& unit) {
  const auto pieces = piece_scores(text, of_tokens);
  if (unit == "pieces") return pieces;
  const auto words = word_scores(text, pieces, unit == "words-mean" ? Join::Mean : Join::Sum);
  std::vector<double> scores;
  for (const auto& piece : text.pieces) scores.push_back(words[piece.word]);
  return scores;
}

namespace detail {

/// The score of full red by PictureSettings::scale.
inline double full_by(const std::string& scale, const std::vector<double>& shown,
                      const std::vector<double>& of_tokens) {
  if (scale == "shown") return full_scale(shown);
  return scale == "all" ? full_scale(of_tokens) : std::atof(scale.c_str());
}

}  // namespace detail

/// Control, treatment, and treatment less control, of method number `m` of a picture.
inline std::array<AttentionStrip, 3> attention_strips(const AttentionPicture& picture, std::size_t m,
                                                      const PictureSettings& settings) {
  std::array<AttentionStrip, 3> strips;
  for (std::size_t i = 0; i < 2; ++i) {
    const ArmAttribution& side = i == 0 ? picture.control : picture.treatment;
    const MethodScores& method = side.methods.at(m);
    strips[i].title = arm_title(side.arm);
    strips[i].scores = shown_scores(picture.text, method.scores, settings.unit);
    strips[i].diverging = method.is_signed;
    strips[i].full = detail::full_by(settings.scale, strips[i].scores, method.scores);
  }
  auto& difference = strips[2];
  difference.title = fmt::format("Difference: {} less {}", strips[1].title, strips[0].title);
  for (std::size_t i = 0; i < strips[0].scores.size(); ++i)
    difference.scores.push_back(strips[1].scores[i] - strips[0].scores[i]);
  difference.diverging = true;
  difference.full = full_scale(difference.scores);
  return strips;
}

/// What the picture is of, in sentences.
inline std::vector<std::string> picture_sentences(const AttentionPicture& p) {
  const bool first = p.kind == CaseKind::TreatmentRight;
  const auto side = [&](const ArmAttribution& arm) {
    return fmt::format("{} predicts {} ({}), with probability {:.3f} for {}.", arm_title(arm.arm),
                       arm.predicted, arm.predicted == p.gold ? "right" : "wrong", arm.probability,
                       p.explained);
  };
  return {
      fmt::format("Case {}: {} right, {} wrong. Text {}, true class {}.",
                  first ? "\xE2\x91\xA0" : "\xE2\x91\xA1", arm_title(first ? p.treatment.arm : p.control.arm),
                  arm_title(first ? p.control.arm : p.treatment.arm), p.text.id, p.gold),
      side(p.control), side(p.treatment)};
}

inline constexpr std::string_view not_an_explanation =
    "Attention is not an explanation: it shows what the model mixed, not why it decided. Methods often "
    "disagree; take each as a first guess.";

/// How the colours are to be read.
inline std::string scale_sentence(const PictureSettings& s) {
  const auto full = s.scale == "shown" ? std::string("the largest score of the shown tokens of the strip")
                    : s.scale == "all" ? std::string("the largest score of all tokens, special ones included")
                                       : "a score of " + s.scale;
  return fmt::format("256 levels of red: white is 0, full red is {}. Special tokens are not shown.", full);
}

}  // namespace mtl
