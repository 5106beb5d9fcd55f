#include <string>

#include <mtl/text/utf8.hpp>

#include "support/catch.hpp"

using namespace mtl;
using namespace std::string_literals;

TEST_CASE("ill-formed bytes are found where they begin", "[text]") {
  struct Row {
    const char* what;
    std::string bytes;
    std::optional<std::size_t> at;
  };
  const auto row = GENERATE(values<Row>({
      {"empty", "", std::nullopt},
      {"kanji, an emoji and NUL", "東京😀\0"s, std::nullopt},
      {"the last code point", "\xF4\x8F\xBF\xBF", std::nullopt},
      {"above the last code point", "a\xF4\x90\x80\x80", 1},
      {"a stray continuation byte", "あ\x80", 3},
      {"a character cut short", "あ\xE3\x81", 3},
      {"an overlong slash", "\xC0\xAF", 0},
      {"an overlong form of three bytes", "\xE0\x9F\xBF", 0},
      {"a surrogate", "x\xED\xA0\x80", 1},
      {"Shift_JIS", "\x93\x8C\x8B\x9E", 0},
      {"a byte that no UTF-8 has", "あ\xFF", 3},
  }));
  INFO(row.what);
  CHECK(find_invalid_utf8(row.bytes) == row.at);
}

TEST_CASE("code points survive being written and read", "[text]") {
  for (const char32_t point :
       {U'\0', U'a', U'\x7F', U'\x80', U'\x7FF', U'\x800', U'あ', U'\xFFFD', U'\x10000', U'😀', U'\x10FFFF'}) {
    std::string text = "x";
    append_utf8(text, point);
    const DecodedPoint decoded = decode_utf8(text, 1);
    CHECK(decoded.value == point);
    CHECK(decoded.length == text.size() - 1);
  }
}

TEST_CASE("a text that is not UTF-8 is refused with the byte", "[text]") {
  CHECK_THROWS_WITH(
      require_utf8("あ\xFF", "notes.tsv:7"),
      "notes.tsv:7: byte 3 is not UTF-8; the text may be Shift_JIS or EUC-JP, or cut inside a character");
}
