// In: a model folder's settings and its vocabulary. Out: which strings are tokens by themselves, and their
// ids.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <mtl/text/tokenizer_config.hpp>

namespace mtl::detail {

/// A vocabulary as seen by what is added to it.
struct BaseVocabulary {
  std::function<std::optional<std::int32_t>(std::string_view)> find;
  std::size_t distinct = 0;  ///< tokens that differ: where one stands twice, fewer than ids
  bool replaced = false;     ///< an added token replaces the token of its id: SentencePiece's vocabularies
};

/// The special and added tokens of a checkpoint, and the ids of those with a role.
struct TokenTable {
  AddedTokens added;
  SpecialTokens special;
};

/// A role, and the token that has it where no file says so; empty: none has.
struct RoleDefault {
  const char* name;
  AddedToken token;
};

/// Gives a special token the number that a file or the vocabulary has for it, else the next free one. "Free"
/// is Hugging Face's idea of it: the count of different tokens.
class TokenNumbering {
 public:
  TokenNumbering(const BaseVocabulary& vocabulary, std::vector<AddedToken> numbered)
      : vocabulary_{vocabulary}, next_{vocabulary.distinct} {
    for (const AddedToken& token : numbered)
      if (vocabulary.replaced && static_cast<std::size_t>(token.id) < vocabulary.distinct)
        replaced_.insert(token.id);
    next_ -= replaced_.size();
    for (AddedToken& token : numbered) {
      if (!id_of(token.content) && !added_.find(token.content)) ++next_;
      added_.add(std::move(token));
    }
  }

  /// Adds a token with a role; its id. With `has_rules` its rules of white space replace those of a token of
  /// the same content.
  std::int32_t add(AddedToken token, bool has_rules = false) {
    if (const AddedToken* known = added_.find(token.content)) {
      if (has_rules)
        token.id = known->id;
      else
        token = *known;
    } else {
      const auto id = id_of(token.content);
      token.id = id ? *id : static_cast<std::int32_t>(next_++);
    }
    token.special = true;
    added_.add(token);
    return token.id;
  }

  AddedTokens& tokens() { return added_; }

 private:
  std::optional<std::int32_t> id_of(std::string_view content) const {
    const auto id = vocabulary_.find(content);
    return id && replaced_.contains(*id) ? std::nullopt : id;
  }

  const BaseVocabulary& vocabulary_;
  std::size_t next_;
  std::set<std::int32_t> replaced_;
  AddedTokens added_;
};

/// Roles are given numbers in Hugging Face's order: bos, eos, unk, sep, pad, cls, mask, then the additional
/// ones (transformers 4.57, PreTrainedTokenizer). Throws Error where a role that an encoding needs is null.
inline TokenTable token_table(const TokenizerConfig& config, const BaseVocabulary& vocabulary,
                              std::initializer_list<RoleDefault> roles) {
  const auto& fields = config.fields();
  require(!fields.find("extra_special_tokens") || fields.json().at("extra_special_tokens").empty(),
          "{}: extra_special_tokens is not supported", fields.path());
  TokenNumbering numbering(vocabulary, config.added_tokens());
  TokenTable table;
  std::set<std::string, std::less<>> with_role;
  for (const auto& [name, usual] : roles) {
    const std::string role = name;
    const auto token = config.role(role, usual);
    const bool needed = role == "unk_token" || role == "sep_token" || role == "cls_token";
    require(token || !needed, "{}: {} is null, but every text is encoded with it", fields.path(), role);
    if (!token || token->content.empty()) continue;
    const std::int32_t id = numbering.add(*token);
    with_role.insert(token->content);
    if (role == "unk_token") table.special.unk = id;
    if (role == "sep_token") table.special.sep = id;
    if (role == "pad_token") table.special.pad = id;
    if (role == "cls_token") table.special.cls = id;
  }
  for (const auto& [token, has_rules] : config.additional_special_tokens())
    numbering.add(token, has_rules && !with_role.contains(token.content));
  table.added = std::move(numbering.tokens());
  return table;
}

}  // namespace mtl::detail
