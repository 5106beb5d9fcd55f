// In: texts of which many come again: nouns, particles. Out: the pieces a tokenizer makes of each, made once.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <mtl/text/tokenizer.hpp>

namespace mtl {

/// A tokenizer that remembers the short texts which continue others: what tokenize_spans_first() asks for.
/// The pieces are those of `T`, whose tokenize() must depend on the text alone. A copy begins with what it
/// has.
template <SubwordTokenizer T>
class RememberingTokenizer {
 public:
  static constexpr std::size_t longest = 96;    ///< bytes of a text that is remembered
  static constexpr std::size_t most = 1 << 16;  ///< texts: some 20 MB. Common ones come early

  explicit RememberingTokenizer(T tokenizer) : tokenizer_{std::move(tokenizer)} {}

  /// As the tokenizer's.
  std::vector<Piece> tokenize(std::string_view text, bool at_start = true) { return lend(text, at_start); }

  /// The same, valid until the next call.
  const std::vector<Piece>& lend(std::string_view text, bool at_start) {
    if (at_start || text.size() > longest) return last_ = tokenizer_.tokenize(text, at_start);
    if (const auto known = known_.find(text); known != known_.end()) return known->second;
    last_ = tokenizer_.tokenize(text, at_start);
    if (known_.size() < most) known_.emplace(text, last_);
    return last_;
  }

  SpecialTokens special() const { return tokenizer_.special(); }
  std::size_t vocabulary_size() const { return tokenizer_.vocabulary_size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  T tokenizer_;
  std::unordered_map<std::string, std::vector<Piece>, Hash, std::equal_to<>> known_;
  std::vector<Piece> last_;
};

}  // namespace mtl
