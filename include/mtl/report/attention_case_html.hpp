// In: a picture of attention. Out: its part of the page: strips, numbers as a table, and the data its script
// reads.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <mtl/report/attention_strip.hpp>
#include <mtl/report/html.hpp>
#include <mtl/store/sha256.hpp>

namespace mtl::html {

namespace detail {

/// JSON inside of a script element: only ASCII, and nothing that could end the element.
inline std::string embedded_json(const nlohmann::ordered_json& json) {
  return mtl::detail::replace_bytes(
      json.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace),
      [](char byte) -> std::string_view {
        switch (byte) {
          case '<':
            return "\\u003c";
          case '>':
            return "\\u003e";
          case '&':
            return "\\u0026";
          default:
            return {};
        }
      });
}

/// Float32, little-endian, as base64.
inline std::string packed(const std::vector<float>& values) {
  std::string bytes;
  bytes.reserve(4 * values.size());
  for (const float value : values) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(bits >> shift & 0xFF);
  }
  return base64(bytes);
}

inline nlohmann::ordered_json picture_data(const AttentionPicture& p, const PictureSettings& s) {
  nlohmann::ordered_json data{{"tokens", p.text.tokens},
                              {"heads", s.heads},
                              {"scale", s.scale},
                              {"row", attention_row(s)},
                              {"arms", {arm_title(p.control.arm), arm_title(p.treatment.arm)}},
                              {"rows", {packed(p.control.rows), packed(p.treatment.rows)}}};
  for (const char* list : {"pieces", "words", "kinds"}) data[list] = nlohmann::ordered_json::array();
  for (const auto& piece : p.text.pieces) {
    data["pieces"].push_back(piece.token);
    data["words"].push_back(piece.word);
    const auto kind = piece.span < 0 ? -1 : p.text.spans[static_cast<std::size_t>(piece.span)].kind;
    data["kinds"].push_back(kind < 0 ? std::string()
                                     : visible_text(p.text.kinds[static_cast<std::size_t>(kind)]));
  }
  data["methods"] = nlohmann::ordered_json::object();
  for (std::size_t m = 1; m < p.control.methods.size(); ++m)
    data["methods"][p.control.methods[m].method] = {
        {"signed", p.control.methods[m].is_signed},
        {"scores", {p.control.methods[m].scores, p.treatment.methods[m].scores}}};
  return data;
}

inline std::string colour_class(int level) {
  return level >= 0 ? fmt::format("r{}", level) : fmt::format("b{}", -level);
}

inline std::string piece_markup(const PlacedText& text, const AttentionStrip& strip, std::size_t i) {
  const auto sign = sign_shown(strip, i);
  const bool ends_word = i + 1 == text.pieces.size() || text.pieces[i + 1].word != text.pieces[i].word;
  return fmt::format("<span class=\"p{} {}{}\"><bdi>{}</bdi><span class=\"v\">{}</span></span>",
                     ends_word ? " w" : "", colour_class(strip.level(i)),
                     sign.empty()  ? ""
                     : sign == "+" ? " plus"
                                   : " minus",
                     escape_markup(text.pieces[i].shown), show_score(strip.scores[i]));
}

/// The pieces of a strip, those of a span within an element of its kind.
inline std::string strip_markup(const PlacedText& text, const AttentionStrip& strip) {
  std::string markup;
  int open = -1;
  for (std::size_t i = 0; i < text.pieces.size(); ++i) {
    const auto& piece = text.pieces[i];
    if (piece.span != open) {
      if (open >= 0) markup += "</span>";
      if (piece.span >= 0)
        markup +=
            fmt::format("<span class=\"k k{}\">", text.spans[static_cast<std::size_t>(piece.span)].kind % 4);
      open = piece.span;
    }
    if (piece.after_space) markup += " ";
    markup += piece_markup(text, strip, i);
    if (i + 1 < text.pieces.size() && text.pieces[i + 1].word != piece.word) markup += "\n";
  }
  return markup + (open >= 0 ? "</span>" : "");
}

