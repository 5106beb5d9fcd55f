// In: the name of a tensor in a published checkpoint. Out: the name of the parameter that it fills.
// Parameters are named as in Hugging Face's BertModel whatever the family, so that layers are frozen by
// number.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <mtl/model/bert_config.hpp>

namespace mtl::detail {

/// What a whole model with heads puts before the names of its encoder.
inline std::string_view encoder_prefix(BertFamily family) {
  switch (family) {
    case BertFamily::Roberta:
      return "roberta.";
    case BertFamily::Electra:
      return "electra.";
    case BertFamily::DistilBert:
      return "distilbert.";
    case BertFamily::Bert:
      break;
  }
  return "bert.";
}

/// The parts of DistilBERT's layer, each with BERT's name for it.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 8> distilbert_parts{
    {{"attention.q_lin", "attention.self.query"},
     {"attention.k_lin", "attention.self.key"},
     {"attention.v_lin", "attention.self.value"},
     {"attention.out_lin", "attention.output.dense"},
     {"sa_layer_norm", "attention.output.LayerNorm"},
     {"ffn.lin1", "intermediate.dense"},
     {"ffn.lin2", "output.dense"},
     {"output_layer_norm", "output.LayerNorm"}}};

/// "transformer.layer.<k>.<part>.<weight or bias>" under BERT's name; anything else as it is.
inline std::string name_of_distilbert(std::string_view name) {
  constexpr std::string_view layer = "transformer.layer.";
  if (!name.starts_with(layer)) return std::string(name);
  const auto number_end = std::min(name.find('.', layer.size()), name.size() - 1);
  const auto part_end = std::max(name.rfind('.'), number_end + 1);
  const auto part = name.substr(number_end + 1, part_end - number_end - 1);
  const auto* const known =
      std::ranges::find(distilbert_parts, part, &std::pair<std::string_view, std::string_view>::first);
  if (known == distilbert_parts.end()) return std::string(name);
  return "encoder.layer." + std::string(name.substr(layer.size(), number_end + 1 - layer.size())) +
         std::string(known->second) + std::string(name.substr(part_end));
}

/// The name that a module gives to a tensor of a checkpoint: without the family's prefix, and LayerNorm.gamma
/// and .beta, as files of 2018 have them, under their later names.
inline std::string parameter_name(std::string_view stored, BertFamily family = BertFamily::Bert) {
  if (const auto prefix = encoder_prefix(family); stored.starts_with(prefix))
    stored.remove_prefix(prefix.size());
  const auto dot = stored.rfind('.');
  const auto owner = stored.substr(0, dot == std::string_view::npos ? 0 : dot);
  if (owner == "LayerNorm" || owner.ends_with(".LayerNorm")) {  // elsewhere gamma may be a name of its own
    if (stored.substr(dot) == ".gamma") return std::string(owner) + ".weight";
    if (stored.substr(dot) == ".beta") return std::string(owner) + ".bias";
  }
  return family == BertFamily::DistilBert ? name_of_distilbert(stored) : std::string(stored);
}

/// Parts of published checkpoints that an encoder has no use for: the pooler, the heads of pretraining and of
/// tasks, and the token types that old versions saved. They may be absent, as a decoder's weight is where it
/// is tied to the word embeddings. `name` is parameter_name()'s.
inline bool is_ignored(std::string_view name) {
  constexpr std::array<std::string_view, 14> unused{"pooler.",
                                                    "cls.",
                                                    "lm_head.",
                                                    "classifier.",
                                                    "pre_classifier.",
                                                    "qa_outputs.",
                                                    "sequence_summary.",
                                                    "discriminator_predictions.",
                                                    "generator_predictions.",
                                                    "generator_lm_head.",
                                                    "vocab_transform.",
                                                    "vocab_layer_norm.",
                                                    "vocab_projector.",
                                                    "embeddings.token_type_ids"};
  return std::ranges::any_of(unused, [&](std::string_view start) { return name.starts_with(start); });
}

/// The positions 0, 1, 2, ... that some versions of transformers stored as if they were weights.
inline bool is_position_ids(std::string_view name) { return name == "embeddings.position_ids"; }

}  // namespace mtl::detail
