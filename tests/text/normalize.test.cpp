#include <string>

#include <mtl/text/normalize.hpp>

#include "support/catch.hpp"

using namespace mtl;

namespace normalize_tests {

/// All steps off, so that a test turns on what it is about.
constexpr NormalizeOptions nothing{.digits = Digits::Keep,
                                   .width = Width::Keep,
                                   .remove_urls = false,
                                   .remove_symbols = false,
                                   .remove_newlines = false,
                                   .remove_spaces = false};

NormalizeOptions only(Digits digits) {
  auto options = nothing;
  options.digits = digits;
  return options;
}

}  // namespace normalize_tests
using namespace normalize_tests;

TEST_CASE("the paper's steps together", "[text]") {
  struct Row {
    const char *raw, *normal;
  };
  const auto row = GENERATE(values<Row>({
      {"２０２０年3月、ＡＢＣの　ﾆｭｰｽ！\nhttps://a.jp/x?y=1 です。", "0000年0月ABCのニュースです"},
      {"スーパー々〇ゝ", "スーパー々〇ゝ"},
      {"①と½と²", "0と00と0"},
      {"👨‍👩‍👧と☺️と👍🏽と1️⃣と🇯🇵", "ととと0と"},
      {"(￣ー￣)う゛´¨か", "ーうか"},
      {"か\u200B\u3099とe \u0301", "がとé"},
      {"あ\u0385い\u2ADCう\U0001D15Eえ", "あいうえ"},
      {"a\u200Bb\u00ADc\uFEFFd\u0001e\uE000f", "abcdef"},
      {"\t\n \u3000。!？", ""},
      {"", ""},
  }));
  CHECK(normalize(row.raw).text == row.normal);
}

TEST_CASE("each step can be left out", "[text]") {
  const std::string raw = "Ａ1！\n http://a.jp/ ｱ";
  CHECK(normalize(raw, nothing).text == raw);
  NormalizeOptions kept{};
  kept.remove_symbols = kept.remove_newlines = kept.remove_spaces = kept.remove_urls = false;
  CHECK(normalize(raw, kept).text == "A0!\n http://a.jp/ ア");
  kept.remove_newlines = true;
  CHECK(normalize(raw, kept).text == "A0! http://a.jp/ ア");
  kept.remove_spaces = true;
  CHECK(normalize(raw, kept).text == "A0!http://a.jp/ア");
  kept.remove_urls = true;
  CHECK(normalize("見て HTTPS://a.jp/b(c)#d、次", kept).text == "見て、次");
  CHECK(normalize("http://とhttpはURLではない", kept).text == "http://とhttpはURLではない");
}

TEST_CASE("digits become 0 one by one or run by run", "[text]") {
  CHECK(normalize("2020年1,234.5円", only(Digits::EachToZero)).text == "0000年0,000.0円");
  CHECK(normalize("2020年1,234.5円、１，０００", only(Digits::RunToZero)).text == "0年0円、0");
  CHECK(normalize("1, 2.", only(Digits::RunToZero)).text == "0, 0.");
  CHECK(normalize("٣と一二三〇と①", only(Digits::EachToZero)).text == "0と一二三〇と①");
}

TEST_CASE("half width by the table keeps what is Japanese", "[text]") {
  // mojimoji's zen_to_han(kana=False).
  auto options = nothing;
  options.width = Width::AsciiOnly;
  CHECK(normalize("アイウａｂｃ０１２", options).text == "アイウabc012");
  CHECK(normalize("＃？！￥＼", options).text == "#?!¥\\");
  CHECK(normalize("「ｶﾞ」、。・　～－”’‘", options).text == "「ｶﾞ」、。・ ~-\"'`");
}

TEST_CASE("origins lead back to the raw text", "[text]") {
  //                       0   1  4  7     10 13
  const std::string raw = "\nＡ。ｶﾞい";
  const NormalizedText text = normalize(raw);
  REQUIRE(text.text == "Aガい");
  CHECK(text.origin == std::vector<std::uint32_t>{1, 7, 7, 7, 13, 13, 13, 16});
  CHECK(text.raw == raw);
  const NormalizedText empty = normalize("。");
  CHECK(empty.origin == std::vector<std::uint32_t>{3});
}

TEST_CASE("normalising twice changes nothing", "[text]") {
  const std::string once =
      normalize("Ａ①ｶﾞ゛（株）👨‍👩‍👧 https://x.jp 2,000円〜").text;
  CHECK(normalize(once).text == once);
}

TEST_CASE("a raw text that is not UTF-8 is refused", "[text]") {
  CHECK_THROWS_AS(normalize("あ\xE3"), Error);
}
