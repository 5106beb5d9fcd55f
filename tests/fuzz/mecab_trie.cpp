// Any bytes as the trie of a compiled dictionary, with a header that fits them and without.
#include <cstring>
#include <string>

#include <mtl/text/mecab_trie.hpp>

#include "target.hpp"

namespace {

std::string with_header(std::string_view units) {
  std::string bytes(72, '\0');
  bytes += units;
  const auto put = [&](std::size_t at, std::uint32_t value) {
    std::memcpy(&bytes[at], &value, sizeof value);
  };
  put(0, 0xef718f77 ^ static_cast<std::uint32_t>(bytes.size()));
  put(4, 102);
  put(24, static_cast<std::uint32_t>(units.size()));
  return bytes;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mtl;
  const auto bytes = fuzz::bytes_of(data, size);
  if (const auto trie = detail::MeCabTrie::of(bytes)) trie->longest_word();
  const std::string dictionary = with_header(bytes);
  const auto trie = detail::MeCabTrie::of(dictionary);
  fuzz::expect(trie.has_value() == (size > 0 && size % 8 == 0), "whole units are a trie");
  if (!trie) return 0;
  const auto longest = trie->longest_word();
  fuzz::expect(!longest || (*longest > 0 && *longest <= size / 8), "every byte of a word has a unit");
  return 0;
}
