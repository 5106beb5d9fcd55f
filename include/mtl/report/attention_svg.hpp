// In: a picture of attention. Out: the same as SVG: the paper's figure, or every method in one figure.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <mtl/report/attention_strip.hpp>
#include <mtl/report/display_width.hpp>
#include <mtl/report/plot.hpp>

namespace mtl {

namespace detail {

/// Pixels of the figure.
struct StripMeasures {
  double width = 900, margin = 16, font = 16, line = 34, box = 23, gap = 3;
};

/// Where a piece is drawn, from the upper left corner of its strip.
struct PieceBox {
  double x = 0, y = 0, width = 0;
  std::string words;
};

/// Pieces from left to right in lines; a gap where a word ends, so that the pieces of a word touch.
inline std::vector<PieceBox> lay_out(const PlacedText& text, const StripMeasures& m) {
  std::vector<PieceBox> boxes;
  double x = m.margin, y = 0;
  for (std::size_t i = 0; i < text.pieces.size(); ++i) {
    const auto& piece = text.pieces[i];
    const auto words = shortened(visible_text(piece.shown), 30);
    const double width = display_width(words) * m.font + 10;  // room for a sign
    const bool new_word = i > 0 && piece.word != text.pieces[i - 1].word;
    if (new_word) x += piece.after_space ? 3 * m.gap : m.gap;
    if (x + width > m.width - m.margin && x > m.margin) {
      x = m.margin;
      y += m.line;
    }
    boxes.push_back({x, y, width, words});
    x += width;
  }
  return boxes;
}

inline double height_of(const std::vector<PieceBox>& boxes, const StripMeasures& m) {
  return boxes.empty() ? m.line : boxes.back().y + m.line;
}

/// The mark of a kind of span: solid, dashed, dotted, double, then from the beginning.
inline std::string span_line(double x1, double x2, double y, int kind) {
  static constexpr std::array<std::string_view, 4> dashes{"", "6 3", "1.5 2.5", ""};
  const auto style = static_cast<std::size_t>(kind % 4);
  const auto one = [&](double at, double width) {
    const auto dash =
        dashes[style].empty() ? std::string{} : fmt::format(" stroke-dasharray=\"{}\"", dashes[style]);
    return fmt::format(
        "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#1c2128\" "
        "stroke-width=\"{}\"{}/>\n",
        x1 + 1.5, at, x2 - 1.5, at, width, dash);
  };
  return style == 3 ? one(y - 1, 1) + one(y + 1.5, 1) : one(y, 2);
}

/// The spans under the boxes; one that goes on in the next line is drawn in both.
inline std::string draw_spans(const PlacedText& text, const std::vector<PieceBox>& boxes, double top,
                              const StripMeasures& m) {
  std::string drawing;
  for (const auto& span : text.spans)
    for (std::size_t first = span.begin; first < span.end;) {
      std::size_t last = first;
      while (last + 1 < span.end && boxes[last + 1].y == boxes[first].y) ++last;
      drawing += span_line(boxes[first].x, boxes[last].x + boxes[last].width,
                           top + boxes[first].y + m.box + 4, span.kind);
      first = last + 1;
    }
  return drawing;
}

inline std::string draw_piece(const AttentionStrip& strip, std::size_t i, const PieceBox& box, double top,
                              const StripMeasures& m) {
  const double y = top + box.y;
  auto drawing = fmt::format(
      "<g><title>{}: {}</title><rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" fill=\"{}\"/>"
      "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\" font-size=\"{}\" fill=\"#000\">{}</text>",
      escape_markup(box.words), show_score(strip.scores[i]), box.x, y, box.width, m.box,
      colour_of(strip.level(i)), box.x + box.width / 2, y + 17, m.font, escape_markup(box.words));
  if (const auto sign = sign_shown(strip, i); !sign.empty())
    drawing += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"9\" fill=\"#000\">{}</text>",
                           box.x + 1, y + 8.5, sign);
  return drawing + "</g>\n";
}

/// Seventeen steps of the scale with the scores at its ends, right-aligned at `right`.
inline std::string draw_scale(const AttentionStrip& strip, double right, double y) {
  constexpr int steps = 16;
  const double width = 8, left = right - 70 - (steps + 1) * width;
  std::string drawing = plot::text({left - 6, y}, strip.diverging ? show_score(-strip.full) : "0", "end", 12);
  for (int i = 0; i <= steps; ++i) {
    const double share = strip.diverging ? 2.0 * i / steps - 1 : static_cast<double>(i) / steps;
    drawing += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{}\" height=\"11\" fill=\"{}\"/>",
                           left + i * width, y - 10, width, colour_of(colour_level(share, 1)));
  }
  drawing += fmt::format(
      "\n<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{}\" height=\"11\" fill=\"none\" stroke=\"#6a737d\"/>\n",
      left, y - 10, (steps + 1) * width);
  return drawing + plot::text({right - 66, y}, show_score(strip.full), "start", 12);
}

