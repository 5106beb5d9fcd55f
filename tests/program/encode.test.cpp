// `mtl encode`, called as a user calls it, on models that transformers made.
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include <mtl/store/safetensors.hpp>
#include <program/workplace.hpp>
#include <support/catch.hpp>

namespace encode_test {

using namespace mtl;
using mtl::tests::Workplace;

const std::string fixtures = MTL_TEST_DATA "/parity/";

template <class T>
std::vector<T> values(const SafetensorsFile& file, const std::string& name) {
  const auto* const entry = file.find(name);
  INFO(name);
  REQUIRE(entry != nullptr);
  std::vector<T> list(file.bytes(*entry).size() / sizeof(T));
  std::memcpy(list.data(), file.bytes(*entry).data(), list.size() * sizeof(T));
  return list;
}

/// The ids of a fixture's ragged batch as encode reads them.
std::string lines_of(const std::vector<std::int64_t>& ids, const std::vector<std::int64_t>& starts) {
  std::string lines;
  for (std::size_t i = 0; i + 1 < starts.size(); ++i)
    for (auto k = starts[i]; k < starts[i + 1]; ++k)
      lines += std::to_string(ids[static_cast<std::size_t>(k)]) + (k + 1 < starts[i + 1] ? " " : "\n");
  return lines;
}

/// Compares [texts, longest, hidden] of the program with [tokens, hidden] of a fixture; what is behind a
/// text's end must be 0.
void check_layer(const std::vector<float>& padded, const std::vector<float>& rows,
                 const std::vector<std::int64_t>& starts) {
  const auto texts = starts.size() - 1, tokens = static_cast<std::size_t>(starts.back());
  const auto hidden = rows.size() / tokens, longest = padded.size() / texts / hidden;
  float largest = 0, difference = 0;
  for (std::size_t i = 0; i < texts; ++i)
    for (std::size_t k = 0; k < longest * hidden; ++k) {
      const auto first = static_cast<std::size_t>(starts[i]), end = static_cast<std::size_t>(starts[i + 1]);
      const auto at = first * hidden + k;
      const float expected = at < end * hidden ? rows[at] : 0.0F;
      const float value = padded[i * longest * hidden + k];
      if (at >= end * hidden) REQUIRE(value == 0.0F);
      largest = std::max(largest, std::abs(expected));
      difference = std::max(difference, std::abs(value - expected));
    }
  CHECK(difference <= 2e-5F * largest);
}

TEST_CASE("encode gives every layer's hidden states as transformers does", "[program]") {
  const Workplace place;
  for (const std::string variant : {"bert-gelu", "roberta", "electra", "distilbert"}) {
    INFO(variant);
    const auto expected = SafetensorsFile::open(fixtures + variant + "/expected.safetensors");
    const auto starts = values<std::int64_t>(expected, "starts");
    place.write("ids.txt", lines_of(values<std::int64_t>(expected, "ids"), starts));
    const auto result =
        place.run("encode --ids ids.txt --out out.safetensors --batch 2 --model " + fixtures + variant);
    INFO(result.err);
    REQUIRE(result.status == 0);
    CHECK(result.out.empty());
    CHECK(result.err.empty());
    const auto made = SafetensorsFile::open((place.root / "out.safetensors").string());
    REQUIRE(made.tensors().size() == 4);
    for (const char* const layer : {"hidden.0", "hidden.1", "hidden.2", "hidden.3"}) {
      CHECK(made.find(layer)->shape == std::vector<std::int64_t>{5, 12, 12});
      check_layer(values<float>(made, layer), values<float>(expected, layer), starts);
    }
  }
}

TEST_CASE("encode refuses bad ids and models with status 2, and leaves no file", "[program]") {
  const Workplace place;
  place.write("good.txt", "1 2 3\n");
  place.write("beyond.txt", "1 2 3\n4 40\n");
  place.write("negative.txt", "-1\n");
  place.write("word.txt", "1 2\n3 four\n");
  place.write("long.txt", "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n");
  place.write("hole.txt", "1\n\n2\n");
  place.write("rotated/config.json",
              R"({"model_type": "bert", "vocab_size": 9, "hidden_size": 4, "num_hidden_layers": 1,
    "num_attention_heads": 1, "intermediate_size": 4, "max_position_embeddings": 8, "type_vocab_size": 2,
    "rope_theta": 10000})");
  struct Row {
    std::string words, message;
  };
  const std::string model = " --model " + fixtures + "bert-gelu";
  const std::vector<Row> rows{
      {"--ids beyond.txt" + model,
       "beyond.txt, line 2: token id 40 is outside the model's vocabulary 0 .. 39"},
      {"--ids negative.txt" + model, "negative.txt, line 1: token id -1 is outside"},
      {"--ids word.txt" + model, "word.txt, line 2: 'four' is not a whole number"},
      {"--ids long.txt" + model, "long.txt, line 1: 17 token ids; the model has positions for 16"},
      {"--ids hole.txt" + model, "hole.txt, line 2: no token ids"},
      {"--ids stdin" + model, "stdin: is empty"},
      {"--ids none.txt" + model, "none.txt: cannot be read: No such file"},
      {"--ids good.txt --batch 0" + model, "--batch 0: it takes at least one text"},
      {"--ids good.txt --model none", "none/config.json: cannot be read"},
      {"--ids good.txt --model rotated",
       "rotated/config.json: \"rope_theta\" is 10000, which is not supported"},
      {"--ids good.txt" + model + " --out no/such/folder/x.safetensors",
       "no/such/folder/x.safetensors: cannot"},
      {"--ids good.txt", "--model is required"},
  };
  for (const Row& row : rows) {
    INFO(row.words);
    const bool own_out = row.words.find("--out") != std::string::npos;
    const auto result = place.run("encode " + row.words + (own_out ? "" : " --out out.safetensors"));
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK_THAT(result.err, Catch::Contains(row.message));
    CHECK_FALSE(std::filesystem::exists(place.root / "out.safetensors"));
  }
}

TEST_CASE("encode takes no place of what it reads, and may write beside the model", "[program]") {
  const Workplace place;
  place.write("ids.txt", "1 2 3\n");
  std::filesystem::copy(fixtures + "bert-gelu", place.root / "model");
  const auto weights = place.read("model/model.safetensors");
  const std::string encode = "encode --ids ids.txt --model model --out ";
  CHECK_THAT(place.run(encode + "ids.txt").err,
             Catch::Contains("--out ids.txt: that is the file of the token ids"));
  for (const char* file : {"model/model.safetensors", "model/config.json"}) {
    const auto refused = place.run(encode + file);
    CHECK(refused.status == 2);
    CHECK_THAT(refused.err, Catch::Contains(": that is a file of the model"));
  }
  CHECK(place.read("ids.txt") == "1 2 3\n");
  CHECK(place.read("model/model.safetensors") == weights);
  CHECK(place.run(encode + "model/hidden.safetensors").status == 0);
  CHECK(std::filesystem::exists(place.root / "model/hidden.safetensors"));

  CHECK(place.run("convert model/model.safetensors model/part.safetensors").status == 0);
  std::filesystem::remove(place.root / "model/model.safetensors");
  std::filesystem::rename(place.root / "model/part.safetensors", place.root / "model/pytorch_model.bin");
  CHECK_THAT(place.run(encode + "model/model.safetensors").err,
             Catch::Contains("would be taken for its weights"));
  CHECK_FALSE(std::filesystem::exists(place.root / "model/model.safetensors"));
}

}  // namespace encode_test
