// The lines are random ones of characters that act on their neighbours, or look as if they did.
#include <array>
#include <random>
#include <string>

#include <mtl/text/normalizer.hpp>

#include "support/catch.hpp"

using namespace mtl;

namespace normalizer_tests {

constexpr std::u32string_view characters =
    U"かゝー日a0１ htp:/：／,.½①㈱、。！゛´￣¨…ﾞｶ\n\n\r\u2028\u3000\uFEFF\u200B\u3099\u309A\u0301\u0323\u0327"
    U"\u0344\u037A\u20E3\uFE0F\u1100\u1161\u11A8가\u0BC6\u0BBE😀ﷺ℀⩴";

std::string random_text(std::mt19937& chance) {
  std::string text;
  for (std::size_t left = chance() % 16; left > 0; --left)
    append_utf8(text, characters[chance() % characters.size()]);
  return chance() % 4 == 0 ? text + "http://a/" : text;
}

std::vector<NormalizeOptions> all_options() {
  std::vector<NormalizeOptions> all;
  for (const Digits digits : {Digits::Keep, Digits::EachToZero, Digits::RunToZero})
    for (const Width width : {Width::Keep, Width::Nfkc, Width::AsciiOnly})
      for (unsigned bits = 0; bits < 16; ++bits)
        all.push_back({digits, width, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0});
  return all;
}

}  // namespace normalizer_tests
using namespace normalizer_tests;

TEST_CASE("a Normalizer gives what normalize() gives, byte for byte and origin for origin", "[text]") {
  std::mt19937 chance(7);
  std::size_t differ = 0;
  for (const NormalizeOptions& options : all_options()) {
    Normalizer normalizer(options);
    for (int i = 0; i < 200; ++i) {
      const std::string raw = random_text(chance);
      const NormalizedText fast = normalizer(raw), plain = normalize(raw, options);
      const bool same = fast.text == plain.text && fast.origin == plain.origin && fast.raw == raw;
      if (!same) UNSCOPED_INFO(raw);
      differ += same ? 0 : 1;
    }
  }
  CHECK(differ == 0);
}

TEST_CASE("a Normalizer composes over a removed line end, and refuses what is not UTF-8", "[text]") {
  Normalizer normalizer{NormalizeOptions{}};
  CHECK(normalizer("か\n\u3099き\nく").text == "がきく");
  CHECK(normalizer("").text == "");
  CHECK(normalizer("").origin == std::vector<std::uint32_t>{0});
  CHECK_THROWS_AS(normalizer("か\xFF"), Error);
}
