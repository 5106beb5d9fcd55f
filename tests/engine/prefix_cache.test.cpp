#include <mtl/detail/torch.hpp>

// What is stored below the layers that learn: right, the same whoever asks first, and never of anything else.
#include <support/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include <mtl/engine/prefix_cache.hpp>
#include <mtl/model/bert_backbone.hpp>
#include <support/tiny_bert.hpp>

namespace prefix_cache_tests {

using namespace mtl;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

constexpr EngineOptions plain{Engine::Plain, NumberType::Float32}, fast{Engine::Fast, NumberType::Float32},
    narrow{Engine::Fast, NumberType::Bfloat16};

/// A frozen backbone, texts for three batches of a walk, and a folder of its own.
struct Place {
  fs::path folder = fs::temp_directory_path() / ("mtl-prefix-" + std::to_string(::getpid())) / "prefix";
  Dataset data = tests::tiny_dataset(2 * PrefixCache::batch_size + 5);
  std::shared_ptr<BertBackbone> backbone = std::make_shared<BertBackbone>(tests::prefix_config());
  NumberType type = NumberType::Float32;
  std::vector<std::string> said = {};
  std::vector<int> computed = {};  ///< layers, one entry a walk

  explicit Place(const EngineOptions& engine = fast) {
    clean();
    backbone->set_engine(engine);
    backbone->set_dropout_from(5);
    for (auto& parameter : backbone->parameters()) parameter.set_requires_grad(false);
  }
  ~Place() { clean(); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  void clean() const {
    fs::permissions(folder.parent_path(), fs::perms::owner_all, fs::perm_options::add, ignored());
    fs::remove_all(folder.parent_path());
  }
  static std::error_code& ignored() {
    static std::error_code code;
    return code;
  }

  PrefixCacheOptions options() {
    return {.folder = folder,
            .type = type,
            .say = [this](const std::string& line) { said.push_back(line); },
            .on_progress =
                [this](int layer, std::size_t done, std::size_t all) {
                  if (done == all) computed.push_back(layer);
                }};
  }

  /// The rows of layer `layer` of all documents, by a cache of a process of its own.
  torch::Tensor rows(int layer) { return read_all(PrefixCache(data, options()).at(*backbone, layer)); }

  /// The bytes of that layer's file, which is gone again.
  std::string right_bytes(int layer) {
    rows(layer);
    const auto bytes = read_file(file(layer));
    fs::remove_all(folder);
    return bytes;
  }

  torch::Tensor read_all(const PrefixReader& reader) const {
    REQUIRE(reader);
    std::vector<std::size_t> all(data.examples.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return reader(all).rows.clone();
  }

  /// The same without a cache, document by document.
  torch::Tensor expected(int layer) const {
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> rows;
    for (std::size_t i = 0; i < data.examples.size(); ++i)
      rows.push_back(backbone->forward(make_batch(data, std::vector<std::size_t>{i}), {.highest = layer})
                         .layer.back()
                         .clone());
    return torch::cat(rows);
  }

  std::string file(int layer) const { return (folder / fmt::format("layer-{}.states", layer)).string(); }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    if (fs::exists(folder))
      for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }

  /// Puts other numbers into the file of layer 1, and says that they are the ones: its digest is right. Who
  /// goes on from there has other numbers too.
  void falsify_layer_1() {
    const auto usual = rows(1);
    const PrefixShape shape{.fingerprint = prefix_fingerprint(*backbone, inputs_digest(data, {}), 1),
                            .layer = 1,
                            .hidden = 32,
                            .type = NumberType::Float32,
                            .starts = std::make_shared<std::vector<std::int64_t>>(1, usual.size(0))};
    PrefixWriter writer(file(1), shape);
    writer.add(usual + 1);
    writer.commit();
  }

  /// Bytes of the files in the folder, and of those that were removed but are still mapped: these in whole
  /// pages.
  std::uint64_t bytes_taken() const {
    std::uint64_t all = 0;
    for (const auto& entry : fs::directory_iterator(folder)) all += fs::file_size(entry.path());
    const auto ours = folder.parent_path().filename().string();
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
      if (line.find(ours) != std::string::npos && line.ends_with("(deleted)"))
        all += std::stoull(line.substr(line.find('-') + 1), nullptr, 16) - std::stoull(line, nullptr, 16);
    return all;
  }
};

double distance(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a.to(torch::kDouble) - b.to(torch::kDouble)).norm() / b.to(torch::kDouble).norm()).item<double>();
}

