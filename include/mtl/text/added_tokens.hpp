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
    std::vector<ByteRange> gaps = {};   ///< white space inside `range` that is no part of it, in order

    /// The part of `text`, which was cut into parts.
    std::string of(std::string_view text) const {
      std::string own;
      std::size_t at = range.begin;
      for (const ByteRange& gap : gaps) {
        own += text.substr(at, gap.begin - at);
        at = gap.end;
      }
      return own += text.substr(at, range.end - at);
    }
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

  /// Those that are looked for in a text, the longest first.
  const std::vector<AddedToken>& tokens() const { return tokens_; }

  /// The token of exactly this content, hidden ones too, or nullptr.
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
  ///
  /// As Hugging Face does, it goes through the parts from left to right and looks at what each has become: a
  /// token that lost its white space to the token before it is that token no longer.
  std::vector<Part> split(std::string_view text) const {
    std::vector<Part> parts = cut(text);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      name(text, parts[i]);
      if (parts[i].token) join(text, parts, i);
    }
    std::erase_if(parts, [](const Part& part) { return is_empty(part); });
    for (Part& part : parts) name(text, part);
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

  static bool is_empty(const Part& part) { return part.range.begin == part.range.end; }

  void name(std::string_view text, Part& part) const {
    const auto whole = text.substr(part.range.begin, part.range.end - part.range.begin);
    part.token = part.gaps.empty() ? find(whole) : find(part.of(text));
  }

  /// Strips the neighbours of the token parts[i]. One of single_word is text, together with a neighbour that
  /// touched it before that.
  static void join(std::string_view text, std::vector<Part>& parts, std::size_t i) {
    const AddedToken& token = *parts[i].token;
    Part none;
    Part& left = i > 0 ? parts[i - 1] : none;
    Part& right = i + 1 < parts.size() ? parts[i + 1] : none;
    const bool left_touches = !is_empty(left) && text[left.range.end - 1] != ' ';
    const bool right_touches = !is_empty(right) && text[right.range.begin] != ' ';
    if (token.strip_right) strip_begin(text, right);
    if (token.strip_left) strip_end(text, left);
    if (!token.single_word || !(left_touches || right_touches)) return;
    (left_touches ? left : right) = left_touches ? joined(left, parts[i]) : joined(parts[i], right);
    parts[i] = {{parts[i].range.end, parts[i].range.end}, nullptr};
  }

  static Part joined(const Part& first, const Part& second) {
    if (is_empty(first) || is_empty(second)) return is_empty(first) ? second : first;
    Part both{{first.range.begin, second.range.end}, nullptr, first.gaps};
    if (first.range.end < second.range.begin) both.gaps.push_back({first.range.end, second.range.begin});
    both.gaps.insert(both.gaps.end(), second.gaps.begin(), second.gaps.end());
    return both;
  }

  // What stands on either side of a gap is never all white space, so that these need not look beyond one.
  static void strip_begin(std::string_view text, Part& part) {
    const std::size_t end = part.gaps.empty() ? part.range.end : part.gaps.front().begin;
    const auto words = split_at_spaces(text.substr(part.range.begin, end - part.range.begin));
    part.range.begin = words.empty() ? end : part.range.begin + words.front().begin;
  }
  static void strip_end(std::string_view text, Part& part) {
    const std::size_t begin = part.gaps.empty() ? part.range.begin : part.gaps.back().end;
    const auto words = split_at_spaces(text.substr(begin, part.range.end - begin));
    part.range.end = words.empty() ? begin : begin + words.back().end;
  }

  std::vector<AddedToken> tokens_, hidden_;
  std::vector<std::string> special_, cased_;
  std::array<bool, 256> starts_{};
};

}  // namespace mtl
