// In: texts of which many come again: nouns, particles. Out: the pieces a tokenizer makes of each, made once.
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/text/remembered_pieces.hpp>
#include <mtl/text/tokenizer.hpp>

namespace mtl {

/// A tokenizer that remembers the short texts which continue others: what tokenize_spans_first() asks for.
/// The pieces are those of `T`, whose tokenize() must depend on the text alone. Copies, one for each thread,
/// share what they remember.
template <SubwordTokenizer T>
class RememberingTokenizer {
 public:
  static constexpr std::size_t longest = 96;    ///< bytes of a text that is remembered
  static constexpr std::size_t most = 1 << 17;  ///< texts: some 40 MB. Common ones come early

  explicit RememberingTokenizer(T tokenizer)
      : tokenizer_{std::move(tokenizer)}, remembered_{std::make_shared<detail::RememberedPieces>(most)} {}

  /// As the tokenizer's.
  std::vector<Piece> tokenize(std::string_view text, bool at_start = true) { return lend(text, at_start); }

  /// The same, valid until the next call.
  const std::vector<Piece>& lend(std::string_view text, bool at_start) {
    if (at_start || text.size() > longest) return last_ = tokenizer_.tokenize(text, at_start);
    if (const auto* known = remembered_->find(text)) return *known;
    last_ = tokenizer_.tokenize(text, at_start);
    remembered_->add(text, last_);
    return last_;
  }

  SpecialTokens special() const { return tokenizer_.special(); }
  std::size_t vocabulary_size() const { return tokenizer_.vocabulary_size(); }

 private:
  T tokenizer_;
  std::shared_ptr<detail::RememberedPieces> remembered_;
  std::vector<Piece> last_;
};

}  // namespace mtl