TEST_CASE("stored hidden states are the computed ones, in the type that is asked for", "[engine]") {
  for (const auto& [engine, type, tolerance] : {std::tuple{plain, NumberType::Float32, 1e-6},
                                                {fast, NumberType::Float32, 1e-6},
                                                {narrow, NumberType::Float32, 2e-3},
                                                {narrow, NumberType::Bfloat16, 1e-2}}) {
    INFO(describe(engine) << " stored as " << name_of(type));
    Place place(engine);
    place.type = type;
    for (const int layer : {1, 3}) {
      const auto rows = place.rows(layer);
      CHECK((rows.scalar_type() == torch::kBFloat16) == (type == NumberType::Bfloat16));
      CHECK(distance(rows, place.expected(layer)) < tolerance);
      CHECK(distance(rows, place.expected(layer - 1)) > 0.1);
    }
  }
}

TEST_CASE("a reader gives the documents that it is asked for, in that order", "[engine]") {
  Place place;
  PrefixCache cache(place.data, place.options());
  const auto reader = cache.at(*place.backbone, 2);
  const auto all = place.read_all(reader);
  std::vector<std::int64_t> starts{0};
  for (const auto& example : place.data.examples)
    starts.push_back(starts.back() + static_cast<std::int64_t>(example.ids.size()));
  const std::vector<std::size_t> some{40, 3, 68};
  std::vector<torch::Tensor> expected;
  for (const auto i : some) expected.push_back(all.slice(0, starts[i], starts[i + 1]));
  const auto prefix = reader(some);
  CHECK(prefix.layer == 2);
  const bool same = torch::equal(prefix.rows, torch::cat(expected));
  CHECK(same);
}

TEST_CASE("cold or warm, walked or at once: the file has the same bytes, and there is one at a time",
          "[engine]") {
  for (const auto& [engine, type] : {std::pair{plain, NumberType::Float32},
                                     {fast, NumberType::Float32},
                                     {narrow, NumberType::Float32},
                                     {narrow, NumberType::Bfloat16}}) {
    INFO(describe(engine) << " stored as " << name_of(type));
    Place place(engine);
    place.type = type;
    const auto at_once = place.rows(3);
    const auto bytes = read_file(place.file(3));
    CHECK(place.computed == std::vector<int>{3});
    const auto warm = place.rows(3);
    CHECK(place.computed == std::vector<int>{3});
    fs::remove_all(place.folder);
    PrefixCache cache(place.data, place.options());
    for (const int layer : {1, 2, 3}) {
      cache.at(*place.backbone, layer);
      CHECK(place.files() == std::vector<std::string>{fmt::format("layer-{}.states", layer)});
      CHECK(fs::file_size(place.file(layer)) == cache.bytes_of_layer(*place.backbone));
    }
    CHECK(place.computed == std::vector<int>{3, 1, 2, 3});
    CHECK(read_file(place.file(3)) == bytes);
    const bool same = torch::equal(warm, at_once);
    CHECK(same);
    cache.at(*place.backbone, 3);
    CHECK(place.computed.size() == 4);
    cache.clear();
    CHECK_FALSE(fs::exists(place.folder));
    CHECK(place.said.empty());
  }
}

TEST_CASE("a walk goes on from the file below, not from the tokens", "[engine]") {
  Place place;
  place.falsify_layer_1();
  const auto above = place.rows(2);
  CHECK(place.computed == std::vector<int>{1, 2});
  CHECK(distance(above, place.expected(2)) > 1e-3);
}

