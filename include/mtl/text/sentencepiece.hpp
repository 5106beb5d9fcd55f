// In: a text. Out: SentencePiece's pieces with their bytes. The only header that knows libsentencepiece.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sentencepiece_processor.h>

#include <mtl/store/atomic_file.hpp>
#include <mtl/store/digest.hpp>
#include <mtl/text/piece.hpp>
#include <mtl/text/unicode.hpp>

namespace mtl {

/// A SentencePiece model, with and without the mark ▁ before the first word. Immutable: threads share one.
class SentencePieceModel {
 public:
  /// Reads a serialised model. Throws Error where the file cannot be read or is no model.
  static std::shared_ptr<const SentencePieceModel> read(const std::string& path) {
    return std::make_shared<const SentencePieceModel>(read_file(path), path);
  }

  /// `serialized` is a ModelProto; `where` names it in messages.
  SentencePieceModel(const std::string& serialized, std::string where)
      : where_{std::move(where)}, digest_{digest_bytes(serialized)} {
    require(!serialized.empty(), "{}: the SentencePiece model is empty; was the download cut short?", where_);
    load(with_prefix_, serialized);
  }

  /// How many pieces the model has.
  std::size_t size() const { return static_cast<std::size_t>(with_prefix_.GetPieceSize()); }
  /// Id of a piece; that of unknown ones where there is no such piece.
  int id(std::string_view piece) const { return with_prefix_.PieceToId(piece); }
  /// Spelling of the piece of an id in 0 .. size() - 1.
  const std::string& piece(int id) const { return with_prefix_.IdToPiece(id); }
  int unknown_id() const { return with_prefix_.unk_id(); }
  /// Digest of the model's bytes.
  const std::string& digest() const { return digest_; }

  /// The pieces of `text` under the model's own ids, with their bytes in `text`. A text that continues
  /// another gets ▁ in front only where it begins with a space. Unknown characters keep their bytes and their
  /// text. Of a character that normalises to several pieces each covers it; a ▁ of its own that no space
  /// stands for covers nothing.
  std::vector<Piece> encode(std::string_view text, bool at_start) const {
    const auto& processor = at_start || begins_with_space(text) ? with_prefix_ : without_prefix();
    const auto encoded = processor.EncodeAsImmutableProto(text);
    std::vector<Piece> pieces;
    pieces.reserve(encoded.pieces_size());
    for (const auto& piece : encoded.pieces()) {
      std::size_t end = piece.end();
      const bool mark = piece.begin() == 0 && piece.piece() == "\u2581";
      if (end == piece.begin() && end < text.size() && !mark) end += decode_utf8(text, end).length;
      pieces.push_back({piece.piece(), static_cast<std::int32_t>(piece.id()), piece.begin(), end, 0});
    }
    return pieces;
  }

 private:
  void load(sentencepiece::SentencePieceProcessor& processor, const std::string& serialized) const {
    const auto status = processor.LoadFromSerializedProto(serialized);
    require(status.ok(), "{}: not a SentencePiece model: {}", where_, status.ToString());
  }

  /// Made when it is first needed: a large model takes half a second and 50 MB.
  const sentencepiece::SentencePieceProcessor& without_prefix() const {
    std::call_once(made_, [this] {
      // Protocol buffers merge a repeated message: normalizer_spec { add_dummy_prefix: false }.
      load(without_prefix_, with_prefix_.serialized_model_proto().append("\x1A\x02\x18\x00", 4));
    });
    return without_prefix_;
  }

  /// Whether the model's normaliser makes a space of what stands first. Characters it drops are passed over.
  bool begins_with_space(std::string_view text) const {
    for (std::size_t at = 0; at < text.size();) {
      const DecodedPoint point = decode_utf8(text, at);
      if (u_isalnum(static_cast<UChar32>(point.value)) != 0) return false;
      const std::string probe = "a" + std::string(text.substr(at, point.length)) + "a";
      std::string normal;
      for (const auto& piece : without_prefix().EncodeAsPieces(probe)) normal += piece;
      if (normal != "aa") return normal == "a\u2581a";
      at += point.length;
    }
    return false;
  }

  std::string where_, digest_;
  sentencepiece::SentencePieceProcessor with_prefix_;
  mutable sentencepiece::SentencePieceProcessor without_prefix_;
  mutable std::once_flag made_;
};

}  // namespace mtl