inline std::string scale_markup(const AttentionStrip& strip) {
  std::string steps;
  for (int i = 0; i <= 16; ++i)
    steps += fmt::format("<i class=\"{}\"></i>",
                         colour_class(colour_level(strip.diverging ? i / 8.0 - 1 : i / 16.0, 1)));
  return fmt::format("<span class=\"scale\">scale: <b>{}</b><span>{}</span><b>{}</b></span>",
                     strip.diverging ? show_score(-strip.full) : "0", steps, show_score(strip.full));
}

/// Every number of the picture: one row a piece.
inline std::string numbers_table(const AttentionPicture& p) {
  Table t{
      .caption = p.name + ": the scores of every piece", .columns = {"piece", "word", "span"}, .rows = {}};
  t.groups = {{"", 3}};
  for (const auto& method : p.control.methods) {
    t.groups.emplace_back(method_title(method.method), 3);
    t.columns.insert(t.columns.end(), {arm_title(p.control.arm), arm_title(p.treatment.arm), "difference"});
  }
  for (std::size_t i = 0; i < p.text.pieces.size(); ++i) {
    const auto& piece = p.text.pieces[i];
    std::string kind = "none";
    if (piece.span >= 0)
      kind = p.text.kinds[static_cast<std::size_t>(p.text.spans[static_cast<std::size_t>(piece.span)].kind)];
    t.rows.push_back({fmt::format("{} {}", i + 1, piece.shown), std::to_string(piece.word + 1), kind});
    for (std::size_t m = 0; m < p.control.methods.size(); ++m) {
      const double above = p.control.methods[m].scores.at(piece.token),
                   below = p.treatment.methods[m].scores.at(piece.token);
      for (const double score : {above, below, below - above}) t.rows.back().push_back(show_score(score));
    }
  }
  return table(t);
}

/// What the integrated gradients of one arm add up to.
inline std::string completeness(const ArmAttribution& side) {
  return fmt::format(
      "{}: log-odds {:.4f}; of the text of padding {:.4f}; integrated gradients miss {:.2g} of the "
      "difference.",
      arm_title(side.arm), side.log_odds, side.baseline_log_odds, side.gradient_gap);
}

}  // namespace detail

/// One picture, drawn as the settings say; its script may draw it otherwise. `files`: whether PNG files stand
/// beside the SVG files.
inline std::string attention_case(const AttentionPicture& p, const PictureSettings& settings, bool png) {
  const auto strips = attention_strips(p, 0, settings);
  const auto sentences = picture_sentences(p);
  std::string markup = fmt::format(
      "<section class=\"case\" id=\"{0}\" aria-labelledby=\"{0}-h\">\n<h3 id=\"{0}-h\">{1}</h3>\n", p.name,
      escape_markup(sentences.front()));
  markup += paragraph(sentences[1] + " " + sentences[2]);
  markup += "<p>Drawn: <span class=\"what\">" + escape_markup("Attention, " + attention_choice(settings)) +
            "</span>.</p>\n";
  for (std::size_t s = 0; s < strips.size(); ++s)
    markup += fmt::format(
        "<p class=\"head\"><strong id=\"{0}-{1}\">{2}</strong> {3}</p>\n<div class=\"strip\" lang=\"ja\" "
        "aria-labelledby=\"{0}-{1}\">{4}</div>\n",
        p.name, s, escape_markup(strips[s].title), detail::scale_markup(strips[s]),
        detail::strip_markup(p.text, strips[s]));
  markup +=
      "<p class=\"readout hint\" role=\"status\" hidden=\"hidden\">Numbers: go to a strip by Tab, then move "
      "with the arrow keys; or point at a piece.</p>\n";
  std::string files;
  for (const char* kind : {"", "-methods"})
    for (const char* suffix : {"svg", "png"})
      if (png || std::string_view(suffix) == "svg")
        files += fmt::format("<a href=\"{0}{1}.{2}\">{0}{1}.{2}</a> ", p.name, kind, suffix);
  markup += "<p>Files: " + files + "</p>\n";
  markup += details("All numbers of " + p.name,
                    paragraph(detail::completeness(p.control) + " " + detail::completeness(p.treatment)) +
                        detail::numbers_table(p));
  return markup + "<script type=\"application/json\">" +
         detail::embedded_json(detail::picture_data(p, settings)) + "</script>\n</section>\n";
}

}  // namespace mtl::html
