#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include <mtl/model/bert_config.hpp>

#include <support/catch.hpp>

namespace bert_config_tests {

using namespace mtl;
using Catch::Matchers::Contains;

/// Writes a config.json that is gone after the test.
struct ConfigFile {
  std::string path =
      (std::filesystem::temp_directory_path() / ("mtl-config-" + std::to_string(::getpid()) + ".json"))
          .string();
  explicit ConfigFile(const std::string& text) { std::ofstream(path) << text; }
  ~ConfigFile() { std::filesystem::remove(path); }
};

/// config.json of BERT-base with one key set to JSON text, or removed by an empty one.
std::string changed(const std::string& key, const std::string& value) {
  auto json = nlohmann::json::parse(R"({"model_type": "bert", "vocab_size": 32000, "hidden_size": 768,
    "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072, "max_position_embeddings": 512,
    "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12})");
  if (value.empty())
    json.erase(key);
  else
    json[key] = nlohmann::json::parse(value);
  return json.dump();
}

TEST_CASE("config.json: sizes are read, absent settings are Hugging Face's defaults", "[model]") {
  const ConfigFile file(changed("mtl_note", "\"4-bit\""));
  const auto config = read_bert_config(file.path);
  CHECK(config.vocabulary == 32000);
  CHECK(config.layers == 12);
  CHECK(config.intermediate == 3072);
  CHECK(config.attention_dropout == 0.1);
  CHECK(config.family == BertFamily::Bert);
  CHECK(config.activation == Activation::Gelu);
  CHECK(config.pad_id == 0);
  CHECK(config.longest_text() == 512);
  CHECK(config.embedding_width() == 768);
  CHECK(config.note == "4-bit");
}

TEST_CASE("config.json: what cannot be a BERT is refused with file and key", "[model]") {
  struct Row {
    const char* key;
    const char* value;
    const char* message;
  };
  const auto row = GENERATE(values<Row>({
      {"vocab_size", "", "the key \"vocab_size\" is missing"},
      {"hidden_size", "\"768\"", "\"hidden_size\" is \"768\" where a whole number is expected"},
      {"hidden_size", "768.5", "where a whole number is expected"},
      {"hidden_size", "0", "\"hidden_size\" is 0, outside 1"},
      {"hidden_size", "770", "cannot be divided among \"num_attention_heads\" 12"},
      {"num_hidden_layers", "-1", "outside 1 .. 1000"},
      {"vocab_size", "99999999999999999999", "where a whole number is expected"},
      {"vocab_size", "18446744073709551615", "\"vocab_size\" is -1, outside"},
      {"intermediate_size", "1000000001", "outside 1 .. 1000000"},
      {"hidden_dropout_prob", "1.0", "outside 0 <= p < 1"},
      {"layer_norm_eps", "-1", "makes no sense"},
      {"model_type", "\"gpt2\"",
       "\"model_type\" is \"gpt2\", which is not supported; supported are bert, rob"},
      {"model_type", "7", "\"model_type\" is 7 where a text is expected"},
      {"hidden_act", "\"silu\"",
       "\"hidden_act\" is \"silu\", which is not supported; supported are gelu, gelu_new"},
      {"position_embedding_type", "\"relative_key\"", "only \"absolute\" is supported"},
      {"is_decoder", "true", "\"is_decoder\" is true, which is not supported: it attends to earlier"},
      {"is_encoder_decoder", "true", "\"is_encoder_decoder\" is true"},
      {"add_cross_attention", "true", "\"add_cross_attention\" is true"},
      {"pruned_heads", R"({"1": [0]})", "\"pruned_heads\" is given, which is not supported"},
      {"rope_theta", "10000.0", "\"rope_theta\" is 10000.0, which is not supported: positions"},
      {"quantization_config", R"({"bits": 4})", "\"quantization_config\" is given"},
      {"auto_map", R"({"AutoModel": "m.M"})",
       "\"auto_map\" is given, which is not supported: it names a model"},
      {"cross_attention_hidden_size", "24", "\"cross_attention_hidden_size\" is 24"},
      {"rotary_value", "true", "\"rotary_value\" is true, which is not supported: positions"},
      {"norm_first", "true", "\"norm_first\" is true"},
      {"use_bias", "false", "\"use_bias\" is not true, and every layer here has a bias"},
      {"token_dropout", "true", "\"token_dropout\" is true"},
      {"emb_layer_norm_before", "true", "\"emb_layer_norm_before\" is true"},
      {"attention_window", "[512]", "\"attention_window\" is given"},
      {"num_hidden_groups", "1", "\"num_hidden_groups\" is 1, which is not supported: layers share"},
      {"directionality", "\"left\"", "\"directionality\" is \"left\"; only \"bidi\" is supported"},
      {"position_embedding_type", "null", "\"position_embedding_type\" is null where a text is expected"},
      {"hidden_act", "null", "\"hidden_act\" is null where a text is expected"},
      {"embedding_size", "128", "\"embedding_size\" is not \"hidden_size\""},
      {"pooling", "\"mean\"", "mtl does not know what \"pooling\" changes"},
      {"Is_decoder", "true", "mtl does not know what \"Is_decoder\" changes"},
      {"dim", "768", "mtl does not know what \"dim\" changes"},
      {"architectures", R"(["NomicBertModel"])",
       "\"architectures\" names NomicBertModel, which is no class of this model_type (Bert...)"},
      {"architectures", R"(["RobertaModel"])", "\"architectures\" names RobertaModel"},
      {"architectures", "\"BertModel\"", "\"architectures\" must be a list of names"},
      {"pad_token_id", "32000", "\"pad_token_id\" is 32000, outside the vocabulary 0 .. 31999"},
      {"pad_token_id", "-1", "outside the vocabulary"},
  }));
  const ConfigFile file(changed(row.key, row.value));
  CHECK_THROWS_WITH(read_bert_config(file.path), Contains(row.message) && Contains(file.path));
}

TEST_CASE("config.json: what changes nothing may be there, empty", "[model]") {
  const auto row = GENERATE(values<std::pair<const char*, const char*>>({
      {"is_decoder", "false"},
      {"pruned_heads", "{}"},
      {"quantization_config", "null"},
      {"position_embedding_type", "\"absolute\""},
      {"use_cache", "true"},
      {"torch_dtype", "\"float16\""},
      {"use_bias", "true"},
      {"directionality", "\"bidi\""},
      {"embedding_size", "768"},
      {"architectures", R"(["TFBertForMaskedLM", "BertModel"])"},
      {"architectures", "null"},
  }));
  const ConfigFile file(changed(row.first, row.second));
  CHECK(read_bert_config(file.path).vocabulary == 32000);
}

TEST_CASE("config.json: activations by all their names", "[model]") {
  const auto row = GENERATE(values<std::pair<const char*, Activation>>({
      {"\"gelu_new\"", Activation::GeluTanh},
      {"\"gelu_pytorch_tanh\"", Activation::GeluTanh},
      {"\"relu\"", Activation::Relu},
      {"\"gelu\"", Activation::Gelu},
  }));
  const ConfigFile file(changed("hidden_act", row.first));
  CHECK(read_bert_config(file.path).activation == row.second);
}

TEST_CASE("config.json: the families of BERT's shape", "[model]") {
  const auto read = [](const std::string& folder) {
    return read_bert_config(MTL_TEST_DATA "/parity/" + folder + "/config.json");
  };
  for (const char* const folder : {"roberta", "xlm-roberta", "camembert"}) {
    const auto config = read(folder);
    CHECK(config.family == BertFamily::Roberta);
    CHECK(config.positions == Positions::BehindPadding);
    CHECK(config.pad_id == 1);
    CHECK(config.longest_text() == 16);
    CHECK(config.type_vocabulary == 1);
  }
  CHECK(read("roberta-padding-3").longest_text() == 16);
  CHECK(read("electra").embedding_width() == 6);
  const auto distil = read("distilbert-relu");
  CHECK(distil.family == BertFamily::DistilBert);
  CHECK(distil.type_vocabulary == 0);
  CHECK(distil.layers == 2);
  CHECK(distil.intermediate == 20);
  CHECK(distil.activation == Activation::Relu);
}

TEST_CASE("config.json: one without model_type is BERT's where nothing says otherwise", "[model]") {
  auto json = nlohmann::json::parse(changed("model_type", ""));
  CHECK(read_bert_config(ConfigFile(json.dump()).path).family == BertFamily::Bert);
  json["pad_token_id"] = 1;
  CHECK_THROWS_WITH(read_bert_config(ConfigFile(json.dump()).path), Contains("has no \"model_type\""));
  json["architectures"] = {"BertForMaskedLM"};
  CHECK(read_bert_config(ConfigFile(json.dump()).path).pad_id == 1);
  json["architectures"] = {"RobertaForMaskedLM"};
  CHECK_THROWS_WITH(read_bert_config(ConfigFile(json.dump()).path), Contains("names RobertaForMaskedLM"));
}

TEST_CASE("config.json: keys of published files that change nothing are known", "[model]") {
  // What the files of bert-base-multilingual, older Japanese BERTs, XLM-R and sentence encoders have beside
  // sizes.
  auto json = nlohmann::json::parse(changed("architectures", R"(["BertForMaskedLM"])"));
  for (const char* const key : {"_name_or_path",
                                "classifier_dropout",
                                "directionality",
                                "finetuning_task",
                                "gradient_checkpointing",
                                "id2label",
                                "label2id",
                                "language",
                                "name",
                                "num_labels",
                                "output_past",
                                "pooler_fc_size",
                                "pooler_type",
                                "problem_type",
                                "sep_token_id",
                                "task_specific_params",
                                "tokenizer_class",
                                "transformers_version",
                                "use_cache",
                                "num_beams",
                                "eos_token_ids",
                                "xla_device",
                                "tie_word_embeddings",
                                "chunk_size_feed_forward",
                                "torchscript"})
    json[key] = key == std::string("directionality") ? "bidi" : "x";
  CHECK(read_bert_config(ConfigFile(json.dump()).path).hidden == 768);
}

TEST_CASE("config.json: a family's own keys are asked for, and no padding is told from none", "[model]") {
  auto json = nlohmann::json::parse(changed("model_type", "\"roberta\""));
  json["pad_token_id"] = nullptr;
  CHECK_THROWS_WITH(read_bert_config(ConfigFile(json.dump()).path),
                    Contains("counts its positions from there"));
  json["pad_token_id"] = 511;
  CHECK_THROWS_WITH(
      read_bert_config(ConfigFile(json.dump()).path),
      Contains("\"max_position_embeddings\" 512 leaves no position behind \"pad_token_id\" 511"));
  json["pad_token_id"] = nullptr;
  json["model_type"] = "bert";
  CHECK(read_bert_config(ConfigFile(json.dump()).path).pad_id == -1);
  json["model_type"] = "distilbert";
  CHECK_THROWS_WITH(read_bert_config(ConfigFile(json.dump()).path), Contains("the key \"dim\" is missing"));
  json["model_type"] = "electra";
  CHECK_THROWS_WITH(read_bert_config(ConfigFile(json.dump()).path),
                    Contains("the key \"embedding_size\" is missing"));
}

TEST_CASE("config.json: a file that is not JSON, or not there, is named", "[model]") {
  {
    const ConfigFile list("[1]");
    CHECK_THROWS_WITH(read_bert_config(list.path), Contains("is not a JSON object"));
  }
  CHECK_THROWS_WITH(read_bert_config("no/such/config.json"), Contains("cannot be read: No such file"));
  const ConfigFile cut("{\"a\": ");
  CHECK_THROWS_WITH(read_bert_config(cut.path), Contains("is not valid JSON"));
}

}  // namespace bert_config_tests
