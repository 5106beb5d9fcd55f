// In: the pictures of a run and its attention shares. Out: RUN/report/attention/index.html, one
// self-contained page.
#pragma once

#include <string>
#include <vector>

#include <mtl/report/attention_case_html.hpp>
#include <mtl/report/attention_script.hpp>
#include <mtl/report/attention_style.hpp>
#include <mtl/report/run_summary.hpp>
#include <mtl/report/share_tables.hpp>

namespace mtl {

/// Everything the page shows.
struct AttentionReport {
  std::string dataset = {};
  std::string arms = {};                 ///< which cells: "layer 2, fold 0, seed 1"
  std::vector<std::string> notes = {};   ///< what no reader may miss
  std::vector<std::string> counts = {};  ///< how the pictures were chosen, one sentence each
  std::vector<AttentionPicture> pictures = {};
  std::vector<ShareComparison> shares = {};
  RunSummary::Facts provenance = {};
  std::string treatment = {}, control = {};  ///< names of the arms
  PictureSettings settings = {};
  bool png = false;  ///< PNG files stand beside the SVG files
};

namespace html {

namespace detail {

inline std::string option(const std::string& value, const std::string& words, const std::string& chosen) {
  return fmt::format("<option value=\"{}\"{}>{}</option>", escape_markup(value),
                     value == chosen ? " selected=\"selected\"" : "", escape_markup(words));
}

inline std::string choice(const std::string& name, const std::string& words, const std::string& options) {
  return fmt::format("<label>{1} <select id=\"choose-{0}\">{2}</select></label>\n", name, words, options);
}

inline std::string box(const std::string& name, const std::string& words, bool on) {
  return fmt::format("<label><input type=\"checkbox\" id=\"choose-{}\"{}/> {}</label>\n", name,
                     on ? " checked=\"checked\"" : "", words);
}

/// Links to the parts of the page, and past them.
inline std::string contents_of(const std::string& treatment, const std::string& control) {
  std::string items;
  for (const auto& [id, words] :
       {std::pair<std::string, std::string>{"case-1", "Case \xE2\x91\xA0: " + treatment + " right"},
        {"case-2", "Case \xE2\x91\xA1: " + control + " right"},
        {"shares", "What attention falls on"},
        {"provenance", "Provenance"}})
    items += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", id, escape_markup(words));
  return "<nav aria-label=\"Contents\">\n<ul>\n" + items + "</ul>\n</nav>\n";
}

/// What all pictures are drawn by; hidden until the script is there to obey it.
inline std::string choices_bar(const AttentionReport& report) {
  const auto& s = report.settings;
  std::string methods, layers, heads = option("mean", "mean", s.head < 0 ? "mean" : "");
  for (const auto& method : report.pictures.front().control.methods)
    methods += option(method.method, method_title(method.method), "attention");
  for (int l = 1; l <= s.layers; ++l)
    layers += option(std::to_string(l), std::to_string(l), std::to_string(s.layer));
  for (int h = 1; h <= s.heads; ++h)
    heads += option(std::to_string(h), std::to_string(h), s.head < 0 ? "" : std::to_string(s.head + 1));
  const auto units = option("pieces", "each piece", s.unit) +
                     option("words-sum", "words, sum of pieces", s.unit) +
                     option("words-mean", "words, mean of pieces", s.unit);
  return "<div class=\"bar\" id=\"bar\" role=\"group\" aria-label=\"What the pictures show\" "
         "hidden=\"hidden\">\n" +
         choice("method", "Method", methods) + choice("layer", "Layer", layers) +
         choice("head", "Head", heads) + choice("unit", "Shade", units) +
         box("common", "one scale for both arms", false) + box("numbers", "numbers", false) +
         box("spans", "spans", true) + "</div>\n";
}

/// The kinds of span and how they are drawn.
inline std::string kinds_legend(const PlacedText& text) {
  std::string items;
  for (std::size_t kind = 0; kind < text.kinds.size(); ++kind)
    items += fmt::format("<li><span class=\"line k{}\"></span><bdi lang=\"ja\">{}</bdi></li>\n", kind % 4,
                         escape_markup(text.kinds[kind]));
  return "<p>Lines under the pieces are the labelled spans:</p>\n<ul class=\"keys\">\n" + items + "</ul>\n";
}

inline std::string how_to_read(const AttentionReport& report) {
  return paragraph(scale_sentence(report.settings) +
                   " With one scale for both arms full red is the larger of the two. The difference, and "
                   "methods that may be negative, are red above zero, marked +, and "
                   "blue below "
                   "it, marked \xE2\x88\x92. Pieces of a word touch.") +
         kinds_legend(report.pictures.front().text) +
         paragraph(
             "Attention rollout multiplies the attention of all layers, each mixed with the token itself. "
             "Gradient-weighted attention counts attention where more of it would raise the log-odds of the "
             "true "
             "class. Integrated gradients divide the log-odds of the true class among the tokens, from a "
             "text of "
             "padding on; leaving out says what the log-odds lose without a span, or a word outside of "
             "spans, in equal "
             "parts on its pieces. The last two count in nats.");
}

inline std::string cases_of(const AttentionReport& report, CaseKind kind) {
  std::string markup;
  for (const auto& picture : report.pictures)
    if (picture.kind == kind) markup += attention_case(picture, report.settings, report.png);
  return markup.empty() ? paragraph("No text of this test fold.") : markup;
}

inline std::string shares_section(const AttentionReport& report) {
  const auto treatment = arm_title(report.treatment), control = arm_title(report.control);
  const auto caption = "Where attention falls, mean over the texts of the test fold (" +
                       attention_choice(report.settings) + ")";
  return paragraph(
             "Shares of the attention between the special tokens, text by text, for all texts of the test "
             "fold. "
             "\"If even\" is the share that the tokens have. A span of several pieces is attended whole when "
             "each of "
             "its pieces has at least half of an equal share of the span, else broken. Evenness is the "
             "entropy of the "
             "division within such spans over its maximum.") +
         shares_table(report.shares, caption, treatment, control) + "<figure>\n" +
         shares_svg(report.shares, treatment + " less " + control + ": share of attention") +
         "\n</figure>\n" +
         paragraph(fmt::format(
             "A paired t-test over texts ({0} less {1}; \"p, greater\": {0} has more) says whether these two "
             "trained models differ on texts like these. It says nothing about other trainings: there "
             "is one of each. The measures overlap; Holm's correction is over all of them.",
             treatment, control));
}

inline std::string facts(const AttentionReport& report) {
  Table t{.caption = "Where these pictures come from",
          .columns = {"what", "value"},
          .rows = {},
          .groups = {},
          .prose = true};
  for (const auto& [name, value] : report.provenance) t.rows.push_back({name, value});
  return table(t);
}

inline std::string attention_notes(const AttentionReport& report) {
  std::string items = "<li>" + escape_markup(not_an_explanation) + "</li>\n";
  for (const auto& note : report.notes) items += "<li>" + escape_markup(note) + "</li>\n";
  return "<div class=\"note\" role=\"note\">\n<strong>Note</strong>\n<ul>\n" + items + "</ul>\n</div>\n";
}

}  // namespace detail

/// The page as a string: works offline, loads nothing, and is whole without its script.
inline std::string attention_html(const AttentionReport& report) {
  const auto treatment = arm_title(report.treatment), control = arm_title(report.control);
  const auto title = fmt::format("Attention of {} and {}: {}", treatment, control, report.dataset);
  std::string counts;
  for (const auto& sentence : report.counts) counts += paragraph(sentence);
  std::string body = "<a class=\"skip\" href=\"#content\">Skip to the content</a>\n<header>\n<h1>" +
                     escape_markup(title) + "</h1>\n<p class=\"lead\">" + escape_markup(report.arms) +
                     "</p>\n" + detail::attention_notes(report) + detail::contents_of(treatment, control) +
                     "</header>\n<main id=\"content\" tabindex=\"-1\">\n" + counts;
  if (!report.pictures.empty())
    body += section("reading", "How to read the pictures", detail::how_to_read(report)) +
            detail::choices_bar(report);
  body += section("case-1", fmt::format("Case \xE2\x91\xA0: {} right, {} wrong", treatment, control),
                  detail::cases_of(report, CaseKind::TreatmentRight));
  body += section("case-2", fmt::format("Case \xE2\x91\xA1: {} right, {} wrong", control, treatment),
                  detail::cases_of(report, CaseKind::ControlRight));
  body += section("shares", "What attention falls on", detail::shares_section(report));
  body += section("provenance", "Provenance", detail::facts(report));
  body += "</main>\n<footer>\n" +
          paragraph("Written by mtl attend. This page is complete in itself: it loads nothing.") +
          "</footer>\n<p id=\"status\" role=\"status\" aria-live=\"polite\"></p>\n";
  return page(title, body, attention_style(), std::string(page_script) + std::string(attention_script));
}

}  // namespace html

}  // namespace mtl
