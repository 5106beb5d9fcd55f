// A double array is written here by hand, as Darts numbers it. Of ipadic the longest word is known from its
// CSV files: ラテン・アメリカ・スモーラー・カンパニーズ・ファンド, 26 characters of 3 bytes.
#include <cstring>
#include <string>
#include <vector>

#include <mtl/store/mapped_file.hpp>
#include <mtl/text/mecab_dictionary.hpp>
#include <mtl/text/mecab_trie.hpp>

#include "support/catch.hpp"

using namespace mtl;
using detail::MeCabTrie;

namespace mecab_trie_tests {

struct Unit {
  std::int32_t base = 0;
  std::uint32_t check = 0;
};

/// A sys.dic with this trie and nothing else.
std::string dictionary(const std::vector<Unit>& units, std::uint32_t version = 102) {
  std::string bytes(72, '\0');
  bytes.append(reinterpret_cast<const char*>(units.data()), units.size() * sizeof(Unit));
  const auto put = [&](std::size_t at, std::uint32_t value) {
    std::memcpy(&bytes[at], &value, sizeof value);
  };
  put(0, 0xef718f77 ^ static_cast<std::uint32_t>(bytes.size()));
  put(4, version);
  put(24, static_cast<std::uint32_t>(units.size() * sizeof(Unit)));
  return bytes;
}

/// The words 'a' and 'ac' (bytes 1 and 3): the root is state 1, 'a' state 4, 'ac' state 9. At a state itself
/// stands the end of its word.
std::vector<Unit> two_words() {
  std::vector<Unit> units(12);
  units[0] = {1, 0};
  units[3] = {4, 1};   // root + byte 1 + 1
  units[4] = {-1, 4};  // 'a' is a word
  units[8] = {9, 4};   // 'a' + byte 3 + 1
  units[9] = {-2, 9};
  return units;
}

std::optional<std::size_t> longest(const std::string& bytes) {
  const auto trie = MeCabTrie::of(bytes);
  return trie ? trie->longest_word() : std::nullopt;
}

TEST_CASE("the longest word of a dictionary is read off its trie", "[text]") {
  CHECK(longest(dictionary(two_words())) == 2);
  const detail::MappedFile ipadic(find_dictionary("ipadic") + "/sys.dic");
  CHECK(longest(std::string(ipadic.bytes())) == 78);
}

TEST_CASE("of what is no dictionary that is known no longest word is said", "[text]") {
  const std::string good = dictionary(two_words());
  CHECK_FALSE(longest(""));
  CHECK_FALSE(longest(good.substr(0, 71)));
  CHECK_FALSE(longest(good.substr(0, good.size() - 1)));  // the mark holds the size of the file
  CHECK_FALSE(longest(good + "x"));
  CHECK_FALSE(longest(dictionary(two_words(), 101)));
  CHECK_FALSE(longest(dictionary({})));
  CHECK_FALSE(longest(dictionary({{1, 0}})));  // no word
  auto circle = two_words();
  circle[3].check = 4;  // 'a' follows itself: no way leads to it
  circle[3].base = 2;
  circle[8] = {4, 2};
  CHECK_FALSE(longest(dictionary(circle)));
  auto too_long = dictionary(two_words());
  too_long[24] = 104;  // more units than there are bytes
  CHECK_FALSE(longest(too_long));
}

}  // namespace mecab_trie_tests
