// The fixtures are made by torch, safetensors and transformers: tests/data/checkpoints/make_checkpoints.py.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <mtl/store/checkpoint_file.hpp>
#include <mtl/store/convert_checkpoint.hpp>

#include <store/torch_bytes.hpp>
#include <support/catch.hpp>

namespace checkpoint_file_tests {

using namespace mtl;
using namespace mtl::tests::torch_bytes;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

const std::string data = std::string(MTL_TEST_DATA) + "/checkpoints/";

/// A folder that is gone after the test.
struct Scratch {
  fs::path folder = fs::temp_directory_path() / ("mtl-checkpoint-file-" + std::to_string(::getpid()));
  Scratch() { fs::create_directories(folder); }
  ~Scratch() { fs::remove_all(folder); }
  std::string write(const std::string& bytes, const char* name = "a.bin") const {
    std::ofstream(folder / name, std::ios::binary) << bytes;
    return (folder / name).string();
  }
};

void check_equal(const TensorView& a, const TensorView& b) {
  INFO(a.name);
  CHECK(a.name == b.name);
  CHECK(a.dtype == b.dtype);
  CHECK(a.shape == b.shape);
  CHECK(a.bytes == b.bytes);
}

void check_equal(const CheckpointFile& a, const CheckpointFile& b) {
  REQUIRE(a.tensors().size() == b.tensors().size());
  for (std::size_t i = 0; i < a.tensors().size(); ++i) check_equal(a.tensors()[i], b.tensors()[i]);
}

TEST_CASE("checkpoint file: what torch.save writes is read bit for bit, in both forms", "[store]") {
  const auto expected = CheckpointFile::open(data + "tensors.safetensors");
  REQUIRE(expected.tensors().size() == 22);
  check_equal(CheckpointFile::open(data + "tensors.zip.bin"), expected);
  check_equal(CheckpointFile::open(data + "tensors.legacy.bin"), expected);
}

TEST_CASE("checkpoint file: a whole BERT is the same in every published form", "[store]") {
  const auto expected = CheckpointFile::open(data + "bert/model.safetensors");
  REQUIRE(expected.tensors().size() == 46);
  const auto form =
      GENERATE(as<std::string>{}, "bert-zip/pytorch_model.bin", "bert-legacy/pytorch_model.bin",
               "bert-shards/model.safetensors.index.json", "bert-bin-shards/pytorch_model.bin.index.json");
  INFO(form);
  const auto file = CheckpointFile::open(data + form);
  for (const auto& tensor : expected.tensors()) {
    const auto* const found = file.find(tensor.name);
    REQUIRE(found != nullptr);
    check_equal(*found, tensor);
  }
  if (const auto* const tied = file.find("cls.predictions.decoder.weight"))  // safetensors files lack it
    CHECK(tied->bytes == file.find("bert.embeddings.word_embeddings.weight")->bytes);
}

TEST_CASE("checkpoint file: the bytes outlive the object that was opened", "[store]") {
  std::vector<CheckpointFile> copies;
  {
    const auto file = CheckpointFile::open(data + "tensors.zip.bin");
    copies.push_back(file);
  }
  const auto expected = CheckpointFile::open(data + "tensors.safetensors");
  check_equal(*copies.front().find("transposed"), *expected.find("transposed"));
  check_equal(*copies.front().find("base"), *expected.find("base"));
  CHECK(copies.front().find("nothing") == nullptr);
}

TEST_CASE("checkpoint file: a zip file written without checksums is taken", "[store]") {
  const auto file = CheckpointFile::open(data + "no-checksums.zip.bin");
  REQUIRE(file.find("a") != nullptr);
  CHECK(file.find("a")->bytes == number(0, 4) + number(0x3F800000, 4) + number(0x40000000, 4));
}

TEST_CASE("checkpoint file: forms that older Pythons and PyTorches wrote are read", "[store]") {
  const Scratch scratch;
  const auto old_tensor = global("torch._utils", "_rebuild_tensor") +
                          tuple(storage() + whole(0) + tuple(whole(4)) + tuple(whole(1))) + "R";
  const auto size = global("torch", "Size") + tuple(tuple(whole(2) + "K\x02")) + "R";
  const auto sized =
      global("torch._utils", "_rebuild_tensor_v2") +
      tuple(storage() + "K" + std::string(1, '\0') + size + tuple("K\x02" + whole(1)) + "\x89" + hooks) + "R";
  const auto value = GENERATE_COPY(
      as<std::string>{}, state(four), state(old_tensor), state(sized),
      pickle(dict("U\x01"
                  "a" +
                  four)),                    // a text of Python 2
      pickle("}" + text("a") + four + "s"),  // a plain dictionary
      pickle(global("collections", "OrderedDict") + tuple("](](" + text("a") + four + "ee") +
             "R"),                                                                       // of pairs
      state(global("torch.nn.parameter", "Parameter") + tuple(four + "\x88") + "\x81"),  // NEWOBJ
      state(global("torch._utils", "_rebuild_parameter") + tuple(four + "\x88" + hooks) + "R"));
  for (const auto& bytes : {zip_of(value), legacy({.object = value})}) {
    const auto file = CheckpointFile::open(scratch.write(bytes));
    REQUIRE(file.tensors().size() == 1);
    CHECK(file.tensors()[0].name == "a");
    CHECK(file.tensors()[0].bytes == four_floats);
  }
}

TEST_CASE("checkpoint file: an index and its shards must agree", "[store]") {
  const Scratch scratch;
  const auto index = [&](const std::string& map) {
    scratch.write(legacy(), "b.bin");
    return scratch.write(R"({"metadata": {"total_size": [1, {"x": []}]}, "weight_map": )" + map + "}",
                         "pytorch_model.bin.index.json");
  };
  CHECK(CheckpointFile::open(index(R"({"a": "b.bin"})")).tensors().size() == 1);
  CHECK(checkpoint_files(index(R"({"a": "b.bin"})")).back() == (scratch.folder / "b.bin").string());
  struct Row {
    const char* map;
    const char* message;
  };
  const auto row = GENERATE(values<Row>({
      {R"({"a": "b.bin", "c": "b.bin"})", "says that b.bin holds tensor 'c', which it does not"},
      {R"({"c": "b.bin"})", "does not say that b.bin holds tensor 'a'"},
      {R"({"a": "d.bin"})", "d.bin: cannot be read: No such file"},
      {R"({"a": "../b.bin"})", "said to be in '../b.bin', which is no file name in the same folder"},
      {R"({"a": "/tmp/b.bin"})", "which is no file name in the same folder"},
      {R"({"a": "x/b.bin"})", "which is no file name in the same folder"},
      {R"({"a": "..bin"})", "which is no file name in the same folder"},
      {R"({"a": ""})", "which is no file name in the same folder"},
      {R"({"a": "b\u0000.bin"})", "said to be in 'b?.bin', which is no file name"},
      {R"({"a": "b.pkl"})", "which is neither .safetensors nor .bin"},
      {R"({"a": "b.bin", "a": "b.bin"})", "lists tensor 'a' twice"},
      {R"({"a": "b.bin"}, "weight_map": {})", "has weight_map twice"},
      {R"({"a": 1})", "weight_map must be an object of texts"},
      {R"({"a": {"b": "c"}})", "weight_map must be an object of texts"},
      {R"(["b.bin"])", "weight_map must be an object of texts"},
      {R"({})", "has no weight_map, or an empty one"},
      {R"({"a": "b.bin")", "it is not valid JSON"},
      {R"({"\u001b[2J": "b.bin"})", "not fit to print"},
      {R"({"a": "b.bin"}, "x": [[[[[[[[[[]]]]]]]]]])", "nested too deeply"},
  }));
  INFO(row.map);
  const auto path = index(row.map);
  CHECK_THROWS_WITH(CheckpointFile::open(path), Contains(row.message));
  CHECK_THROWS_WITH(parse_shard_index("[1]", "x"), Contains("x: is no index of weights: not an object"));
  CHECK_THROWS_WITH(parse_shard_index("1", "x"), Contains("x: is no index of weights: not an object"));
  CHECK_THROWS_WITH(parse_shard_index(std::string(17 << 20, ' '), "x"), Contains("bytes (at most"));
}

TEST_CASE("checkpoint file: one tensor in two shards is refused", "[store]") {
  const Scratch scratch;
  scratch.write(legacy(), "b.bin");
  scratch.write(legacy(), "c.bin");
  const auto path = scratch.write(R"({"weight_map": {"a": "b.bin", "d": "c.bin"}})", "x.index.json");
  CHECK_THROWS_WITH(CheckpointFile::open(path), Contains("does not say that c.bin holds tensor 'a'"));
}

TEST_CASE("a checkpoint of any form is converted with its names, types and values", "[store]") {
  const Scratch scratch;
  const auto out = (scratch.folder / "out.safetensors").string();
  for (const char* in : {"tensors.zip.bin", "tensors.legacy.bin", "tensors.safetensors"}) {
    const auto done = convert_checkpoint(data + in, out);
    CHECK(done.tensors == 22);
    CHECK(done.left_out.empty());
    check_equal(CheckpointFile::open(out), CheckpointFile::open(data + in));
  }
  CHECK(SafetensorsFile::open(out).metadata() == std::map<std::string, std::string>{{"format", "pt"}});
}

TEST_CASE("a converted model folder lacks only what transformers ties again", "[store]") {
  const Scratch scratch;
  const auto out = (scratch.folder / "out.safetensors").string();
  for (const char* in : {"bert-zip", "bert-legacy", "bert-bin-shards"}) {
    const auto done = convert_checkpoint(data + in, out);
    CHECK(done.left_out ==
          std::vector<std::string>{"cls.predictions.decoder.bias", "cls.predictions.decoder.weight"});
    check_equal(CheckpointFile::open(out), CheckpointFile::open(data + "bert/model.safetensors"));
  }
  CHECK(convert_checkpoint(data + "bert-shards", out).left_out.empty());
  CHECK_THROWS_WITH(convert_checkpoint(data, out), Contains("has neither model.safetensors nor"));
  CHECK_THROWS_WITH(convert_checkpoint(scratch.write(zip_of(pickle(hooks))), out),
                    Contains("has no tensors"));
}

TEST_CASE("weights are found in a model folder in a fixed order", "[store]") {
  const Scratch scratch;
  const auto folder = scratch.folder.string();
  CHECK_THROWS_WITH(weights_path(folder + "/none"), Contains("none: there is no such model folder"));
  CHECK_THROWS_WITH(weights_path(folder), Contains("was the download complete?"));
  scratch.write("", "tf_model.h5");
  CHECK_THROWS_WITH(weights_path(folder), Contains("has tf_model.h5, of another framework"));
  for (const char* name : {"pytorch_model.bin.index.json", "pytorch_model.bin",
                           "model.safetensors.index.json", "model.safetensors"}) {
    scratch.write("", name);
    CHECK(weights_path(folder) == folder + "/" + name);
  }
}

}  // namespace checkpoint_file_tests