TEST_CASE("a file that was cut, changed or is another's is said and computed again, to the same bytes",
          "[engine]") {
  Place place;
  place.rows(2);
  const auto right = read_file(place.file(2));
  const auto change = [&](std::size_t at) {
    auto wrong = right;
    wrong[at] = static_cast<char>(wrong[at] ^ 1);
    return wrong;
  };
  const std::vector<std::string> wrongs{"",
                                        right.substr(0, 100),
                                        right.substr(0, right.size() - 1),
                                        right.substr(0, right.size() / 2),
                                        right + "\n",
                                        change(30),
                                        change(5000),
                                        change(right.size() / 2),
                                        change(right.size() - 1)};
  for (const auto& wrong : wrongs) {
    write_file_atomically(place.file(2), wrong);
    place.computed.clear();
    place.said.clear();
    place.rows(2);
    CHECK(place.computed == std::vector<int>{2});
    CHECK(read_file(place.file(2)) == right);
    REQUIRE(place.said.size() == 1);
    CHECK_THAT(place.said[0], Contains("layer-2.states: is harmed") && Contains("computed again"));
    place.rows(2);
    CHECK(place.said.size() == 1);
  }
  // Harm below is not carried upward.
  place.rows(3);
  const auto above = read_file(place.file(3));
  fs::remove(place.file(3));
  write_file_atomically(place.file(2), change(5000));
  place.said.clear();
  place.rows(3);
  CHECK(read_file(place.file(3)) == above);
  REQUIRE(place.said.size() == 1);
  CHECK_THAT(place.said[0], Contains("layer-2.states: is harmed") && Contains("it is removed"));
  // Nor is a file of another layer under this one's name.
  write_file_atomically(place.file(2), above);
  place.said.clear();
  place.rows(2);
  CHECK(read_file(place.file(2)) == right);
  REQUIRE(place.said.size() == 1);
  CHECK_THAT(place.said[0], Contains("layer-2.states: is of another run") && Contains("computed again"));
}

TEST_CASE("what others are still to write has its room on the disk first", "[engine]") {
  Place place;
  std::uint64_t reserved = 0;
  auto options = place.options();
  options.reserve = [&] { return reserved; };
  CHECK(PrefixCache(place.data, options).at(*place.backbone, 1));
  reserved = fs::space(place.folder).available / 2;
  CHECK(PrefixCache(place.data, options).at(*place.backbone, 2));
  CHECK(place.said.empty());
  // The file that is there already has to make way too.
  reserved = std::uint64_t{1} << 62;
  for (const int layer : {2, 3}) {
    INFO(layer);
    place.said.clear();
    PrefixCache cache(place.data, options);
    for (int cell = 0; cell < 2; ++cell) CHECK_FALSE(cache.at(*place.backbone, layer));
    REQUIRE(place.said.size() == 1);
    CHECK_THAT(place.said[0], Contains("no room for") &&
                                  Contains("beside 4611686018427387904 that are left") &&
                                  Contains("computed anew at every step"));
    CHECK(place.files().empty());
    place.rows(2);
  }
}

