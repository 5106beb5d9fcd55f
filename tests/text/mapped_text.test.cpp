// Normal forms: Unicode 15 (ICU 72), equal to Python 3.11's unicodedata.normalize for these characters.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <mtl/text/mapped_text.hpp>

#include "support/catch.hpp"

using namespace mtl;

TEST_CASE("NFKC does what it is known to do to Japanese text", "[text]") {
  struct Row {
    const char *raw, *normal;
  };
  const auto row = GENERATE(values<Row>({
      {"…", "..."},
      {"‥", ".."},
      {"①", "1"},
      {"㈱", "(株)"},
      {"㍿", "株式会社"},
      {"℃", "°C"},
      {"½", "1⁄2"},
      {"㌔", "キロ"},
      {"Ⅳ", "IV"},
      {"²", "2"},
      {"™", "TM"},
      {"‼", "!!"},
      {"￥", "¥"},
      {"～", "~"},
      {"－", "-"},
      {"ｶﾞ", "ガ"},
      {"ｱﾞ", "ア\u3099"},
      {"ｰ", "ー"},
      {"｡｢｣､･", "。「」、・"},
      {"〜", "〜"},
      {"―", "―"},
      {"−", "−"},
      {"‐", "‐"},
      {"「」、。・", "「」、。・"},
      {"う゛", "う \u3099"},
      {"\u3000", " "},
      {"\u200B", "\u200B"},
      {"㋿", "令和"},
      {"", ""},
      {"か\u3099", "が"},
      {"ｱﾞ", "ア\u3099"},
      {"￣", " \u0304"},
      {"\u00A0", " "},
      {"\u00AD", "\u00AD"},
      {"\u2028", "\u2028"},
      {"\u0085", "\u0085"},
  }));
  CHECK(nfkc(row.raw).text == row.normal);
}

TEST_CASE("every byte of a normalised text knows its source character", "[text]") {
  //                       0  3   9  12 15
  const std::string raw = "あｶﾞ㍿1う";
  const MappedText mapped = nfkc(raw);
  REQUIRE(mapped.text == "あガ株式会社1う");
  const std::vector<std::uint32_t> expected{0, 0, 0, 3, 3, 3, 9,  9,  9,  9,  9, 9,
                                            9, 9, 9, 9, 9, 9, 12, 13, 13, 13, 16};
  CHECK(mapped.origin == expected);
  CHECK(source_range(mapped, 3, 6) == ByteRange{3, 9});    // ガ comes from two characters
  CHECK(source_range(mapped, 9, 12) == ByteRange{9, 12});  // 式 is part of one character
  CHECK(source_range(mapped, 0, 22) == ByteRange{0, 16});
  CHECK(source_range(mapped, 6, 6) == ByteRange{9, 9});
}

TEST_CASE("origins go through a chain of changes", "[text]") {
  const MappedText first = nfkc("ＡＢ㍿");
  const MappedText low = through(first, 0, lower_case(first.text));
  CHECK(low.text == "ab株式会社");
  CHECK(source_range(low, 1, 2) == ByteRange{3, 6});
  CHECK(source_range(low, 2, 5) == ByteRange{6, 9});
}

TEST_CASE("lower case is Unicode's, in no particular language", "[text]") {
  CHECK(lower_case("ABC Ａ Ü İ").text == "abc ａ ü i\u0307");
  CHECK(lower_case("ΣΙΣΥΦΟΣ").text == "σισυφος");
}

TEST_CASE("NFKC makes a space of 67 characters, and 18 characters of one", "[text]") {
  int spaces = 0;
  std::size_t longest = 0;
  for (char32_t point = 0; point <= 0x10FFFF; ++point) {
    if (point == 0x20 || (point >= 0xD800 && point < 0xE000)) continue;
    std::string raw;
    append_utf8(raw, point);
    const std::string normal = nfkc(raw).text;
    const auto count = static_cast<std::size_t>(std::ranges::count_if(
        normal, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
    if (count == 18) CHECK(point == 0xFDFA);
    longest = std::max(longest, count);
    if (normal.find(' ') != std::string::npos) ++spaces;
  }
  CHECK(spaces == 67);
  CHECK(longest == 18);
}

TEST_CASE("NFKC of two parts is not NFKC of the whole", "[text]") {
  CHECK(nfkc("か").text + nfkc("\u3099").text == "か\u3099");
  CHECK(nfkc("か\u3099").text == "が");
}

TEST_CASE("white space is Python's", "[text]") {
  std::set<char32_t> spaces{0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000};
  for (char32_t space = 0x9; space <= 0xD; ++space) spaces.insert(space);
  for (char32_t space = 0x1C; space <= 0x1F; ++space) spaces.insert(space);
  for (char32_t space = 0x2000; space <= 0x200A; ++space) spaces.insert(space);
  for (char32_t point = 0; point <= 0x10FFFF; ++point)
    if (unicode::is_python_space(point) != spaces.contains(point)) CHECK(point == 0);
  for (const char32_t other : {0x8, 0x1B, 0x200B, 0xFEFF, 0x2060, 0x180E})
    CHECK_FALSE(unicode::is_python_space(other));
}
