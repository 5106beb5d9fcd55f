#include <filesystem>

#include <unistd.h>

#include <mtl/data/dataset_file.hpp>
#include <support/catch.hpp>

namespace dataset_file_test {

using namespace mtl;
namespace fs = std::filesystem;

struct Folder {
  fs::path root = fs::temp_directory_path() / fmt::format("mtl-dataset-{}", ::getpid());
  std::string path = root / "data";
  Folder() { fs::create_directories(root); }
  ~Folder() { fs::remove_all(root); }
};

StoredDataset stored() {
  StoredDataset stored{.dataset = {.name = "tiny", .examples = {}, .labels = {}}, .folds = {}};
  stored.dataset.labels = {{"main", {"海", "山"}}, {"pos", {"O", "B-名詞", "I-名詞"}}};
  for (std::int32_t i = 0; i < 6; ++i)
    stored.dataset.examples.push_back({fmt::format("class/{}", i),
                                       "文\t\"" + std::to_string(i),
                                       {2, 10 + i, 3},
                                       {{"main", {i % 2}}, {"pos", {ignored_label, i % 3, ignored_label}}}});
  stored.folds = {3, 9, {0, 1, 2, 0, 1, 2}};
  stored.about = {{"settings", {{"seed", 9}}}};
  return stored;
}

TEST_CASE("a data folder gives back what was saved", "[data]") {
  const Folder folder;
  save_dataset(folder.path, stored());
  const StoredDataset loaded = load_dataset(folder.path);
  CHECK(loaded.dataset == stored().dataset);
  CHECK(loaded.folds == stored().folds);
  CHECK(loaded.about == stored().about);
}

TEST_CASE("a line of a data folder is what the JSON library would write", "[data]") {
  for (const Example& example :
       {stored().dataset.examples[1], Example{.id = "\"\\\n\u0001", .text = "", .ids = {}, .targets = {}},
        Example{"花", "\u2028/</", {-100, 0, 2147483647}, {{"a\t", {}}, {"b", {-2147483647, 1}}}}}) {
    const nlohmann::json json{
        {"id", example.id}, {"text", example.text}, {"ids", example.ids}, {"targets", example.targets}};
    CHECK(detail::example_line(example) == json.dump());
  }
}

TEST_CASE("paths that are not UTF-8 do not keep a data folder from being written", "[data]") {
  const Folder folder;
  StoredDataset made = stored();
  made.about["input"] = "/data/\xFF.tsv";
  save_dataset(folder.path, made);
  CHECK(load_dataset(folder.path).about.at("input") == "/data/\xEF\xBF\xBD.tsv");
}

TEST_CASE("an earlier data folder is replaced whole, a foreign folder is refused", "[data]") {
  const Folder folder;
  save_dataset(folder.path, stored());
  StoredDataset other = stored();
  other.dataset.name = "other";
  save_dataset(folder.path, other);
  CHECK(load_dataset(folder.path).dataset.name == "other");
  CHECK(std::distance(fs::directory_iterator(folder.root), fs::directory_iterator{}) == 1);

  write_file_atomically(folder.path + "/notes.txt", "mine");
  CHECK_THROWS_WITH(save_dataset(folder.path, stored()), Catch::Contains("holds 'notes.txt'"));
  CHECK(read_file(folder.path + "/notes.txt") == "mine");
  CHECK(load_dataset(folder.path).dataset.name == "other");
}

TEST_CASE("a data folder that was damaged is refused with file and line", "[data]") {
  struct Row {
    const char *what, *file, *from, *to, *message;
  };
  const auto row = GENERATE(values<Row>({
      {"no JSON", "dataset.json", "{", "", "/dataset.json: not what `mtl prepare` writes"},
      {"another version", "dataset.json", "\"version\": 1", "\"version\": 7",
       "/dataset.json: not a data set of version"},
      {"a missing key", "dataset.json", "\"labels\"", "\"labls\"",
       "/dataset.json: not what `mtl prepare` writes"},
      {"another count", "dataset.json", "\"examples\": 6", "\"examples\": 7",
       "/examples.jsonl: 6 texts where"},
      {"a line cut short", "examples.jsonl", "\"id\":\"class/1\"", "\"id\":\"cla",
       "/examples.jsonl, line 2: not what"},
      {"a target out of range", "examples.jsonl", "\"main\":[1]", "\"main\":[2]",
       "/examples.jsonl, line 2: target 2 of head 'main' is none of its 2 labels"},
      {"labels and tokens of different number", "examples.jsonl", "\"ids\":[2,10,3]", "\"ids\":[2,10,10,3]",
       "/examples.jsonl, line 1: head 'pos' has 3 targets for 4 tokens"},
      {"a negative id", "examples.jsonl", "[2,10,3]", "[2,-10,3]",
       "/examples.jsonl, line 1: text 'class/0' has a negative"},
      {"an id that is no number", "examples.jsonl", "[2,10,3]", "[2,\"x\",3]",
       "/examples.jsonl, line 1: \"x\" is not a whole number of 32 bits"},
      {"an id that is too large", "examples.jsonl", "[2,10,3]", "[2,4294967306,3]",
       "/examples.jsonl, line 1: 4294967306 is not a whole number of 32 bits"},
      {"an id beyond every integer", "examples.jsonl", "[2,10,3]", "[2,1e300,3]",
       "/examples.jsonl, line 1: 1e+300 is not a whole number of 32 bits"},
      {"a target with a fraction", "examples.jsonl", "\"main\":[1]", "\"main\":[1.5]",
       "/examples.jsonl, line 2: 1.5 is not a whole number of 32 bits"},
      {"a list that is none", "examples.jsonl", "\"main\":[1]", "\"main\":1",
       "/examples.jsonl, line 2: not what"},
      {"a head that is not there", "examples.jsonl", "\"pos\"", "\"pas\"",
       "/examples.jsonl, line 1: head 'pas' is not one"},
      {"a text twice", "examples.jsonl", "class/1", "class/0",
       "/examples.jsonl, line 2: text 'class/0' stands twice"},
      {"another text", "examples.jsonl", "文", "分",
       "/examples.jsonl: its texts are not those that dataset.json"},
      {"folds of another set", "folds.tsv", "class/1", "class/9",
       "/folds.tsv, line 3: text 'class/9' is not in"},
  }));
  INFO(row.what);
  const Folder folder;
  save_dataset(folder.path, stored());
  const std::string path = folder.path + "/" + row.file;
  std::string content = read_file(path);
  const auto at = content.find(row.from);
  REQUIRE(at != std::string::npos);
  write_file_atomically(path, content.replace(at, std::string(row.from).size(), row.to));
  CHECK_THROWS_WITH(load_dataset(folder.path), Catch::StartsWith(folder.path + row.message));
}

TEST_CASE("a data folder with a missing file is refused", "[data]") {
  const Folder folder;
  CHECK_THROWS_WITH(load_dataset(folder.path), Catch::Contains("no such folder; `mtl prepare"));
  save_dataset(folder.path, stored());
  const auto file = GENERATE(from_range(dataset_files()));
  fs::remove(folder.path + "/" + file);
  CHECK_THROWS_WITH(load_dataset(folder.path), Catch::Contains(file + ": cannot be read: No such file"));
}

TEST_CASE("the inputs of the single-task arm have the same digest whatever the auxiliary labels are",
          "[data]") {
  const Dataset a = stored().dataset;
  Dataset b = a;
  b.examples[0].targets["pos"][1] = 2;
  CHECK(data_digest(a) != data_digest(b));
  CHECK(inputs_digest(a) == inputs_digest(b));
  CHECK(inputs_digest(a, {"main", "pos"}) != inputs_digest(b, {"main", "pos"}));
  b.examples[0].ids[1] = 99;
  CHECK(inputs_digest(a) != inputs_digest(b));
}

}  // namespace dataset_file_test