TEST_CASE("a file that cannot be read as it was written ends the cache, not the work", "[engine]") {
  Place place;
  int walks = 0;
  auto options = place.options();
  options.on_progress = [&](int, std::size_t done, std::size_t all) {
    if (done < all) return;
    ++walks;
    for (const auto& entry : fs::directory_iterator(place.folder)) {
      std::fstream unfinished(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      unfinished.seekp(5000);
      unfinished << "other bytes";
    }
  };
  PrefixCache cache(place.data, options);
  for (int cell = 0; cell < 2; ++cell) CHECK_FALSE(cache.at(*place.backbone, 2));
  CHECK(walks == 1);
  REQUIRE(place.said.size() == 1);
  CHECK_THAT(place.said[0], Contains("is harmed") && Contains("computed anew at every step"));
  CHECK(place.files().empty());
}

TEST_CASE("whatever determines the hidden states is in the fingerprint, and nothing else", "[engine]") {
  Place place;
  const auto print = [&](int layer = 2) {
    return prefix_fingerprint(*place.backbone, inputs_digest(place.data, {}), layer);
  };
  const auto usual = print();
  for (const std::string name :
       {"embeddings.word_embeddings.weight", "embeddings.LayerNorm.bias",
        "encoder.layer.0.attention.self.key.weight", "encoder.layer.1.output.LayerNorm.weight"}) {
    INFO(name);
    auto first = place.backbone->named_parameters()[name].view({-1})[0];
    const auto value = first.item<float>();
    first.fill_(value + 1);
    CHECK(print() != usual);
    first.fill_(value);
    CHECK(print() == usual);
  }
  place.backbone->named_parameters()["encoder.layer.2.output.dense.bias"].fill_(1);
  CHECK(print() == usual);
  CHECK(print(3) != usual);
  place.data.examples[5].targets["main"][0] ^= 1;
  CHECK(print() == usual);
  place.data.examples[5].ids[1] ^= 1;
  CHECK(print() != usual);
  place.data.examples[5].ids[1] ^= 1;
  CHECK(print() == usual);
  std::swap(place.data.examples[5], place.data.examples[6]);
  CHECK(print() != usual);
  std::swap(place.data.examples[5], place.data.examples[6]);
  const auto threads = at::get_num_threads();
  at::set_num_threads(threads == 1 ? 2 : 1);
  CHECK(print() != usual);
  at::set_num_threads(threads);
  for (const auto& engine : {plain, narrow}) {
    place.backbone->set_engine(engine);
    CHECK(print() != usual);
  }
  place.backbone->set_engine(fast);
  const std::string usual_kernels(active_kernels());
  use_kernels("portable");
  CHECK((print() == usual) == (usual_kernels == "portable"));
  use_kernels(usual_kernels);
  for (const std::string name :
       {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "ONEDNN_CPU_ISA_HINTS", "DNNL_CPU_ISA_HINTS",
        "ONEDNN_DEFAULT_FPMATH_MODE", "DNNL_DEFAULT_FPMATH_MODE", "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS"}) {
    INFO(name);
    const char* const found = std::getenv(name.c_str());
    const bool was_set = found != nullptr;
    const std::string before = was_set ? found : "";
    ::setenv(name.c_str(), "another", 1);
    CHECK(print() != usual);
    if (was_set)
      ::setenv(name.c_str(), before.c_str(), 1);
    else
      ::unsetenv(name.c_str());
    CHECK(print() == usual);
  }
}

TEST_CASE("the same weights under another configuration have another fingerprint", "[engine]") {
  const auto ids = inputs_digest(tests::tiny_dataset(3), {});
  const auto made = [](const std::function<void(BertConfig&)>& change) {
    auto config = tests::prefix_config();
    change(config);
    auto backbone = std::make_shared<BertBackbone>(config);
    backbone->set_engine(plain);  // the fast one does not have heads of every size
    return backbone;
  };
  const auto usual = made([](BertConfig&) {});
  std::set<std::string> prints{prefix_fingerprint(*usual, ids, 2)};
  CHECK(prints.contains(prefix_fingerprint(*made([](BertConfig&) {}), ids, 2)));
  for (const auto& [name, change] : std::vector<std::pair<std::string, std::function<void(BertConfig&)>>>{
           {"heads", [](BertConfig& config) { config.heads = 4; }},
           {"epsilon", [](BertConfig& config) { config.layer_norm_eps = 1e-5; }},
           {"epsilon, a little", [](BertConfig& config) { config.layer_norm_eps = 1.0000001e-12; }},
           {"activation", [](BertConfig& config) { config.activation = Activation::Relu; }},
           {"its approximation", [](BertConfig& config) { config.activation = Activation::GeluTanh; }},
           {"positions", [](BertConfig& config) { config.positions = Positions::BehindPadding; }},
           {"padding", [](BertConfig& config) { config.pad_id = 1; }}}) {
    INFO(name);
    const auto other = made(change);
    const auto weights = other->named_parameters();
    for (const auto& item : usual->named_parameters()) {
      const bool same = torch::equal(item.value(), weights[item.key()]);
      CHECK(same);
    }
    CHECK(prints.insert(prefix_fingerprint(*other, ids, 2)).second);
  }
}

TEST_CASE("processors of one name and of several generations are told apart", "[engine]") {
  const Place place;
  fs::create_directories(place.folder);
  const auto path = (place.folder / "cpuinfo").string();
  const auto read = [&](const std::string& text) {
    write_file_atomically(path, text);
    return mtl::processor_facts(path);
  };
  const std::string second = "processor\t: 1\nmodel name\t: AMD EPYC\nflags\t\t: fpu mmx\n\n";
  const auto first = [](int family, int model, int stepping, const std::string& flags, int megahertz) {
    return fmt::format(
        "processor\t: 0\ncpu family\t: {}\nmodel\t\t: {}\nmodel name\t: AMD EPYC\nstepping\t: {}\n"
        "cpu MHz\t\t: {}\nflags\t\t: {}\n\n",
        family, model, stepping, megahertz, flags);
  };
  const auto usual = read(first(25, 17, 1, "fpu avx512f", 3700) + second);
  CHECK(read(first(26, 17, 1, "fpu avx512f", 3700) + second) != usual);
  CHECK(read(first(25, 2, 1, "fpu avx512f", 3700) + second) != usual);
  CHECK(read(first(25, 17, 2, "fpu avx512f", 3700) + second) != usual);
  CHECK(read(first(25, 17, 1, "fpu", 3700) + second) != usual);
  CHECK(read(first(25, 17, 1, "fpu avx512f", 2400)) == usual);  // of the first processor, what does not vary
  CHECK(mtl::processor_facts((place.folder / "none").string()).empty());
}

TEST_CASE("a file of the other type is not read", "[engine]") {
  Place place;
  const auto wide = place.rows(2);
  place.type = NumberType::Bfloat16;
  const auto rounded = place.rows(2);
  CHECK(place.computed == std::vector<int>{2, 2});
  CHECK(rounded.scalar_type() == torch::kBFloat16);
  CHECK(distance(rounded, wide) < 1e-2);
}

TEST_CASE("changed weights or tokens never meet the old file", "[engine]") {
  Place place;
  const auto before = place.rows(2);
  place.data.examples[0].ids[1] = place.data.examples[0].ids[1] == 9 ? 10 : 9;
  const auto other = place.rows(2);
  CHECK(distance(other, place.expected(2)) < 1e-6);
  CHECK(distance(before, place.expected(2)) > 1e-4);
  {
    const torch::NoGradGuard no_grad;
    place.backbone->named_parameters()["encoder.layer.0.output.dense.bias"][0].add_(0.5);
  }
  CHECK(distance(place.rows(2), place.expected(2)) < 1e-6);
  CHECK(distance(other, place.expected(2)) > 1e-4);
  // In one process too, where the old file is still open.
  PrefixCache cache(place.data, place.options());
  cache.at(*place.backbone, 2);
  {
    const torch::NoGradGuard no_grad;
    place.backbone->named_parameters()["encoder.layer.1.output.dense.bias"][0].add_(0.5);
  }
  CHECK(distance(place.read_all(cache.at(*place.backbone, 2)), place.expected(2)) < 1e-6);
}

TEST_CASE("the bound on the disk holds at every moment, or there is no cache and one notice", "[engine]") {
  Place place;
  const auto one = PrefixCache(place.data, place.options()).bytes_of_layer(*place.backbone);
  const auto right = place.right_bytes(3);
  auto options = place.options();
  std::uint64_t most = 0;
  options.on_progress = [&](int, std::size_t, std::size_t) {
    std::uint64_t all = 0;
    for (const auto& entry : fs::directory_iterator(place.folder)) all += fs::file_size(entry.path());
    most = std::max(most, all);
  };
  options.limit = one;
  PrefixCache tight(place.data, options);
  for (const int layer : {1, 2, 3}) CHECK(tight.at(*place.backbone, layer));
  CHECK(read_file(place.file(3)) == right);
  CHECK(most <= one);
  CHECK(place.said.empty());
  options.limit = one - 1;
  PrefixCache none(place.data, options);
  for (const int layer : {1, 2, 3}) CHECK_FALSE(none.at(*place.backbone, layer));
  REQUIRE(place.said.size() == 1);
  CHECK_THAT(place.said[0], Contains("no room for") && Contains("computed anew at every step"));
  CHECK(place.files().empty());
}

TEST_CASE("a removed file counts against the bound as long as somebody reads it", "[engine]") {
  Place place;
  const auto one = PrefixCache(place.data, place.options()).bytes_of_layer(*place.backbone);
  const auto right = place.right_bytes(3);
  auto options = place.options();
  std::uint64_t most = 0;
  options.on_progress = [&](int, std::size_t, std::size_t) { most = std::max(most, place.bytes_taken()); };
  options.limit = 2 * one + 4096;  // two files, and what bytes_taken() adds to reach a whole page
  REQUIRE(2 * one + 4096 < 3 * one - PrefixShape::trailer_bytes);
  PrefixCache cache(place.data, options);
  auto slow = cache.at(*place.backbone, 1);
  const auto slow_rows = place.read_all(slow);
  CHECK(cache.at(*place.backbone, 2));
  // Beside the slow reader's there is room for one: the file of layer 2 goes first.
  CHECK(cache.at(*place.backbone, 3));
  CHECK(read_file(place.file(3)) == right);
  CHECK(most <= *options.limit);
  CHECK(place.said.empty());

  // Beside two there is none, until one of them is done.
  auto other = cache.at(*place.backbone, 3);
  for (int cell = 0; cell < 2; ++cell) CHECK_FALSE(cache.at(*place.backbone, 4));
  REQUIRE(place.said.size() == 1);
  CHECK_THAT(place.said[0], Contains("still read") && Contains("until they are done"));
  const bool same = torch::equal(place.read_all(slow), slow_rows);
  CHECK(same);
  CHECK(distance(place.read_all(other), place.expected(3)) < 1e-6);
  slow = nullptr;
  const auto late = cache.at(*place.backbone, 4);
  CHECK(distance(place.read_all(late), place.expected(4)) < 1e-5);
  CHECK(most <= *options.limit);
  CHECK(place.said.size() == 1);
}

TEST_CASE("a cache goes on from the file that others still read, which takes its room once", "[engine]") {
  Place place;
  place.falsify_layer_1();
  auto options = place.options();
  options.limit = 2 * PrefixCache(place.data, place.options()).bytes_of_layer(*place.backbone);
  PrefixCache cache(place.data, options);
  const auto slow = cache.at(*place.backbone, 1);
  const auto above = place.read_all(cache.at(*place.backbone, 2));
  CHECK(distance(above, place.expected(2)) > 1e-3);  // a walk from the tokens gives these
  CHECK(place.files() == std::vector<std::string>{"layer-2.states"});
  CHECK(place.said.empty());
}

TEST_CASE("a disk that fills up or a folder that cannot be made ends the cache, not the work", "[engine]") {
  Place place;
  place.rows(1);  // has no reader any more, and must not stay on the full disk
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit usual{};
  ::getrlimit(RLIMIT_FSIZE, &usual);
  const rlimit small{20'000, usual.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  PrefixCache cache(place.data, place.options());
  const bool first = static_cast<bool>(cache.at(*place.backbone, 2));
  const bool second = static_cast<bool>(cache.at(*place.backbone, 3));
  ::setrlimit(RLIMIT_FSIZE, &usual);
  ::signal(SIGXFSZ, SIG_DFL);
  CHECK_FALSE(first);
  CHECK_FALSE(second);
  REQUIRE(place.said.size() == 1);
  CHECK_THAT(place.said[0], Contains("File too large"));
  CHECK(place.files().empty());

  fs::remove_all(place.folder);
  write_file_atomically(place.folder.string(), "a file in its place");
  PrefixCache homeless(place.data, place.options());
  CHECK_FALSE(homeless.at(*place.backbone, 2));
  CHECK(place.said.size() == 2);
}

TEST_CASE("a walk that is stopped leaves what was there, and what a killed one left is removed", "[engine]") {
  Place place;
  place.rows(1);
  auto options = place.options();
  options.on_progress = [](int, std::size_t done, std::size_t all) {
    if (2 * done > all) throw std::runtime_error("stop");
  };
  CHECK_THROWS_WITH(PrefixCache(place.data, options).at(*place.backbone, 2), "stop");
  CHECK(place.files() == std::vector<std::string>{"layer-1.states"});
  write_file_atomically((place.folder / "layer-2.states.Ab12cd").string(), "half");
  write_file_atomically((place.folder / "notes.txt").string(), "of the user's");
  place.rows(2);
  CHECK(place.files() == std::vector<std::string>{"layer-2.states", "notes.txt"});
}

TEST_CASE("what is not fixed cannot be kept", "[engine]") {
  Place place;
  PrefixCache cache(place.data, place.options());
  CHECK_THROWS_WITH(cache.at(*place.backbone, 0), Contains("those that are fixed end at layer 4"));
  place.backbone->set_dropout_from(2);
  CHECK_THROWS_WITH(cache.at(*place.backbone, 2), Contains("those that are fixed end at layer 1"));
  place.backbone->set_dropout_from(5);
  place.backbone->named_parameters()["encoder.layer.1.output.dense.weight"].set_requires_grad(true);
  CHECK_THROWS_WITH(cache.at(*place.backbone, 2), Contains("those that are fixed end at layer 1"));
}

}  // namespace prefix_cache_tests
