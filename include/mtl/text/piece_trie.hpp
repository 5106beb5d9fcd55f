// In: a vocabulary. Out: its tokens as a tree of characters, to find the longest one at a place in one walk.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <mtl/text/vocabulary.hpp>

namespace mtl {

/// Nodes are numbered from 0, the root; edges stand in one open hash table. Immutable.
class PieceTrie {
 public:
  using Node = std::uint32_t;
  static constexpr Node root = 0;

  /// Tokens that are not UTF-8 stand in no text, and are left out.
  explicit PieceTrie(const Vocabulary& vocabulary) : ids_{nobody} {
    std::size_t characters = 0;
    for (const std::string& token : vocabulary.tokens()) characters += token.size();
    edges_.resize(std::bit_ceil(2 * characters + 2));
    for (const std::string& token : vocabulary.tokens())
      if (!find_invalid_utf8(token)) add(token, *vocabulary.find(token));
  }

  /// The child of a node, or nothing.
  std::optional<Node> child(Node node, char32_t character) const {
    const std::uint64_t key = key_of(node, character);
    for (std::size_t at = place_of(key);; at = (at + 1) & (edges_.size() - 1)) {
      if (edges_[at].key == key) return edges_[at].to;
      if (edges_[at].key == 0) return std::nullopt;
    }
  }

  /// The token that ends in a node, or nobody.
  static constexpr std::int32_t nobody = -1;
  std::int32_t id(Node node) const { return ids_[node]; }

  /// Where a spelling ends, or nothing.
  std::optional<Node> walk(std::string_view spelling) const {
    std::optional<Node> node = root;
    for (std::size_t at = 0; node && at < spelling.size();) {
      const DecodedPoint point = decode_utf8(spelling, at);
      node = child(*node, point.value);
      at += point.length;
    }
    return node;
  }

 private:
  struct Edge {
    std::uint64_t key = 0;  ///< 0: none
    Node to = 0;
  };

  /// Never 0: characters are counted from 1.
  static std::uint64_t key_of(Node node, char32_t character) {
    return std::uint64_t{node} << 32 | (std::uint64_t{character} + 1);
  }
  std::size_t place_of(std::uint64_t key) const {
    const std::uint64_t mixed = key * 0x9E3779B97F4A7C15;
    return static_cast<std::size_t>(mixed >> 32) & (edges_.size() - 1);
  }

  void add(std::string_view token, std::int32_t id) {
    Node node = root;
    for (std::size_t at = 0; at < token.size();) {
      const DecodedPoint point = decode_utf8(token, at);
      node = child_or_new(node, point.value);
      at += point.length;
    }
    ids_[node] = id;
  }

  Node child_or_new(Node node, char32_t character) {
    if (const auto known = child(node, character)) return *known;
    const std::uint64_t key = key_of(node, character);
    std::size_t at = place_of(key);
    while (edges_[at].key != 0) at = (at + 1) & (edges_.size() - 1);
    const auto made = static_cast<Node>(ids_.size());
    edges_[at] = {key, made};
    ids_.push_back(nobody);
    return made;
  }

  std::vector<Edge> edges_;
  std::vector<std::int32_t> ids_;
};

}  // namespace mtl
