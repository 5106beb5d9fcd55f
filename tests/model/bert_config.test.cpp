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
  CHECK(config.position_offset == 0);
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
      {"model_type", "\"gpt2\"", "\"model_type\" is \"gpt2\"; only \"bert\" is supported"},
      {"hidden_act", "\"relu\"", "only \"gelu\" is supported"},
      {"position_embedding_type", "\"relative_key\"", "only \"absolute\" is supported"},
  }));
  const ConfigFile file(changed(row.key, row.value));
  CHECK_THROWS_WITH(read_bert_config(file.path), Contains(row.message) && Contains(file.path));
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
