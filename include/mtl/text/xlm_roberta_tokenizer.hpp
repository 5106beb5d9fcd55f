// In: a text. Out: sub-words, as Hugging Face's XLMRobertaTokenizer cuts and numbers them.
#pragma once

#include <memory>
#include <optional>
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

  /// With `split_special_tokens`, added tokens in a text are ordinary text.
  XlmRobertaTokenizer(std::shared_ptr<const SentencePieceModel> model,
                      std::shared_ptr<const AddedTokens> added, bool split_special_tokens = false)
      : model_{std::move(model)}, added_{std::move(added)}, split_special_tokens_{split_special_tokens} {}

  /// With the standard tokens alone.
  explicit XlmRobertaTokenizer(std::shared_ptr<const SentencePieceModel> model)
      : XlmRobertaTokenizer(model, std::make_shared<const AddedTokens>(standard_tokens(model->size()))) {}

  /// Text after an added token begins with ▁, as in Hugging Face.
  std::vector<Piece> tokenize(std::string_view text, bool at_start = true) const {
    std::vector<Piece> pieces;
    if (split_special_tokens_) {
      append_part(text, {0, text.size()}, at_start, pieces);
      return pieces;
    }
    std::optional<MappedText> whole;  // made when it is needed, which is rare
    for (const auto& [range, token, gaps] : added_->split(text)) {
      const bool first = at_start || range.begin > 0;
      if (token) {
        pieces.push_back({token->content, token->id, range.begin, range.end, 0, next_word(pieces)});
      } else if (gaps.empty()) {
        append_part(text, range, first, pieces);
      } else {
        if (!whole) whole = unchanged(text);
        append_joined(without(*whole, range, gaps), first, pieces);
      }
    }
    return pieces;
  }

  SpecialTokens special() const { return specials; }

  /// One above the greatest id, added tokens included.
  std::size_t vocabulary_size() const {
    std::size_t size = model_->size() + 2;
    for (const AddedToken& token : added_->tokens())
      size = std::max(size, static_cast<std::size_t>(token.id) + 1);
    return size;
  }

 private:
  /// A piece that begins with ▁ begins a word.
  void append_part(std::string_view text, ByteRange range, bool first, std::vector<Piece>& out) const {
    const std::size_t before = out.size();
    for (Piece& piece : model_->encode(text.substr(range.begin, range.end - range.begin), first)) {
      piece.id = numbered(piece.text);
      piece.begin += range.begin;
      piece.end += range.begin;
      const bool begins = out.size() == before || piece.text.starts_with("\u2581");
      piece.word = begins ? next_word(out) : out.back().word;
      out.push_back(std::move(piece));
    }
  }

  /// A part from which white space was taken.
  void append_joined(const MappedText& part, bool first, std::vector<Piece>& out) const {
    const std::size_t before = out.size();
    append_part(part.text, {0, part.text.size()}, first, out);
    for (std::size_t i = before; i < out.size(); ++i) {
      const ByteRange where = source_range(part, out[i].begin, out[i].end);
      out[i].begin = where.begin;
      out[i].end = where.end;
    }
  }

  /// By its spelling, as Hugging Face does.
  std::int32_t numbered(std::string_view piece) const {
    if (const AddedToken* token = added_->find(piece)) return token->id;
    const int id = model_->id(piece);
    return id == 0 ? specials.unk : id + 1;
  }

  std::shared_ptr<const SentencePieceModel> model_;
  std::shared_ptr<const AddedTokens> added_;
  bool split_special_tokens_;
};

static_assert(SubwordTokenizer<XlmRobertaTokenizer>);

}  // namespace mtl
