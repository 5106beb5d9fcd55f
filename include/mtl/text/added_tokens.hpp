// In: a text. Out: the text cut at the strings that are tokens by themselves: [MASK], <s>, ...
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/text/words.hpp>

namespace mtl {

/// A string that never reaches the word tokenizer.
struct AddedToken {
  std::string content;
  std::int32_t id = 0;
  bool strip_left = false;   ///< white space before it belongs to nothing
  bool strip_right = false;  ///< white space after it belongs to nothing

  bool operator==(const AddedToken&) const = default;
};

/// The special and added tokens of a checkpoint.
class AddedTokens {
 public:
  /// One part of a text: an added token, or what stands between two of them.
  struct Part {
    ByteRange range;
    const AddedToken* token = nullptr;  ///< null for ordinary text; of the AddedTokens that made it
  };

  /// A later token of the same content replaces an earlier one. Throws Error for an empty content.
  void add(AddedToken token) {
    require(!token.content.empty(), "an added token with id {} has no content", token.id);
    starts_[static_cast<unsigned char>(token.content.front())] = true;
    std::erase_if(tokens_, [&](const AddedToken& old) { return old.content == token.content; });
    // Longest first, so that the first that fits is the longest.
    const auto place = std::ranges::find_if(
        tokens_, [&](const AddedToken& old) { return old.content.size() < token.content.size(); });
    tokens_.insert(place, std::move(token));
  }

  const std::vector<AddedToken>& tokens() const { return tokens_; }

  const AddedToken* find(std::string_view content) const {
    const auto found = std::ranges::find(tokens_, content, &AddedToken::content);
    return found == tokens_.end() ? nullptr : &*found;
  }

  std::set<std::string, std::less<>> contents() const {
    std::set<std::string, std::less<>> all;
    for (const AddedToken& token : tokens_) all.insert(token.content);
    return all;
  }

  /// The added token at the start of `text`, the longest where several fit.
  const AddedToken* at_start_of(std::string_view text) const {
    if (text.empty() || !starts_[static_cast<unsigned char>(text.front())]) return nullptr;
    const auto fits = [&](const AddedToken& token) {
      return text.substr(0, token.content.size()) == token.content;
    };
    const auto found = std::ranges::find_if(tokens_, fits);
    return found == tokens_.end() ? nullptr : &*found;
  }

  /// Cuts `text` at added tokens, from the left. Parts of no bytes are left out.
  std::vector<Part> split(std::string_view text) const {
    std::vector<Part> parts;
    std::size_t begin = 0;
    const auto close = [&](std::size_t end, bool strip_right) {
      const bool strip_left = !parts.empty() && parts.back().token && parts.back().token->strip_right;
      const ByteRange range = stripped(text, {begin, end}, strip_left, strip_right);
      if (range.begin < range.end) parts.push_back({range, nullptr});
    };
    for (std::size_t at = 0; at < text.size();) {
      const AddedToken* token = at_start_of(text.substr(at));
      if (!token) {
        ++at;
        continue;
      }
      close(at, token->strip_left);
      parts.push_back({{at, at + token->content.size()}, token});
      begin = at += token->content.size();
    }
    close(text.size(), false);
    return parts;
  }

 private:
  static ByteRange stripped(std::string_view text, ByteRange range, bool left, bool right) {
    if (!left && !right) return range;
    const auto words = split_at_spaces(text.substr(range.begin, range.end - range.begin));
    if (words.empty()) return {range.begin, range.begin};
    return {left ? range.begin + words.front().begin : range.begin,
            right ? range.begin + words.back().end : range.end};
  }

  std::vector<AddedToken> tokens_;
  std::array<bool, 256> starts_{};
};

}  // namespace mtl
