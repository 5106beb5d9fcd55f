// Files that lie. Each breaks one rule and is refused by that rule's own message, in little memory, reading
// nothing outside the file (which the build with AddressSanitizer sees).
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include <mtl/store/checkpoint_file.hpp>

#include <store/torch_bytes.hpp>
#include <support/catch.hpp>

namespace hostile_checkpoint_tests {

// What this program holds of the heap, and the most it did since the last look.
std::atomic<std::size_t> held{0}, most{0};

/// Null where there is no memory.
void* counted(std::size_t bytes) noexcept {
  void* const memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) return nullptr;
  const auto now = held += ::malloc_usable_size(memory);
  for (auto before = most.load(); before < now && !most.compare_exchange_weak(before, now);) continue;
  return memory;
}

void uncounted(void* memory) {
  if (memory != nullptr) held -= ::malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace hostile_checkpoint_tests

void* operator new(std::size_t bytes) {
  if (void* const memory = hostile_checkpoint_tests::counted(bytes)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return hostile_checkpoint_tests::counted(bytes);
}
void operator delete(void* memory) noexcept { hostile_checkpoint_tests::uncounted(memory); }
void operator delete(void* memory, std::size_t) noexcept { hostile_checkpoint_tests::uncounted(memory); }

namespace hostile_checkpoint_tests {

using namespace mtl;
using namespace mtl::tests::torch_bytes;
using Catch::Matchers::Contains;

constexpr std::size_t kib = 1024, mib = 1024 * kib;

/// What reading a file came to.
struct Opened {
  std::string message;  ///< of the Error; empty: it was read
  std::size_t memory = 0;
  bool honest = false;  ///< it has one tensor, a, of 1, 2, 3, 4
};

/// Reads a copy of exactly as many bytes, so that the sanitizer sees a look beyond them.
Opened open(const std::string& bytes) {
  Opened opened;
  const std::shared_ptr<char[]> copy(new char[bytes.size()]);
  std::ranges::copy(bytes, copy.get());
  const auto before = held.load();
  most = before;
  try {
    const auto file = CheckpointFile::read({copy.get(), bytes.size()}, copy, "x.bin");
    opened.honest = file.tensors().size() == 1 && file.tensors()[0].name == "a" &&
                    file.tensors()[0].shape == std::vector<std::int64_t>{4} &&
                    file.tensors()[0].bytes == four_floats;
  } catch (const Error& error) {
    opened.message = error.what();
  }
  opened.memory = most - before;
  return opened;
}

struct Row {
  std::string message;
  std::string bytes;
};

void check_refused(const Row& row, const std::string& bytes) {
  const auto opened = open(bytes);
  CHECK_THAT(opened.message, Contains(row.message));
  CHECK_THAT(opened.message, Catch::StartsWith("x.bin: "));
  CHECK(opened.memory <= 2 * bytes.size() + 64 * kib);
}

/// In both containers.
void check_pickles_refused(const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    INFO(row.message);
    check_refused(row, zip_of(row.bytes));
    const bool stores = row.bytes.find("Storage") != std::string::npos;
    check_refused(row, stores ? legacy({.object = row.bytes})
                              : legacy({.object = row.bytes, .keys = pickle("]"), .storages = ""}));
  }
}

std::string times(int count, const std::string& piece) {
  std::string all;
  for (int i = 0; i < count; ++i) all += piece;
  return all;
}

const std::string nul(1, '\0');
const std::string big = whole(std::int64_t{1} << 62);

TEST_CASE("hostile: the files that the others are variations of are read", "[store]") {
  CHECK(open(zip_of(state(four))).honest);
  CHECK(open(zip(zip_parts(state(four)), {.zip64 = false})).honest);
  for (const char* const version : {"1", "10\n"}) {
    auto parts = zip_parts(state(four));
    parts[3].bytes = version;
    CHECK(open(zip(parts)).honest);
    parts[3].name = "a/.data/version";
    CHECK(open(zip(parts)).honest);
    parts.pop_back();
    CHECK(open(zip(parts)).honest);
  }
  CHECK(open(legacy()).honest);
}

TEST_CASE("hostile: a pickle can name and call nothing but the parts of a state dict", "[store]") {
  check_pickles_refused({
      {"names os.system, which no dictionary of tensors needs",
       state(global("os", "system") + tuple(text("id")) + "R")},
      {"names posix.system", state(global("posix", "system") + tuple(text("id")) + "R")},
      {"names builtins.eval", state(global("builtins", "eval") + tuple(text("1")) + "R")},
      {"names torch.load", state(global("torch", "load"))},
      {"names collections.OrderedDict.__init__", state(global("collections", "OrderedDict.__init__"))},
      {"names ?[2J.x", state(global("\x1b[2J", "x"))},
      {"sets the state of what is no OrderedDict", pickle("}}b")},
      {"sets the state of what is no OrderedDict", state(four + "}b")},
      {"sets the state of what is no OrderedDict", pickle(hooks + "Nb")},
      {"calls what is no function", state(four + ")R")},
      {"calls FloatStorage, which is no function", state(global("torch", "FloatStorage") + ")R")},
      {"calls Parameter, which is no function",
       state(global("torch.nn.parameter", "Parameter") + tuple(four) + "R")},
      {"calls a function without a tuple of arguments", state(global("collections", "OrderedDict") + "]R")},
      {"makes an object that is no Parameter", state(global("collections", "OrderedDict") + ")\x81")},
      {"makes an object that is no Parameter", state("N)\x81")},
      {"makes a Parameter without a tuple", state(global("torch.nn.parameter", "Parameter") + "]\x81")},
      {"makes a Parameter of no tensor", state(global("torch.nn.parameter", "Parameter") + ")\x81")},
      {"makes a Parameter of no tensor",
       state(global("torch._utils", "_rebuild_parameter") + tuple("N") + "R")},
      {"makes a torch.Size of no tuple", state(global("torch", "Size") + tuple("N") + "R")},
      {"makes an OrderedDict in a form that is not known",
       pickle(global("collections", "OrderedDict") + tuple("N") + "R")},
      {"makes an OrderedDict of what are no pairs",
       pickle(global("collections", "OrderedDict") + tuple("](Ne") + "R")},
      {"makes a tensor in a form that is not known",
       state(global("torch._utils", "_rebuild_tensor_v2") + ")R")},
      {"makes a tensor in a form that is not known", state(tensor("N", whole(4), whole(1)))},
      {"that is conjugated or negated",
       state(tensor(storage(), whole(4), whole(1), 0, "\x89" + hooks + "}" + text("conj") + "\x88s"))},
  });
}

TEST_CASE("hostile: a pickle keeps to the rules of its machine", "[store]") {
  check_pickles_refused({
      {"takes a value from an empty stack", pickle("a")},
      {"takes a value from an empty stack", pickle("](a")},
      {"takes a value from an empty stack", pickle("")},
      {"takes a value from an empty stack", pickle("q" + nul)},
      {"looks for a mark that was not set", pickle("t")},
      {"asks for entry 5 of its memo, which was not set", pickle("h\x05")},
      {"asks for entry 4294967295 of its memo", pickle("j\xff\xff\xff\xff")},
      {"appends to what is no list", pickle("}Na")},
      {"appends to what is no list", pickle("}(Ne")},
      {"sets an item of what is no dictionary", pickle("]NNs")},
      {"sets an item of what is no dictionary", pickle("](NNu")},
      {"sets a key without a value", pickle("}(Nu")},
      {"a number of 9 bytes", pickle("\x8a\x09" + std::string(9, 'x'))},
      {"has protocol 4; that of torch.save is 2", "\x80\x04N."},
      {"ends with values left over", pickle("NN")},
      {"ends with values left over", pickle("(N") + "t."},
      {"puts a container into itself", pickle("]q" + nul + "h" + nul + "a")},
      {"puts a container into itself", pickle(hooks + "q" + nul + text("a") + "h" + nul + "s")},
      {"holds no state dict but another object", pickle("]q" + nul + "]q\x01h" + nul + "aa")},
      {"nests containers more than 32 deep", pickle("N" + times(40, "\x85"))},
      {"has more than 64 open marks", pickle(times(65, "("))},
      {"bytes are wanted at byte", pickle("X\xff\xff\xff\xff"
                                          "abc")},
      {"bytes are wanted at byte", pickle("U\xff"
                                          "abc")},
  });
  check_refused({"a line that begins at byte 3 has no end", ""}, zip_of("\x80\x02"
                                                                        "cos"));
  check_refused({"is cut short: 4 bytes are wanted", ""}, zip_of("\x80\x02J\x01"));
  check_refused({"is cut short: 1 bytes are wanted", ""}, zip_of("\x80\x02N"));
  check_refused({"3 bytes stand behind the end of its data.pkl", ""}, zip_of(state(four) + "abc"));
}

TEST_CASE("hostile: every opcode that a state dict does not need is refused", "[store]") {
  // POP, POP_MARK, DUP, FLOAT, INT, LONG, PERSID, STRING, UNICODE, BINSTRING, BINBYTES, SHORT_BINBYTES, DICT,
  // LIST, INST, OBJ, GET, PUT, EXT1..4, LONG4, and all of protocols 4 and 5.
  std::string refused = "012FILPSVTBCdliogp";
  for (const int code : {0x82, 0x83, 0x84, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95,
                         0x96, 0x97, 0x98, 0xff, 0x00})
    refused += static_cast<char>(code);
  for (const char code : refused) {
    const auto message = fmt::format("holds the opcode {:#04x} at byte", static_cast<unsigned char>(code));
    check_pickles_refused({{message, pickle(text("os") + text("system") + code)}});
  }
}

TEST_CASE("hostile: a tensor is part of its storage, and a storage part of the file", "[store]") {
  const auto of = [](Storage changed) { return state(tensor(storage(changed), whole(4), whole(1))); };
  const auto shaped = [](const std::string& shape, const std::string& strides, std::int64_t offset = 0) {
    return state(tensor(storage(), shape, strides, offset));
  };
  check_pickles_refused({
      {"storage 0 has 4611686018427387904 elements of type F32, more than the file has bytes",
       of({.elements = std::int64_t{1} << 62})},
      {"storage 0 has -1 elements", of({.elements = -1})},
      {"the storage key '../x' is not made of digits", of({.key = "../x"})},
      {"the storage key '' is not made of digits", of({.key = ""})},
      {"is not made of digits", of({.key = std::string(41, '1')})},
      {"refers to something by what is no tuple", state(text("0") + "Q")},
      {"refers to something by what is no tuple", state(")Q")},
      {"holds a whole model, code included", of({.kind = text("module")})},
      {"refers to something that is no storage", of({.kind = text("file")})},
      {"describes a storage in a form that is not known", of({.type = global("torch", "Size")})},
      {"describes a storage in a form that is not known", of({.type = "N"})},
      {"describes a storage in a form that is not known", of({.rest = "NN"})},
      {"a storage is a view of another one", of({.rest = tuple(text("0") + whole(0) + whole(4))})},
      {"storage 0 is described in two ways",
       state(four + text("b") + tensor(storage({.elements = 3}), whole(3), whole(1)))},
      {"size or stride is no number from 0", shaped(whole(-4), whole(1))},
      {"size or stride is no number from 0", shaped(whole(4), whole(-1), 3)},
      {"size or stride is no number from 0", shaped("N", whole(1))},
      {"has 1 sizes and 2 strides", shaped(whole(4), whole(1) + whole(1))},
      {"a tensor has 9 dimensions (at most 8)", shaped(times(9, "K\x01"), times(9, "K\x01"))},
      {"more elements than any file could hold", shaped(big + big, whole(0) + whole(0))},
      {"reaches outside its storage 0 of 4 elements", shaped(whole(4), whole(1), 1)},
      {"reaches outside its storage 0", shaped(whole(4), whole(1), -1)},
      {"reaches outside its storage 0", shaped(whole(5), whole(1))},
      {"reaches outside its storage 0", shaped(whole(2), whole(4))},
      {"reaches outside its storage 0", shaped(whole(3) + whole(3), big + big)},
      {"reaches outside its storage 0", shaped(whole(2) + whole(2), big + big, std::int64_t{1} << 62)},
      {"reaches outside its storage 0", shaped(whole(0), whole(1), 5)},
      {"reaches outside its storage 0", shaped("", "", 4)},
      {"have more bytes than the whole file", shaped(whole(1000) + whole(4), whole(0) + whole(1))},
  });
}

TEST_CASE("hostile: a state dict maps names to tensors", "[store]") {
  check_pickles_refused({
      {"holds no state dict but another object", pickle("N")},
      {"holds no state dict but another object", pickle(four)},
      {"a key of its state dict is no text", pickle(dict(whole(1) + four))},
      {"'a' in its state dict is no tensor", state(whole(3))},
      {"'a' in its state dict is no tensor", state(dict(text("b") + four))},
      {"has two tensors named 'a'", pickle(dict(times(2, text("a") + four)))},
      {"a tensor's name has 1025 bytes", pickle(dict(text(std::string(1025, 'a')) + four))},
      {"is empty or not fit to print", pickle(dict(text("") + four))},
      {"is empty or not fit to print", pickle(dict(text("a\n") + four))},
      {"is empty or not fit to print", pickle(dict(text("a" + nul) + four))},
      {"is empty or not fit to print", pickle(dict(text("\xff") + four))},
  });
}

TEST_CASE("hostile: a zip file is what its directory says", "[store]") {
  const auto changed = [](std::size_t which, auto change) {
    auto parts = zip_parts(state(four));
    change(parts[which]);
    return zip(parts);
  };
  const auto with = [](const ZipPart& more) {
    auto parts = zip_parts(state(four));
    parts.push_back(more);
    return zip(parts);
  };
  const auto tail = [](const ZipTail& lie) { return zip(zip_parts(state(four)), lie); };
  const auto wide = [](std::uint64_t size) { return number(1, 2) + number(8, 2) + number(size, 8); };
  const auto honest = zip_of(state(four));
  const std::vector<Row> rows{
      {"is a zip file without data.pkl", zip({{"a/version", "3"}})},
      {"is a zip file without data.pkl", zip({{"data.pkl", "3"}})},
      {"has 2 entries data.pkl", with({"b/data.pkl", state(four)})},
      {"is a TorchScript program, which is code", with({"a/constants.pkl", ""})},
      {"is a TorchScript program, which is code", with({"a/code/x.py", ""})},
      {"was written on a big-endian machine", changed(1, [](ZipPart& part) { part.bytes = "big"; })},
      {"its version is '11?', and 1 to 10 are known", changed(3, [](ZipPart& part) { part.bytes = "11\n"; })},
      {"its version is '0'", changed(3, [](ZipPart& part) { part.bytes = "0"; })},
      {"its version is '3.1'", changed(3, [](ZipPart& part) { part.bytes = "3.1"; })},
      {"its version is ''", changed(3, [](ZipPart& part) { part.bytes = ""; })},
      {"its version is 'x?'",
       changed(3, [](ZipPart& part) { part.name = "a/.data/version", part.bytes = "x\n"; })},
      {"has no entry data/0 for one of its storages",
       changed(2, [](ZipPart& part) { part.name = "a/data/1"; })},
      {"its entry data/0 has 12 bytes, its pickle says 16",
       changed(2, [](ZipPart& part) { part.bytes.resize(12); })},
      {"its entry data/0 has 20 bytes, its pickle says 16",
       changed(2, [](ZipPart& part) { part.bytes.resize(20); })},
      {"checksum of its entry 'a/data/0' is wrong", changed(2, [](ZipPart& part) { part.crc = 7; })},
      {"checksum of its entry 'a/data/0' is wrong", changed(2, [](ZipPart& part) { part.crc = 0; })},
      {"checksum of its entry 'a/data.pkl' is wrong", changed(0, [](ZipPart& part) { part.crc = 7; })},
      {"zip entry 'a/data.pkl' is compressed", changed(0, [](ZipPart& part) { part.method = 8; })},
      {"zip entry 'a/data/0' is compressed", changed(2, [](ZipPart& part) { part.packed = 15; })},
      {"zip entry 'a/data.pkl' is encrypted", changed(0, [](ZipPart& part) { part.flags = 1; })},
      {"is one of several parts of a zip file", changed(0, [](ZipPart& part) { part.disk = 1; })},
      {"and its entry 'a/data/0' disagree", changed(2, [](ZipPart& part) { part.local_name = "../../x0"; })},
      {"and its entry 'a/data/0' disagree", changed(2, [](ZipPart& part) { part.header = 1; })},
      {"zip entry 'a/data/0' begins outside the file",
       changed(2, [](ZipPart& part) { part.header = 0xFFFFFFFE; })},
      {"zip entry 'a/data/0': is cut short",
       changed(2, [](ZipPart& part) { part.size = part.packed = 10'000; })},
      {"zip entry 'a/data/0': is cut short", changed(2,
                                                     [&](ZipPart& part) {
                                                       part.size = 0xFFFFFFFF, part.packed = 0xFFFFFFFF,
                                                       part.extra = number(1, 2) + number(16, 2) +
                                                                    times(2, number(~0ULL >> 1, 8));
                                                     })},
      {"a zip64 field of its zip directory: is cut short",
       changed(2, [&](ZipPart& part) { part.size = part.packed = 0xFFFFFFFF, part.extra = wide(16); })},
      {"an extra field of its zip directory: is cut short",
       changed(2, [](ZipPart& part) { part.extra = number(7, 2) + number(9, 2); })},
      {"its zip entries 'a/data.pkl' and 'a/byteorder' overlap",
       changed(0, [](ZipPart& part) { part.size = static_cast<std::int64_t>(part.bytes.size()) + 1; })},
      {"its zip entries 'a/version' and 'a/version' overlap",
       with({.name = "a/version",
             .bytes = "",
             .header = static_cast<std::int64_t>(honest.rfind("PK\x03\x04"))})},
      {"has two zip entries named 'a/data/0'", with({"a/data/0", four_floats})},
      {"cannot hold 60000 entries", tail({.entries = 60'000})},
      {"its zip directory: is cut short",
       tail({.entries = 5, .between = "PK\x01\x02" + std::string(10, 'x')})},
      {"its zip directory is damaged", tail({.entries = 5, .between = std::string(46, 'x')})},
      {"4 bytes of its zip directory belong to no entry", tail({.between = "abcd"})},
      {"is one of several parts of a zip file", tail({.disk = 1})},
      {"is one of several parts of a zip file", tail({.disk = 1, .zip64 = false})},
      {"is not where its end record says", tail({.begin = 1, .zip64 = false})},
      {"is not where its end record says", tail({.bytes = 100'000, .zip64 = false})},
      {"does not end where its zip64 record begins", tail({.begin = 1})},
      {"does not end where its zip64 record begins", tail({.bytes = 0x7FFFFFFF})},
      {"does not end with a directory", honest.substr(0, honest.size() - 1)},
      {"1 bytes stand behind its directory", honest + "x"},
      {"4 bytes stand behind its directory", honest + "junk"},
      {"4 bytes stand behind its directory", zip(zip_parts(state(four)), {.zip64 = false}) + "junk"},
      {"does not end with a directory", honest.substr(0, honest.size() - 22) + std::string(30, 'x')},
      {"does not end with a directory", "PK\x03\x04"},
      {"has a comment that is not there", honest.substr(0, honest.size() - 2) + "\x01" + nul},
      {"the zip64 record of its directory lies outside",
       [&] {
         auto file = honest;
         file.replace(file.size() - 34, 8, number(~0ULL, 8));
         return file;
       }()},
      {"the zip64 record of its directory is damaged",
       [&] {
         auto file = honest;
         file.replace(file.size() - 98 + 4, 1, "\x2d");
         return file;
       }()},
      {"the two records of its zip directory disagree",
       [&] {
         auto file = honest;
         file.replace(file.size() - 12, 2, "\x09" + nul);
         file.replace(file.size() - 14, 2, "\x09" + nul);
         return file;
       }()},
  };
  for (const auto& row : rows) {
    INFO(row.message);
    check_refused(row, row.bytes);
  }
}

TEST_CASE("hostile: a legacy file's pickles and storages agree", "[store]") {
  const std::string zero = "]" + text("0") + "a";
  const std::vector<Row> rows{
      {"its version is not 1001", legacy({.version = pickle(whole(1002))})},
      {"its version is not 1001", legacy({.version = pickle(text("1001"))})},
      {"does not say which machine wrote it", legacy({.machine = pickle("N")})},
      {"was written on a big-endian machine", legacy({.machine = pickle("}")})},
      {"was written on a big-endian machine",
       legacy({.machine = pickle("}" + text("little_endian") + "\x89s")})},
      {"has no list of its storages", legacy({.keys = pickle("N")})},
      {"the key of a storage is no text", legacy({.keys = pickle("]Na")})},
      {"lists a storage that no tensor is part of", legacy({.keys = pickle(zero + text("1") + "a")})},
      {"lists a storage that no tensor is part of, or one twice",
       legacy({.keys = pickle(zero + text("0") + "a")})},
      {"does not list all storages", legacy({.keys = pickle("]")})},
      {"storage 0 has another number of elements", legacy({.storages = number(5, 8) + four_floats})},
      {"storage 0 has another number of elements", legacy({.storages = number(~0ULL, 8) + four_floats})},
      {"is cut short: 16 bytes are wanted", legacy({.storages = number(4, 8) + four_floats.substr(1)})},
      {"1 bytes behind the last storage belong to no tensor",
       legacy({.storages = number(4, 8) + four_floats + "x"})},
  };
  for (const auto& row : rows) {
    INFO(row.message);
    check_refused(row, row.bytes);
  }
}

TEST_CASE("hostile: a file of another form is named for what it is", "[store]") {
  const auto json = [](const std::string& header) { return number(header.size(), 8) + header; };
  const std::vector<Row> rows{
      {"is a tar file", std::string(257, 'a') + "ustar" + std::string(500, nul[0])},
      {"is a pickle, but no checkpoint that torch.save writes", "\x80\x04N."},
      {"is a pickle, but no checkpoint that torch.save writes",
       "\x80\x02"
       "cos\nsystem\n."},
      {"is cut short: 3 bytes cannot hold a safetensors header", "<\x01" + nul},
      {"is cut short: 5 bytes cannot hold a safetensors header", "\x80\x11" + std::string(3, nul[0])},
      {"is cut short: its header has 4480 bytes, the file 20",
       "\x80\x11" + std::string(6, nul[0]) + "{" + std::string(11, ' ')},
      {"is compressed by gzip", "\x1f\x8b\x08" + std::string(20, 'x')},
      {"is a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\n"},
      {"looks like a web page", "<!doctype html><html></html>"},
      {"a header of 16777217 bytes (at most 16777216)", number((16 << 20) + 1, 8) + "{}"},
      {"a tensor's name has 1025 bytes", json("{\"" + std::string(1025, 'a') + "\":{}}")},
      {"is empty or not fit to print", json(R"({"\u001b[2J":{}})")},
      {"is empty or not fit to print", json(R"({"":{}})")},
      {"has more than 8 dimensions",
       json(R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}})")},
      {"its header is nested too deeply", json(R"({"a":{"dtype":"F32","shape":[[1]]}})")},
      {"its header is not valid JSON (a NUL at byte 2)", json("{}" + std::string(8, nul[0]))},
  };
  for (const auto& row : rows) {
    INFO(row.message);
    check_refused(row, row.bytes);
  }
}

TEST_CASE("hostile: a file that ends anywhere too early is refused", "[store]") {
  const auto header = R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})" + std::string(3, ' ');
  for (const auto& bytes : {zip_of(state(four)), legacy(), number(header.size(), 8) + header + four_floats}) {
    REQUIRE(open(bytes).honest);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      const auto opened = open(bytes.substr(0, length));
      if (opened.message.empty() || opened.memory > 64 * kib) FAIL("length " << length);
    }
  }
}

TEST_CASE("hostile: no changed bit of a zip file with checksums gives other weights", "[store]") {
  auto bytes = zip_of(state(four));
  int refused = 0;
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    const auto flip = static_cast<char>(1 << bit % 8);
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flip);
    const auto opened = open(bytes);
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flip);
    if (opened.message.empty() && !opened.honest) FAIL("bit " << bit);
    refused += opened.message.empty() ? 0 : 1;
  }
  CHECK(refused > 4000);  // the others are dates, names of entries that are not used, and the like
}

TEST_CASE("hostile: a changed bit of a legacy file is refused or changes a value, and no more", "[store]") {
  auto bytes = legacy();
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    const auto flip = static_cast<char>(1 << bit % 8);
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flip);
    const auto opened = open(bytes);
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flip);
    if (opened.memory > 64 * kib) FAIL("bit " << bit);
  }
}

TEST_CASE("hostile: a flood of small things is stopped before it fills the memory", "[store]") {
  const int many = 600'000;
  std::string memo = "N", tensors = "{";
  for (std::uint64_t i = 0; i < 300'000; ++i) memo += "r" + number(i, 4);
  for (int i = 0; i <= 100'000; ++i)
    tensors +=
        fmt::format(R"({}"{}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})", i == 0 ? "" : ",", i);
  const auto name = text(std::string(1024, 'n')) + "q" + nul + four + "q\x01";
  for (const auto& row : std::vector<Row>{
           {"takes more memory to read than the whole file", zip_of(pickle(std::string(many, 'N')))},
           {"takes more memory to read than the whole file", zip_of(pickle(std::string(many, '}')))},
           {"takes more memory to read than the whole file", zip_of(pickle("]" + times(many, "Na")))},
           {"takes more memory to read than the whole file", zip_of(pickle(memo))},
           {"takes more memory to read than the whole file",
            zip_of(pickle(hooks + "(" + name + times(90'000, "h" + nul + "h\x01") + "u"))},
           {"has more than 100000 tensors", number(tensors.size() + 1, 8) + tensors + "}"}}) {
    INFO(row.message);
    const auto opened = open(row.bytes);
    CHECK_THAT(opened.message, Contains(row.message));
    CHECK(opened.memory <= 2 * row.bytes.size() + 16 * mib);
  }
}

}  // namespace hostile_checkpoint_tests
