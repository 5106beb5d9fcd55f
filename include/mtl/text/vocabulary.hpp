// In: a vocab.txt. Out: ids of tokens, as Hugging Face reads them.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <mtl/store/atomic_file.hpp>
#include <mtl/text/utf8.hpp>

namespace mtl {

/// The tokens of a model, numbered from 0. Immutable.
class Vocabulary {
 public:
  /// A token that stands twice has its last number.
  explicit Vocabulary(std::vector<std::string> tokens) : tokens_{std::move(tokens)} {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      ids_[tokens_[i]] = static_cast<std::int32_t>(i);
      longest_ = std::max(longest_, tokens_[i].size());
    }
  }

  /// Reads a vocab.txt: the number of a token is that of its line. An empty line is a token; only the
  /// line's end (\n, \r\n or \r) is no part of it. Throws Error where it cannot be read, is empty, or is not
  /// UTF-8.
  static Vocabulary read(const std::string& path) {
    const std::string bytes = read_file(path);
    require(!bytes.empty(), "{}: the vocabulary is empty; was the download cut short?", path);
    auto tokens = lines(bytes);
    for (std::size_t i = 0; i < tokens.size(); ++i)
      require(!find_invalid_utf8(tokens[i]), "{}: line {}: not UTF-8; is this the vocabulary?", path, i + 1);
    return Vocabulary(std::move(tokens));
  }

  /// Number of a token, the last of one that stands twice.
  std::optional<std::int32_t> find(std::string_view token) const {
    const auto found = ids_.find(token);
    return found == ids_.end() ? std::nullopt : std::optional(found->second);
  }

  /// By number.
  const std::vector<std::string>& tokens() const { return tokens_; }
  /// How many numbers there are: lines of the file.
  std::size_t size() const { return tokens_.size(); }
  std::size_t distinct() const { return ids_.size(); }  ///< tokens that differ from one another
  std::size_t longest() const { return longest_; }      ///< bytes of the longest token

 private:
  static std::vector<std::string> lines(std::string_view bytes) {
    std::vector<std::string> found;
    while (!bytes.empty()) {
      const std::size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
      found.emplace_back(bytes.substr(0, end));
      bytes.remove_prefix(end);
      bytes.remove_prefix(bytes.substr(0, 2) == "\r\n" ? 2 : std::min<std::size_t>(1, bytes.size()));
    }
    return found;
  }

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  std::vector<std::string> tokens_;
  std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>> ids_;
  std::size_t longest_ = 0;
};

}  // namespace mtl
