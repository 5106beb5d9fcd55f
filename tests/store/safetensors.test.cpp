// Hostile files are written by the test itself, byte by byte; the rules are those of the format's own strict
// reader.
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <mtl/store/safetensors.hpp>

#include <support/catch.hpp>

namespace safetensors_tests {

using namespace mtl;
using Catch::Matchers::Contains;

/// A file that is gone after the test.
struct Scratch {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("mtl-safetensors-" + std::to_string(::getpid()));
  Scratch() { std::filesystem::create_directories(folder); }
  ~Scratch() { std::filesystem::remove_all(folder); }
  std::string path(const char* name = "a.safetensors") const { return (folder / name).string(); }

  std::string write(const std::string& bytes) const {
    std::ofstream(path(), std::ios::binary) << bytes;
    return path();
  }
};

std::string number(std::uint64_t value) {
  std::string bytes;
  for (unsigned i = 0; i < 8; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
  return bytes;
}

std::string with_header(const std::string& header, std::size_t data) {
  return number(header.size()) + header + std::string(data, 'x');
}

std::string entry(const std::string& name, const std::string& shape, const std::string& offsets,
                  const std::string& type = "F32") {
  return "\"" + name + R"(":{"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets +
         "}";
}

template <class T>
std::string_view bytes_of(const T& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof values[0]};
}

TEST_CASE("a header whose length looks like another format is a header all the same", "[store]") {
  const Scratch scratch;
  for (const std::size_t length : {60U, 316U}) {  // their lowest byte is '<', as a web page's first
    auto header = "{" + entry("a", "[1]", "[0,4]") + "}";
    header.resize(length, ' ');
    CHECK(SafetensorsFile::open(scratch.write(with_header(header, 4))).find("a") != nullptr);
  }
}

TEST_CASE("safetensors: what is written is read back, bit for bit and by name", "[store]") {
  const Scratch scratch;
  const std::array<float, 3> floats{1.5F, -0.0F, 3e38F};
  const std::array<std::int64_t, 2> numbers{-1, 1LL << 40};
  const std::array<std::uint16_t, 1> half{0x3C00};
  const std::vector<TensorView> tensors{{"b.weight", Dtype::F32, {3, 1}, bytes_of(floats)},
                                        {"half", Dtype::F16, {}, bytes_of(half)},
                                        {"empty", Dtype::F64, {0, 4}, {}},
                                        {"a.ids", Dtype::I64, {2}, bytes_of(numbers)}};
  write_safetensors(scratch.path(), tensors, {{"note", "層 2 \"l\""}});
  const auto file = SafetensorsFile::open(scratch.path());
  REQUIRE(file.tensors().size() == 4);
  for (const auto& tensor : tensors) {
    INFO(tensor.name);
    const auto* const found = file.find(tensor.name);
    REQUIRE(found != nullptr);
    CHECK(found->dtype == tensor.dtype);
    CHECK(found->shape == tensor.shape);
    CHECK(file.bytes(*found) == tensor.bytes);
  }
  CHECK(file.find("c") == nullptr);
  CHECK(file.metadata() == std::map<std::string, std::string>{{"format", "pt"}, {"note", "層 2 \"l\""}});
}

TEST_CASE("safetensors: the bytes of a file depend on its tensors alone, not on their order", "[store]") {
  const Scratch scratch;
  const std::array<float, 2> x{1, 2};
  const std::array<std::uint8_t, 3> y{1, 2, 3};
  const TensorView a{"a", Dtype::U8, {3}, bytes_of(y)}, b{"b", Dtype::F32, {2}, bytes_of(x)};
  write_safetensors(scratch.path("1"), std::vector{a, b});
  write_safetensors(scratch.path("2"), std::vector{b, a});
  const auto first = read_file(scratch.path("1"));
  CHECK(first == read_file(scratch.path("2")));
  CHECK((first.size() - 8 - 3) % 8 == 0);  // header and floats end on a multiple of 8
  CHECK(SafetensorsFile::open(scratch.path("1")).tensors().front().name ==
        "b");  // the wider type comes first
  CHECK(std::distance(std::filesystem::directory_iterator(scratch.folder), {}) == 2);  // no temporary is left
}

TEST_CASE("safetensors: the writer refuses what no reader would take", "[store]") {
  const Scratch scratch;
  const std::array<float, 2> x{1, 2};
  const TensorView a{"a", Dtype::F32, {2}, bytes_of(x)}, wrong{"b", Dtype::F32, {3}, bytes_of(x)};
  CHECK_THROWS_WITH(write_safetensors(scratch.path(), std::vector{a, a}),
                    Contains("two tensors are named 'a'"));
  CHECK_THROWS_WITH(write_safetensors(scratch.path(), std::vector{wrong}), Contains("'b' has 8 bytes"));
  const TensorView bad{"\xff", Dtype::F32, {2}, bytes_of(x)};
  CHECK_THROWS_AS(write_safetensors(scratch.path(), std::vector{bad}), Error);
  CHECK_THROWS_WITH(write_safetensors(scratch.path("no/such.safetensors"), std::vector{a}),
                    Contains("does its folder"));
  CHECK(std::filesystem::is_empty(scratch.folder));
}

TEST_CASE("safetensors: a foreign file's order, gaps in alignment and padding are accepted", "[store]") {
  const Scratch scratch;
  const auto header = "{" + entry("z", "[2]", "[2,10]") + "," + entry("a", "[]", "[0,2]", "F16") + "," +
                      entry("none", "[0]", "[2,2]") + "}   ";
  const auto file = SafetensorsFile::open(scratch.write(with_header(header, 10)));
  std::vector<std::string> names;
  for (const auto& tensor : file.tensors()) names.push_back(tensor.name);
  CHECK(names == std::vector<std::string>{"a", "none", "z"});
  CHECK(SafetensorsFile::open(scratch.write(with_header("{}", 0))).tensors().empty());
  CHECK(SafetensorsFile::open(scratch.write(with_header("{} \t\r\n", 0))).tensors().empty());
}

TEST_CASE("safetensors: every broken rule has its own message, and the file's name", "[store]") {
  struct Row {
    const char* message;
    std::string bytes;
  };
  const auto one = entry("a", "[2]", "[0,8]");
  const auto in = [](const std::string& body, std::size_t data) {
    return with_header("{" + body + "}", data);
  };
  const auto row = GENERATE_REF(values<Row>({
      {"is cut short: 0 bytes", ""},
      {"is cut short: 5 bytes", "abcde"},
      {"is not a safetensors file, or its first bytes are damaged", number(100'000'001) + "{}"},
      {"is not a safetensors file, or its first bytes are damaged", number(~0ULL) + "{}"},
      {"is cut short: its header has 50 bytes", number(50) + "{}"},
      {"header does not begin with {", with_header(" {}", 0)},
      {"header does not begin with {", with_header("", 0)},
      {"header does not begin with {", with_header("[]", 0)},
      {"is not valid JSON", with_header("{", 0)},
      {"is not valid JSON", with_header("{}x", 0)},
      {"header is not valid JSON (a NUL at byte 2)", with_header("{}" + std::string(8, '\0'), 0)},
      {"header is not valid JSON (a NUL at byte 3)", with_header("{} " + std::string(1, '\0') + "{}", 0)},
      {"is not valid JSON", in("\"\xff\":1", 0)},
      {"the key \"a\" twice", in(one + "," + entry("a", "[2]", "[8,16]"), 16)},
      {"the key \"shape\" twice",
       in(R"("a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]})", 8)},
      {"the key \"x\" twice", in(R"("__metadata__":{"x":"1","x":"2"})", 0)},
      {"nested too deeply",
       in(R"("a":{"shape":)" + std::string(100'000, '[') + std::string(100'000, ']'), 0)},
      {"__metadata__ must be an object", in(R"("__metadata__":"x")", 0)},
      {"__metadata__ must be an object", in(R"("__metadata__":["x"])", 0)},
      {"__metadata__ 'x' is not a text", in(R"("__metadata__":{"x":["1"]})", 0)},
      {"the key \"__metadata__\" twice", in(R"("__metadata__":{},"__metadata__":{})", 0)},
      {"must have dtype, shape and data_offsets", in(R"("a":[1])", 8)},
      {"must have dtype, shape and data_offsets",
       in(R"("a":{"dtype":["F32"],"shape":[],"data_offsets":[0,4]})", 4)},
      {"must have dtype, shape and data_offsets",
       in(R"("a":{"dtype":"F32","shape":{},"data_offsets":[0,4]})", 4)},
      {"must have dtype, shape and data_offsets", in(R"("a":{"dtype":"F32","shape":[],"offsets":[0,4]})", 4)},
      {"\"shape\" must be a list of whole numbers",
       in(R"("a":{"dtype":"F32","shape":4,"data_offsets":[0,4]})", 4)},
      {"__metadata__ 'x' is not a text", in(R"("__metadata__":{"x":1})", 0)},
      {"must have dtype, shape and data_offsets", in(R"("a":{"dtype":"F32","shape":[2]})", 8)},
      {"must have dtype, shape and data_offsets", in(R"("a":7)", 8)},
      {"is of type F4, which is not supported", in(entry("a", "[2]", "[0,1]", "F4"), 1)},
      {"\"shape\" must be a list of whole numbers", in(entry("a", "[-2]", "[0,8]"), 8)},
      {"\"shape\" must be a list of whole numbers", in(entry("a", "[2.0]", "[0,8]"), 8)},
      {"\"shape\" must be a list of whole numbers", in(entry("a", "[18446744073709551615]", "[0,8]"), 8)},
      {"more elements than any file could hold", in(entry("a", "[4294967296,4294967296]", "[0,8]"), 8)},
      {"more elements than any file could hold", in(entry("a", "[9223372036854775807]", "[0,8]"), 8)},
      {"its shape needs 12 bytes, its data_offsets span 8", in(entry("a", "[3]", "[0,8]"), 8)},
      {"data_offsets must be", in(entry("a", "[2]", "[8,0]"), 8)},
      {"data_offsets must be", in(entry("a", "[2]", "[0,8,8]"), 8)},
      {"is cut short: its tensors need 8 bytes of data, 7 are there", in(one, 7)},
      {"1 bytes behind the last tensor belong to no tensor", in(one, 9)},
      {"4 bytes before tensor 'a' belong to no tensor", in(entry("a", "[2]", "[4,12]"), 12)},
      {"4 bytes before tensor 'b' belong to no tensor", in(one + "," + entry("b", "[2]", "[12,20]"), 20)},
      {"tensor 'b' overlaps the one before it", in(one + "," + entry("b", "[2]", "[4,12]"), 12)},
      {"is a PyTorch checkpoint", "PK\x03\x04 and so on"},
      {"is a PyTorch checkpoint", std::string(detail::legacy_magic) + "."},
      {"is a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\n"},
      {"looks like a web page", "<!doctype html><html></html>"},
  }));
  const Scratch scratch;
  const auto path = scratch.write(row.bytes);
  INFO(row.message);
  CHECK_THROWS_WITH(SafetensorsFile::open(path), Contains(row.message) && Contains(path));
}

TEST_CASE("safetensors: a path without a file says so", "[store]") {
  const Scratch scratch;
  CHECK_THROWS_WITH(SafetensorsFile::open(scratch.path("none")),
                    Contains("none: cannot be read: No such file"));
  CHECK_THROWS_WITH(SafetensorsFile::open(scratch.folder.string()), Contains("is not a file"));
}

}  // namespace safetensors_tests
