#include <mtl/detail/torch.hpp>

// What is stored below the layers that learn: right, the same whoever asks first, and never of anything else.
#include <support/catch.hpp>

#include <csignal>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
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
  const auto usual = place.rows(1);
  // A file of other numbers that says it is the one: its digest is right.
  PrefixShape shape{.fingerprint = prefix_fingerprint(*place.backbone, inputs_digest(place.data, {}), 1),
                    .layer = 1,
                    .hidden = 32,
                    .type = NumberType::Float32,
                    .starts = std::make_shared<std::vector<std::int64_t>>(1, usual.size(0))};
  PrefixWriter writer(place.file(1), shape);
  writer.add(usual + 1);
  writer.commit();
  const auto above = place.rows(2);
  CHECK(place.computed == std::vector<int>{1, 2});
  CHECK(distance(above, place.expected(2)) > 1e-3);
}

TEST_CASE("a file that was cut, changed or is another's is computed again, to the same bytes", "[engine]") {
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
    place.rows(2);
    CHECK(place.computed == std::vector<int>{2});
    CHECK(read_file(place.file(2)) == right);
  }
  // Harm below is not carried upward.
  place.rows(3);
  const auto above = read_file(place.file(3));
  fs::remove(place.file(3));
  write_file_atomically(place.file(2), change(5000));
  place.rows(3);
  CHECK(read_file(place.file(3)) == above);
  // Nor is a file of another layer under this one's name.
  write_file_atomically(place.file(2), above);
  place.rows(2);
  CHECK(read_file(place.file(2)) == right);
  CHECK(place.said.empty());
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
  place.rows(3);
  const auto right = read_file(place.file(3));
  fs::remove_all(place.folder);
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

TEST_CASE("a disk that fills up or a folder that cannot be made ends the cache, not the work", "[engine]") {
  Place place;
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