/// A strip with its title and scale; advances y.
inline std::string draw_strip(const PlacedText& text, const AttentionStrip& strip,
                              const std::vector<PieceBox>& boxes, const StripMeasures& m, double& y) {
  auto drawing = plot::text({m.margin, y + 12}, strip.title) + draw_scale(strip, m.width - m.margin, y + 12);
  y += 20;
  for (std::size_t i = 0; i < boxes.size(); ++i) drawing += draw_piece(strip, i, boxes[i], y, m);
  drawing += draw_spans(text, boxes, y, m);
  y += height_of(boxes, m) + 4;
  return drawing;
}

inline std::string draw_kinds(const PlacedText& text, const StripMeasures& m, double& y) {
  std::string drawing = plot::text({m.margin, y + 12}, "Spans:", "start", 12);
  double x = m.margin + 48;
  for (std::size_t kind = 0; kind < text.kinds.size(); ++kind) {
    const auto name = shortened(visible_text(text.kinds[kind]), 12);
    drawing +=
        span_line(x, x + 34, y + 8, static_cast<int>(kind)) + plot::text({x + 40, y + 12}, name, "start", 12);
    x += 58 + 12 * display_width(name);
  }
  y += 22;
  return drawing;
}

inline std::string draw_sentences(const std::vector<std::string>& sentences, const StripMeasures& m,
                                  double& y) {
  std::string drawing;
  for (const auto& sentence : sentences)
    for (const auto& line : wrapped(visible_text(sentence), (m.width - 2 * m.margin) / 13)) {
      drawing += plot::text({m.margin, y + 13}, line, "start", 13);
      y += 18;
    }
  y += 6;
  return drawing;
}

inline std::string finish_picture(const AttentionPicture& p, const StripMeasures& m, double height,
                                  const std::string& drawing) {
  return plot::svg(static_cast<int>(m.width), static_cast<int>(height),
                   fmt::format("{}: text {}", p.name, p.text.id),
                   "The table in index.html beside this file holds the same numbers.",
                   "<g xml:lang=\"ja\" font-family=\"system-ui, 'Noto Sans CJK JP', 'Noto Sans JP', "
                   "IPAGothic, 'Hiragino Sans', "
                   "'Yu Gothic', sans-serif\">\n" +
                       drawing + "</g>\n");
}

}  // namespace detail

/// The paper's figure: the control above the treatment, every piece shaded by its attention. Text as text, no
/// links, no script; the same picture gives the same bytes.
inline std::string attention_svg(const AttentionPicture& picture, const PictureSettings& settings) {
  const detail::StripMeasures m;
  const auto boxes = detail::lay_out(picture.text, m);
  const auto strips = attention_strips(picture, 0, settings);
  double y = m.margin;
  auto drawing = detail::draw_sentences(picture_sentences(picture), m, y);
  for (std::size_t i = 0; i < 2; ++i) drawing += detail::draw_strip(picture.text, strips[i], boxes, m, y);
  drawing += detail::draw_kinds(picture.text, m, y);
  drawing +=
      detail::draw_sentences({"Attention of " + attention_choice(settings) + ". " + scale_sentence(settings),
                              std::string(not_an_explanation)},
                             m, y);
  return detail::finish_picture(picture, m, y + 6, drawing);
}

/// Every method, each as control, treatment and difference, in one figure.
inline std::string attention_methods_svg(const AttentionPicture& picture, const PictureSettings& settings) {
  const detail::StripMeasures m;
  const auto boxes = detail::lay_out(picture.text, m);
  double y = m.margin;
  auto drawing = detail::draw_sentences(picture_sentences(picture), m, y);
  for (std::size_t k = 0; k < picture.control.methods.size(); ++k) {
    const auto& name = picture.control.methods[k].method;
    drawing += plot::line({m.margin, y}, {m.width - m.margin, y}, plot::grid_colour);
    drawing += plot::text({m.margin, y + 20},
                          method_title(name) + (k == 0 ? ", " + attention_choice(settings) : std::string{}),
                          "start", 15);
    y += 32;
    for (const auto& strip : attention_strips(picture, k, settings))
      drawing += detail::draw_strip(picture.text, strip, boxes, m, y);
  }
  drawing += detail::draw_kinds(picture.text, m, y);
  drawing += detail::draw_sentences({scale_sentence(settings),
                                     "Below zero: blue, marked \xE2\x88\x92. Integrated gradients and "
                                     "leaving out count in nats of the log-odds of " +
                                         picture.explained + ".",
                                     std::string(not_an_explanation)},
                                    m, y);
  return detail::finish_picture(picture, m, y + 6, drawing);
}

}  // namespace mtl
