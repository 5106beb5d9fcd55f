// 200 hostile texts, in every place where a text can stand: all come through escaped.
#include <string>

#include <mtl/report/report_files.hpp>

#include <report/hostile_run.hpp>
#include <report/well_formed.hpp>
#include <support/catch.hpp>

namespace hostile_tests {

using namespace mtl;

/// Whether a control that turns writing, or one of Unicode's line separators, stands in the text as itself.
bool turns_writing(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto [point, length] = decode_utf8(text, at);
    if (detail::turns_writing(point)) return true;
    at += length;
  }
  return false;
}

TEST_CASE("200 hostile texts come through escaped in every form of the report", "[report]") {
  const auto hostile = tests::hostile_run(true);
  CHECK(tests::hostile_texts().size() == 200);
  const auto report = make_report(hostile.run, {.texts = hostile.texts});
  CHECK(report.flips.texts.size() == 200);
  for (const auto& [name, contents] : report_files(report)) {
    INFO(name);
    if (name.ends_with(".html") || name.ends_with(".svg")) {
      CHECK(tests::markup_fault(contents) == "");
      CHECK_FALSE(find_invalid_utf8(contents).has_value());
      CHECK_FALSE(turns_writing(contents));
      CHECK(contents.find("<img") == std::string::npos);
      CHECK(contents.find(" onclick=\"") == std::string::npos);
    }
    if (name.ends_with(".md") || name.ends_with(".tex")) CHECK_FALSE(turns_writing(contents));
    if (name.ends_with(".md")) CHECK(contents.find("<script") == std::string::npos);
    if (name.ends_with(".json")) CHECK(nlohmann::json::accept(contents));
  }
  const auto page = report_html(report);
  CHECK(page.find("<script", page.find("<script") + 1) == std::string::npos);
}

TEST_CASE("controls of writing are named, bytes that are no UTF-8 replaced, and Japanese left alone",
          "[report]") {
  CHECK(escape_markup("a\u202Eb\u2028c") == "a[U+202E]b[U+2028]c");
  CHECK(escape_markup("\xFF<\xE3\x81") == "\uFFFD&lt;\uFFFD\uFFFD");
  CHECK(escape_markup("\u0085\x7F\x01") == "\uFFFD\uFFFD\uFFFD");
  CHECK(escape_markup("東京都の天気は「晴れ」です。𠮷野家 👩\u200D👧") ==
        "東京都の天気は「晴れ」です。𠮷野家 👩\u200D👧");
  CHECK(escape_latex("50 %\u2066") == "50 \\%[U+2066]");
  CHECK(escape_markdown("a|b\u200F") == "a\\|b\\[U+200F]");
}

TEST_CASE("a text of ten thousand tokens is cut between characters, and the cut is marked", "[report]") {
  std::string text;
  for (int i = 0; i < 10000; ++i) text += "語";
  const auto kept = kept_text(text);
  CHECK(kept.size() == 3 * (shown_characters + 1));
  CHECK(kept_text(kept) == kept);
  CHECK(beginning(kept) == text.substr(0, 3 * shown_characters) + " ...");
  CHECK(beginning("短い") == "短い");
}

}  // namespace hostile_tests
