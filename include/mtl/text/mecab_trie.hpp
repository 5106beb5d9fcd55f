// In: the bytes of a compiled MeCab dictionary (sys.dic). Out: the length of its longest word.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace mtl::detail {

/// The double array of a sys.dic: a trie of the dictionary's words, byte by byte (Darts 0.31, as MeCab 0.996
/// writes it).
///
/// A state is the number `base` of the unit that leads to it. The unit of its child by byte c stands at
/// state + c + 1, and has the state as its `check`; the one at the state itself says which words end there.
class MeCabTrie {
 public:
  /// Nothing where the bytes are no such dictionary: another version, another machine's order of bytes, a
  /// file cut short.
  static std::optional<MeCabTrie> of(std::string_view bytes) {
    constexpr std::uint32_t mark = 0xef718f77, version = 102;
    constexpr std::size_t header = 72;
    if (bytes.size() < header || number(bytes, 0) != (mark ^ static_cast<std::uint32_t>(bytes.size())) ||
        number(bytes, 4) != version)
      return std::nullopt;
    const std::size_t size = number(bytes, 24);
    if (size % unit != 0 || size == 0 || size > bytes.size() - header) return std::nullopt;
    return MeCabTrie(bytes.substr(header, size));
  }

  /// In bytes. Nothing where the units contradict each other, or where there is no word.
  std::optional<std::size_t> longest_word() const {
    constexpr std::uint32_t none = 0;
    const std::size_t count = units_.size() / unit;
    std::vector<std::uint32_t> parents(count, none);  // of each state
    for (std::size_t i = 1; i < count; ++i) {
      const std::uint32_t state = base(i), parent = check(i);
      const bool leads_on = state > 0 && state < count && parent > 0 && parent < i && i - parent <= 256;
      if (leads_on) parents[state] = parent;
    }
    std::vector<std::uint32_t> depths(count, 0);
    std::vector<std::uint32_t> way;
    std::uint32_t longest = 0;
    for (std::uint32_t state = 1; state < count; ++state) {
      if (parents[state] == none) continue;
      way.clear();
      std::uint32_t at = state;
      for (; at != base(0) && depths[at] == 0; at = parents[at]) {
        if (parents[at] == none || way.size() > deepest) return std::nullopt;
        way.push_back(at);
      }
      std::uint32_t depth = depths[at];
      for (; !way.empty(); way.pop_back()) depths[way.back()] = ++depth;
      longest = std::max(longest, depth);
    }
    return longest > 0 ? std::optional<std::size_t>(longest) : std::nullopt;
  }

 private:
  static constexpr std::size_t unit = 8;           ///< bytes: base, check
  static constexpr std::size_t deepest = 1 << 16;  ///< longer ways are circles

  explicit MeCabTrie(std::string_view units) : units_{units} {}

  static std::uint32_t number(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
  }

  /// A state, or for the end of a word a number of more than 2^31.
  std::uint32_t base(std::size_t i) const { return number(units_, unit * i); }
  std::uint32_t check(std::size_t i) const { return number(units_, unit * i + 4); }

  std::string_view units_;
};

}  // namespace mtl::detail
