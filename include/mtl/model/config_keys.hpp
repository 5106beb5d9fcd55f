// In: a Hugging Face config.json. Out: nothing, or a complaint about what would make its model compute
// something that the encoder here does not.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <mtl/model/config_reader.hpp>
#include <mtl/store/tensor_view.hpp>

namespace mtl::detail {

/// Keys that change nothing of what the encoder computes: those of transformers' PretrainedConfig (4.57), of
/// its models of BERT's shape, and of their published files.
inline constexpr auto harmless_keys = std::to_array<std::string_view>(
    {// Names, versions, and how Python keeps the model.
     "_attn_implementation", "_attn_implementation_autoset", "_commit_hash", "_name_or_path", "_num_labels",
     "attn_implementation", "dtype", "language", "name", "name_or_path", "sentence_transformers",
     "tokenizer_class", "torch_dtype", "torchscript", "transformers_version", "use_bfloat16", "use_float16",
     "xla_device",
     // What is returned, kept or shared; memory for time.
     "chunk_size_feed_forward", "gradient_checkpointing", "output_attentions", "output_hidden_states",
     "output_past", "output_scores", "return_dict", "return_dict_in_generate", "tie_encoder_decoder",
     "tie_weights_", "tie_word_embeddings", "use_cache", "use_return_dict",
     // Tasks, their labels and the layers behind the encoder.
     "classifier_activation", "classifier_bias", "classifier_dropout", "classifier_pooling",
     "custom_pipelines", "finetuning_task", "generator_size", "id2label", "label2id", "num_labels",
     "pooler_activation", "pooler_act", "pooler_dropout", "pooler_fc_size", "pooler_hidden_act",
     "pooler_hidden_size", "pooler_num_attention_heads", "pooler_num_fc_layers", "pooler_size_per_head",
     "pooler_type", "problem_type", "qa_dropout", "sbert_ce_default_activation_function",
     "seq_classif_dropout", "sinusoidal_pos_embds", "summary_activation", "summary_first_dropout",
     "summary_last_dropout", "summary_proj_to_labels", "summary_type", "summary_use_proj",
     "task_specific_params", "tf_legacy_loss",
     // Tokens of the tokenizer.
     "bos_token_id", "cls_token_id", "decoder_start_token_id", "eos_token_id", "eos_token_ids",
     "mask_token_id", "prefix", "sep_token_id", "unk_token_id",
     // Text generation, which an encoder does not do.
     "bad_words_ids", "begin_suppress_tokens", "diversity_penalty", "do_sample", "early_stopping",
     "encoder_no_repeat_ngram_size", "exponential_decay_length_penalty", "forced_bos_token_id",
     "forced_eos_token_id", "length_penalty", "max_length", "min_length", "no_repeat_ngram_size",
     "num_beam_groups", "num_beams", "num_return_sequences", "remove_invalid_values", "repetition_penalty",
     "suppress_tokens", "temperature", "top_k", "top_p", "typical_p"});

/// Keys that every family's files may have, each of them read or looked at.
inline constexpr auto read_keys = std::to_array<std::string_view>(
    {"model_type", "architectures", "vocab_size", "max_position_embeddings", "initializer_range",
     "layer_norm_eps", "pad_token_id", "position_embedding_type", "embedding_size", "directionality",
     "use_bias", "mtl_note"});

/// A key that may be there only with a value that changes nothing: false, null or empty.
struct UnusedKey {
  const char* name;
  const char* why;  ///< ends the complaint about another value
};
inline constexpr auto unused_keys = std::to_array<UnusedKey>(
    {{"is_decoder", "it attends to earlier tokens only, and this is an encoder"},
     {"is_encoder_decoder", "this is an encoder alone"},
     {"add_cross_attention", "this encoder attends to its own text only"},
     {"cross_attention_hidden_size", "this encoder attends to its own text only"},
     {"pruned_heads", "every layer here has all heads"},
     {"rope_theta", "positions are read from a table here, not rotated"},
     {"rope_scaling", "positions are read from a table here, not rotated"},
     {"rope_parameters", "positions are read from a table here, not rotated"},
     {"rotary_emb_fraction", "positions are read from a table here, not rotated"},
     {"rotary_value", "positions are read from a table here, not rotated"},
     {"norm_first", "layers are normalised behind their sum here, as BERT's are"},
     {"token_dropout", "embeddings are not rescaled by the number of masks here"},
     {"emb_layer_norm_before", "layers are normalised behind their sum here, as BERT's are"},
     {"attention_window", "every token attends to all of its text here"},
     {"num_hidden_groups", "layers share no weights here"},
     {"quantization_config", "weights are read as they are; save the model without quantisation"},
     {"auto_map", "it names a model by code of its own, which is never run"}});

/// Throws Error where a key has a value with which the model computes something else than the encoder here.
inline void refuse_other_models(const ConfigReader& read) {
  for (const auto& key : unused_keys) read.unused(key.name, key.why);
  for (const auto& [key, usual] :
       {std::pair{"position_embedding_type", "absolute"}, std::pair{"directionality", "bidi"}})
    if (read.json.contains(key)) read.only(key, usual);
  require(!read.json.contains("use_bias") || read.json["use_bias"] == true,
          "{}: \"use_bias\" is not true, and every layer here has a bias", read.path);
}

/// Throws Error unless the classes in "architectures" are of the family: their names begin, behind TF or
/// Flax, with one of `prefixes`.
inline void require_architecture(const ConfigReader& read, std::span<const std::string_view> prefixes) {
  if (!read.json.contains("architectures") || read.json["architectures"].is_null()) return;
  const auto& names = read.json["architectures"];
  require(names.is_array(), "{}: \"architectures\" must be a list of names", read.path);
  for (const auto& name : names) {
    require(name.is_string(), "{}: \"architectures\" must be a list of names", read.path);
    const auto full = name.get<std::string>();
    std::string_view bare = full;
    for (const std::string_view framework : {"TF", "Flax"})
      if (bare.starts_with(framework)) bare.remove_prefix(framework.size());
    const bool own = std::ranges::any_of(prefixes, [&](auto prefix) { return bare.starts_with(prefix); });
    require(own, "{}: \"architectures\" names {}, which is no class of this model_type ({}...)", read.path,
            full, prefixes.front());
  }
}

/// Throws Error for the first key that is neither in the lists above nor in `own`, those of the family.
inline void refuse_unknown_keys(const ConfigReader& read, std::span<const std::string_view> own) {
  const auto in = [](const auto& keys, std::string_view key) {
    return std::ranges::find(keys, key) != keys.end();
  };
  for (const auto& [key, value] : read.json.items()) {
    const bool unused =
        std::ranges::find(unused_keys, std::string_view(key), &UnusedKey::name) != unused_keys.end();
    require(unused || in(harmless_keys, key) || in(read_keys, key) || in(own, key),
            "{}: mtl does not know what \"{}\" changes, and takes no model that may compute something else; "
            "remove the key if it changes nothing",
            read.path, printable(key));
  }
}

}  // namespace mtl::detail
