// In: a text. Out: the text cut at the strings that are tokens by themselves: [MASK], <s>, ...
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
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
  bool single_word = false;  ///< ordinary text where anything but a space touches it
  bool special = true;       ///< has a role: [CLS], [UNK], ..., or is one of additional_special_tokens
  bool keeps_case = true;    ///< do_lower_case leaves it as it is in a text; true of all that are special

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

  /// A later token of the same content replaces an earlier one. One of the same id hides it: what is hidden
  /// is no longer looked for in a text, but is a token still where it stands between two others (so it is in
  /// Hugging Face's, which looks for added tokens by id, and then asks by content). Throws Error for an empty
  /// content.
  void add(AddedToken token) {
    require(!token.content.empty(), "an added token with id {} has no content", token.id);
    starts_[static_cast<unsigned char>(token.content.front())] = true;
    const auto same = [&](const AddedToken& old) { return old.content == token.content; };
    std::erase_if(hidden_, same);
    std::erase_if(tokens_, same);
    hide(token);
    // Longest first, so that the first that fits is the longest.
    const auto place = std::ranges::find_if(
        tokens_, [&](const AddedToken& old) { return old.content.size() < token.content.size(); });
    std::erase(cased_, token.content);
    if (token.keeps_case && !token.special) cased_.push_back(token.content);
    if (token.special && std::ranges::find(special_, token.content) == special_.end())
      special_.push_back(token.content);
    tokens_.insert(place, std::move(token));
  }

  const std::vector<AddedToken>& tokens() const { return tokens_; }

  const AddedToken* find(std::string_view content) const {
    if (content.empty() || !starts_[static_cast<unsigned char>(content.front())]) return nullptr;
    for (const auto* tokens : {&tokens_, &hidden_}) {
      const auto found = std::ranges::find(*tokens, content, &AddedToken::content);
      if (found != tokens->end()) return &*found;
    }
    return nullptr;
  }

  /// The contents of the tokens that have a role, in the order in which they were added.
  const std::vector<std::string>& special_contents() const { return special_; }

  /// The added token at the start of `text`, the longest where several fit.
  const AddedToken* at_start_of(std::string_view text) const {
    if (text.empty() || !starts_[static_cast<unsigned char>(text.front())]) return nullptr;
    const auto found = std::ranges::find_if(
        tokens_, [&](const AddedToken& token) { return text.starts_with(token.content); });
    return found == tokens_.end() ? nullptr : &*found;
  }

  /// Length of the token at the start of `text` that keeps its case: not the longest, but the first added,
  /// and those with a role before the others. 0 where there is none.
  std::size_t cased_at_start_of(std::string_view text) const {
    if (text.empty() || !starts_[static_cast<unsigned char>(text.front())]) return 0;
    for (const auto* contents : {&special_, &cased_})
      for (const std::string& content : *contents)
        if (text.starts_with(content)) return content.size();
    return 0;
  }

  /// Cuts `text` at added tokens, from the left. Parts of no bytes are left out.
  std::vector<Part> split(std::string_view text) const {
    std::vector<Part> parts = cut(text);
    const auto name = [&](Part& part) {
      if (!part.token) part.token = find(text.substr(part.range.begin, part.range.end - part.range.begin));
    };
    std::ranges::for_each(parts, name);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (!parts[i].token) continue;
      const AddedToken& token = *parts[i].token;
      if (token.strip_right && i + 1 < parts.size()) strip(text, parts[i + 1], true);
      if (token.strip_left && i > 0) strip(text, parts[i - 1], false);
      if (token.single_word) join_word(text, parts, i);
    }
    std::erase_if(parts, [](const Part& part) { return part.range.begin == part.range.end; });
    std::ranges::for_each(parts, name);
    return parts;
  }

 private:
  /// Hides what has the id of `token`, to whose rules of white space it submits from now on.
  void hide(const AddedToken& token) {
    for (const AddedToken& old : tokens_) {
      if (old.id != token.id) continue;
      std::erase(cased_, old.content);
      hidden_.push_back(token);
      hidden_.back().content = old.content;
    }
    std::erase_if(tokens_, [&](const AddedToken& old) { return old.id == token.id; });
  }

  std::vector<Part> cut(std::string_view text) const {
    std::vector<Part> parts;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size();) {
      const AddedToken* token = at_start_of(text.substr(at));
      if (!token) {
        ++at;
        continue;
      }
      if (begin < at) parts.push_back({{begin, at}, nullptr});
      begin = at + token->content.size();
      parts.push_back({{at, begin}, token});
      at = begin;
    }
    if (begin < text.size()) parts.push_back({{begin, text.size()}, nullptr});
    return parts;
  }

  static void strip(std::string_view text, Part& part, bool left) {
    if (part.token) return;
    const auto words = split_at_spaces(text.substr(part.range.begin, part.range.end - part.range.begin));
    const std::size_t begin = part.range.begin;
    if (words.empty()) {
      part.range.end = begin;
    } else if (left) {
      part.range.begin += words.front().begin;
    } else {
      part.range.end = begin + words.back().end;
    }
  }

  /// A token of single_word that is touched is text, together with what touches it.
  static void join_word(std::string_view text, std::vector<Part>& parts, std::size_t i) {
    const auto touches = [&](std::size_t other, bool at_end) {
      if (other >= parts.size()) return false;
      const ByteRange& range = parts[other].range;
      return range.begin < range.end && text[at_end ? range.end - 1 : range.begin] != ' ';
    };
    ByteRange& own = parts[i].range;
    if (i > 0 && touches(i - 1, true)) {
      parts[i - 1] = {{parts[i - 1].range.begin, own.end}, nullptr};
    } else if (touches(i + 1, false)) {
      parts[i + 1] = {{own.begin, parts[i + 1].range.end}, nullptr};
    } else {
      return;
    }
    own.end = own.begin;
    parts[i].token = nullptr;
  }

  std::vector<AddedToken> tokens_, hidden_;
  std::vector<std::string> special_, cased_;
  std::array<bool, 256> starts_{};
};

}  // namespace mtl
