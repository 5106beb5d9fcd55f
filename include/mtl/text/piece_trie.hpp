// In: a vocabulary. Out: its tokens as a tree of characters, to find the longest one at a place in one walk.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <mtl/text/vocabulary.hpp>

namespace mtl {

/// Nodes are numbered from 0, the root; the ways to them stand in one open hash table. Immutable.
class PieceTrie {
 public:
  static constexpr std::uint32_t root = 0;
  static constexpr std::int32_t nobody = -1;

  /// A node as it is reached: its number, and the token that ends there, or nobody.
  struct Step {
    std::uint32_t node = root;
    std::int32_t id = nobody;
  };

  /// Tokens that are not UTF-8 stand in no text, and are left out.
  explicit PieceTrie(const Vocabulary& vocabulary) : ways_(64) {
    for (const std::string& token : vocabulary.tokens())
      if (!find_invalid_utf8(token) && !token.empty()) add(token, *vocabulary.find(token));
  }

  /// The way from a node by a character, or nullptr.
  const Step* step(std::uint32_t node, char32_t character) const {
    const Way& way = ways_[place_of(key_of(node, character))];
    return way.key == 0 ? nullptr : &way.to;
  }

  /// The node where a spelling ends, or nothing.
  std::optional<std::uint32_t> walk(std::string_view spelling) const {
    std::uint32_t node = root;
    for (std::size_t at = 0; at < spelling.size();) {
      const DecodedPoint point = decode_utf8(spelling, at);
      const Step* next = step(node, point.value);
      if (!next) return std::nullopt;
      node = next->node;
      at += point.length;
    }
    return node;
  }

 private:
  struct Way {
    std::uint64_t key = 0;  ///< 0: none
    Step to;
  };

  /// Never 0: characters are counted from 1.
  static std::uint64_t key_of(std::uint32_t node, char32_t character) {
    return std::uint64_t{node} << 32 | (std::uint64_t{character} + 1);
  }

  /// Where a key stands, or would.
  std::size_t place_of(std::uint64_t key) const {
    std::size_t at = static_cast<std::size_t>((key * 0x9E3779B97F4A7C15) >> 32) & (ways_.size() - 1);
    while (ways_[at].key != 0 && ways_[at].key != key) at = (at + 1) & (ways_.size() - 1);
    return at;
  }

  void add(std::string_view token, std::int32_t id) {
    Step* last = nullptr;
    std::uint32_t node = root;
    for (std::size_t at = 0; at < token.size();) {
      const DecodedPoint point = decode_utf8(token, at);
      last = &step_or_new(node, point.value);
      node = last->node;
      at += point.length;
    }
    last->id = id;
  }

  Step& step_or_new(std::uint32_t node, char32_t character) {
    const std::uint64_t key = key_of(node, character);
    if (const std::size_t at = place_of(key); ways_[at].key == key) return ways_[at].to;
    if (++nodes_ > ways_.size() / 2) grow();
    Way& way = ways_[place_of(key)];
    way = {key, {nodes_, nobody}};
    return way.to;
  }

  void grow() {
    std::vector<Way> old(2 * ways_.size());
    old.swap(ways_);
    for (const Way& way : old)
      if (way.key != 0) ways_[place_of(way.key)] = way;
  }

  std::vector<Way> ways_;
  std::uint32_t nodes_ = 0;  ///< without the root
};

}  // namespace mtl
