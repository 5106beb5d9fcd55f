// In: a text. Out: sub-words, as Hugging Face's XLMRobertaTokenizer cuts and numbers them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/text/added_tokens.hpp>
#include <mtl/text/sentencepiece.hpp>
#include <mtl/text/tokenizer.hpp>

namespace mtl {

/// Ids of XLM-RoBERTa: <s> 0, <pad> 1, </s> 2, <unk> 3, then the model's piece i (from 3) is i + 1, and
/// <mask> is last (transformers 4.57, XLMRobertaTokenizer, after fairseq). Copies share the model.
class XlmRobertaTokenizer {
 public:
  static constexpr SpecialTokens specials{.cls = 0, .sep = 2, .pad = 1, .unk = 3};

  /// The tokens every XLM-RoBERTa has; `pieces` is the size of its SentencePiece model.
  static AddedTokens standard_tokens(std::size_t pieces) {
    AddedTokens tokens;
    tokens.add({"<s>", specials.cls});
    tokens.add({"<pad>", specials.pad});
    tokens.add({"</s>", specials.sep});
    tokens.add({"<unk>", specials.unk});
    tokens.add({.content = "<mask>", .id = static_cast<std::int32_t>(pieces) + 1, .strip_left = true});
    return tokens;
  }

  XlmRobertaTokenizer(std::shared_ptr<const SentencePieceModel> model,
                      std::shared_ptr<const AddedTokens> added)
      : model_{std::move(model)}, added_{std::move(added)} {}

  explicit XlmRobertaTokenizer(std::shared_ptr<const SentencePieceModel> model)
      : XlmRobertaTokenizer(model, std::make_shared<const AddedTokens>(standard_tokens(model->size()))) {}

  /// Text after an added token begins with ▁, as in Hugging Face.
  std::vector<Piece> tokenize(std::string_view text, bool at_start = true) const {
    std::vector<Piece> pieces;
    for (const auto& [range, token] : added_->split(text)) {
      if (token) {
        pieces.push_back({token->content, token->id, range.begin, range.end, 0});
        continue;
      }
      const bool first = at_start || range.begin > 0;
      for (Piece& piece : model_->encode(text.substr(range.begin, range.end - range.begin), first)) {
        piece.id = numbered(piece.id);
        piece.begin += range.begin;
        piece.end += range.begin;
        pieces.push_back(std::move(piece));
      }
    }
    return pieces;
  }

  SpecialTokens special() const { return specials; }

  std::size_t vocabulary_size() const {
    std::size_t size = model_->size() + 2;
    for (const AddedToken& token : added_->tokens())
      size = std::max(size, static_cast<std::size_t>(token.id) + 1);
    return size;
  }

 private:
  std::int32_t numbered(std::int32_t id) const { return id == model_->unknown_id() ? specials.unk : id + 1; }

  std::shared_ptr<const SentencePieceModel> model_;
  std::shared_ptr<const AddedTokens> added_;
};

static_assert(SubwordTokenizer<XlmRobertaTokenizer>);

}  // namespace mtl
