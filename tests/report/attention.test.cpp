// Pictures of attention: byte-stable SVG, a page that is well-formed, self-contained and escaped.
#include <cstdlib>
#include <string>

#include <mtl/report/attention_html.hpp>
#include <mtl/report/attention_svg.hpp>
#include <mtl/store/atomic_file.hpp>

#include <report/hostile_run.hpp>
#include <report/made_up_pictures.hpp>
#include <report/well_formed.hpp>
#include <support/catch.hpp>

namespace attention_report_tests {

using namespace mtl;
using Catch::Matchers::Contains;
using mtl::tests::hostile_pieces;
using mtl::tests::loaded_resource;
using mtl::tests::picture_of;
using mtl::tests::report_of;
using mtl::tests::sentence;
const auto& settings = mtl::tests::picture_settings;
using mtl::tests::markup_fault;

/// Compares with the golden file; with MTL_WRITE_GOLDEN in the environment it is written anew.
void check_golden(const std::string& name, const std::string& made) {
  const std::string path = std::string(MTL_TEST_DATA "/report/") + name;
  if (std::getenv("MTL_WRITE_GOLDEN") != nullptr) write_file_atomically(path, made + "\n");
  CHECK(read_file(path) == made + "\n");
}

TEST_CASE("pictures are the same bytes as ever", "[report]") {
  const auto picture = picture_of(sentence);
  check_golden("attention.svg", attention_svg(picture, settings));
  auto words = settings;
  words.unit = "words-sum";
  words.scale = "0.2";
  words.head = 1;
  check_golden("attention-methods.svg", attention_methods_svg(picture, words));
  check_golden("attention-shares.svg", shares_svg(report_of({}).shares, "Multi Task less Single Task: 注意"));
}

TEST_CASE("the control stands above the treatment, each on its own scale of red", "[report]") {
  const auto strips = attention_strips(picture_of(sentence), 0, settings);
  CHECK(strips[0].title == "Single Task");
  CHECK(strips[1].title == "Multi Task");
  // Scores of pieces 1 to 7, in 64ths: 7 3 10 6 2 9 5 and 10 6 2 9 5 1 8.
  CHECK(strips[0].full == 10.0 / 64);
  CHECK(strips[1].level(0) == 255);
  CHECK(strips[0].level(1) == 77);  // 76.5
  CHECK(strips[2].scores[0] == 3.0 / 64);
  CHECK(strips[2].level(2) == -255);
  const auto drawn = attention_svg(picture_of(sentence), settings);
  CHECK(loaded_resource(drawn) == "");
  CHECK(loaded_resource(attention_methods_svg(picture_of(sentence), settings)) == "");
  CHECK(drawn.find("Single Task</text>") < drawn.find("Multi Task</text>"));
  CHECK_THAT(drawn, Contains("fill=\"#ff0000\"") && Contains("layer 2, mean over 3 heads, row of [CLS]") &&
                        Contains("Attention is not an explanation") && Contains("true class 肯定"));

  auto other = settings;
  other.scale = "all";  // [CLS] has 0, [SEP] 1 and 4
  CHECK(attention_strips(picture_of(sentence), 0, other)[0].full == 10.0 / 64);
  other.scale = "0.5";
  CHECK(attention_strips(picture_of(sentence), 0, other)[0].full == 0.5);
  other.unit = "words-mean";
  const auto mean = attention_strips(picture_of(sentence), 0, other)[0];
  CHECK(mean.scores[5] == 7.0 / 64);
  CHECK(mean.scores[6] == 7.0 / 64);
  CHECK(sign_shown(strips[2], 2) == "\xE2\x88\x92");
  CHECK(sign_shown(strips[2], 0) == "+");
  CHECK(sign_shown(strips[0], 0).empty());
}

TEST_CASE("the page is well-formed, loads nothing, and allows its own script by hash alone", "[report]") {
  const auto page = html::attention_html(
      report_of({picture_of(sentence), picture_of(sentence, "case-2-1", CaseKind::ControlRight)}));
  CHECK(markup_fault(page) == "");
  CHECK_THAT(page, Contains("default-src 'none'; style-src 'sha256-") && Contains("script-src 'sha256-") &&
                       !Contains("unsafe-inline") && !Contains("style=\""));
  for (const char* part :
       {"Case \xE2\x91\xA0: Multi Task right", "Case \xE2\x91\xA1: Single Task right",
        "Attention is not an explanation", "Gradient-weighted attention", "not the paper&#39;s model",
        "p, two-sided", "id=\"choose-layer\"", "case-1-1-methods.svg"})
    CHECK_THAT(page, Contains(part));
  CHECK_THAT(page, !Contains("case-1-1.png"));
  CHECK(page == html::attention_html(report_of(
                    {picture_of(sentence), picture_of(sentence, "case-2-1", CaseKind::ControlRight)})));
  const auto empty = html::attention_html(report_of({}));
  CHECK(markup_fault(empty) == "");
  CHECK_THAT(empty, Contains("No text of this test fold."));
}

TEST_CASE("hostile texts come through escaped, in SVG and in the page", "[report]") {
  auto picture = picture_of(hostile_pieces());
  picture.text.id = "<img src=x onerror=alert(1)>\xE2\x80\xAE";
  picture.gold = picture.explained = "'><svg onload=1>";
  picture.text.kinds[0] = "</script>\xE2\x80\xA9<i>";
  const auto page = html::attention_html(report_of({picture}));
  const auto one = attention_svg(picture, settings), all = attention_methods_svg(picture, settings);
  for (const auto& markup : {page, one, all}) {
    CHECK(markup_fault(markup) == "");
    for (const char* bad : {"<script>window", "<img", "<svg onload", "\xE2\x80\xAE", "\xE2\x80\xA8",
                            "\xE2\x80\xA9", "\xE2\x81\xA6", "<b>&"})
      CHECK(markup.find(bad) == std::string::npos);
    CHECK(markup.find('\0') == std::string::npos);
    CHECK_THAT(markup, Contains("[U+202E]"));
  }
  CHECK(one.find(std::string(200, 'w')) == std::string::npos);  // a long piece is shortened in the drawing
}

/// What markup must not hold, whatever the texts are: each of these would be obeyed.
std::string obeyed(const std::string& markup) {
  for (const char* bad :
       {"<img", "<svg onload", "<script>window", "<a href=\"https", "<iframe", "<body onload", "<i>",
        "\u202E", "\u202C", "\u2028", "\u2029", "\u2066", "\u2067", "\u200F", "\u061C", "\u0085"})
    if (markup.find(bad) != std::string::npos) return bad;
  return markup.find('\0') == std::string::npos ? "" : "NUL";
}

TEST_CASE("200 hostile texts come through escaped, as pieces and as words of pictures", "[report]") {
  const auto texts = mtl::tests::hostile_texts();
  REQUIRE(texts.size() == 200);
  CHECK(obeyed("<i>") == "<i>");
  for (std::size_t i = 0; i < texts.size(); ++i) {
    INFO("text " << i);
    // Of the five texts of ten thousand tokens one is drawn whole, the others as long as BERT takes them.
    const auto picture = mtl::tests::hostile_picture(texts[i], i, i == 39 ? 10000 : 512);
    if (i == 39) CHECK(picture.text.pieces.size() == 10000);
    const auto page = html::attention_html(report_of({picture}));
    CHECK(page.size() < 10'000'000);
    for (const auto& markup :
         {page, attention_svg(picture, settings), attention_methods_svg(picture, settings)}) {
      CHECK(markup_fault(markup) == "");
      CHECK(obeyed(markup) == "");
      CHECK_FALSE(find_invalid_utf8(markup).has_value());
    }
  }
}

TEST_CASE("a text of ten thousand tokens is drawn", "[report]") {
  std::vector<std::string> pieces(10000, "語");
  const auto page = html::attention_html(report_of({picture_of(pieces)}));
  CHECK(page.size() < 10'000'000);
  CHECK(attention_svg(picture_of(pieces), settings).size() < 10'000'000);
}

TEST_CASE("shares as CSV and JSON: full numbers, gaps where there is no test", "[report]") {
  const auto shares = report_of({}).shares;
  const auto csv = shares_csv(shares);
  CHECK_THAT(csv, Catch::StartsWith("measure,texts,token_share,") &&
                      Contains("名詞,2,0.25,0.625,0.375,0.25,") && Contains("\n\"a,\"\"b\"\"\",0,,,,,"));
  const auto json = shares_json(shares);
  CHECK(json[0].at("test").at("n") == 2);
  CHECK(json[0].at("test").at("mean_diff") == 0.25);
  CHECK(json[1].at("test").at("status") == "too_few_pairs");
  CHECK(json[1].at("token_share").is_null());
  CHECK(markup_fault(shares_svg(shares, "t")) == "");
  CHECK(markup_fault(shares_svg({}, "t")) == "");
}

TEST_CASE("widths of texts, shortened and wrapped ones", "[report]") {
  CHECK(display_width("日本") == 2);
  CHECK(display_width("が") == display_width("か\u3099"));
  CHECK(shortened("日本語の文", 3) == "日本…");
  CHECK(shortened("日本", 2) == "日本");
  CHECK(wrapped("aa bb cc", 4) == std::vector<std::string>{"aa bb ", "cc"});
  CHECK(wrapped("日本語", 2) == std::vector<std::string>{"日本", "語"});
  CHECK(wrapped("", 2) == std::vector<std::string>{""});
}

}  // namespace attention_report_tests
