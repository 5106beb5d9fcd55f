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

TEST_CASE("of all short runs of bytes those are UTF-8 that the rule of three bytes allows", "[text]") {
  // Three bytes, the leads from the last of two bytes to the first of four: as table 3-7 lists them.
  std::size_t wrong = 0, right = 0;
  for (unsigned lead = 0xDF; lead <= 0xF0; ++lead)
    for (unsigned second = 0x70; second <= 0xD0; ++second)
      for (const unsigned third : {0x00u, 0x7Fu, 0x80u, 0x99u, 0xBFu, 0xC0u, 0xFFu}) {
        const std::string bytes{static_cast<char>(lead), static_cast<char>(second), static_cast<char>(third)};
        const unsigned least = lead == 0xE0 ? 0xA0 : 0x80, greatest = lead == 0xED ? 0x9F : 0xBF;
        const bool three = lead >= 0xE0 && lead <= 0xEF && second >= least && second <= greatest &&
                           third >= 0x80 && third <= 0xBF;
        const DecodedPoint point = decode_utf8(bytes, 0);
        const bool two = lead == 0xDF && second >= 0x80 && second <= 0xBF;
        const char32_t value = (lead & 0xF) << 12 | (second & 0x3F) << 6 | (third & 0x3F);
        if (three ? point.value != value || point.length != 3 : point.length != (two ? 2u : 1u)) ++wrong;
        if (!three && !two && point.value != ill_formed) ++wrong;
        right += three;
      }
  CHECK(wrong == 0);
  CHECK(right > 2000);
}

TEST_CASE("a text that is not UTF-8 is refused with the byte", "[text]") {
  CHECK_THROWS_WITH(
      require_utf8("あ\xFF", "notes.tsv:7"),
      "notes.tsv:7: byte 3 is not UTF-8; the text may be Shift_JIS or EUC-JP, or cut inside a character");
}
