#include <filesystem>
#include <set>

#include <unistd.h>

#include <mtl/data/dataset_digest.hpp>
#include <mtl/data/folds_file.hpp>
#include <support/catch.hpp>

namespace folds_test {

using namespace mtl;

std::vector<int> labels_of(const std::vector<int>& sizes) {
  std::vector<int> labels;
  for (std::size_t label = 0; label < sizes.size(); ++label)
    labels.insert(labels.end(), static_cast<std::size_t>(sizes[label]), static_cast<int>(label));
  return labels;
}

Dataset dataset_of(std::size_t texts) {
  Dataset dataset{.name = "tiny", .examples = {}, .labels = {}};
  for (std::size_t i = 0; i < texts; ++i) dataset.examples.push_back({fmt::format("t{}", i), "", {1}, {}});
  return dataset;
}

TEST_CASE("folds: every text is in one test fold, 8 : 1 : 1, and no run sees a text twice", "[data]") {
  const Folds folds = stratified_folds(labels_of({50, 50, 50}), 10, 1);
  std::vector<int> tested(150);
  for (int f = 0; f < 10; ++f) {
    const auto train = folds.train(f), valid = folds.valid(f), test = folds.test(f);
    CHECK(train.size() == 120);
    CHECK(valid.size() == 15);
    CHECK(test.size() == 15);
    CHECK(valid == folds.test((f + 1) % 10));
    std::set<std::size_t> all(train.begin(), train.end());
    all.insert(valid.begin(), valid.end());
    all.insert(test.begin(), test.end());
    CHECK(all.size() == 150);
    for (const std::size_t i : test) ++tested[i];
  }
  CHECK(tested == std::vector<int>(150, 1));
}

TEST_CASE("folds: sizes differ by at most one, within every class and over all", "[data]") {
  const std::vector<int> sizes{23, 11, 37, 14};
  const auto labels = labels_of(sizes);
  const Folds folds = stratified_folds(labels, 10, 3);
  for (int label = -1; label < 4; ++label) {  // -1: all classes together
    std::vector<int> count(10);
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (label < 0 || labels[i] == label) ++count[static_cast<std::size_t>(folds.fold_of[i])];
    const auto [least, most] = std::ranges::minmax(count);
    INFO("class " << label);
    CHECK(most - least <= 1);
  }
}

TEST_CASE("folds: the seed alone decides", "[data]") {
  const auto labels = labels_of({40, 40});
  CHECK(stratified_folds(labels, 10, 7) == stratified_folds(labels, 10, 7));
  CHECK(stratified_folds(labels, 10, 7).fold_of != stratified_folds(labels, 10, 8).fold_of);
}

TEST_CASE("folds: classes that cannot be divided are named", "[data]") {
  const std::vector<std::string> names{"海", "山", "川"};
  CHECK_THROWS_WITH(stratified_folds(labels_of({20}), 10, 1), Catch::StartsWith("folds: one class only"));
  CHECK_THROWS_WITH(stratified_folds(labels_of({20, 0, 20}), 10, 1, names),
                    "folds: class '山' is empty; nothing could "
                    "be learnt of it");
  CHECK_THROWS_WITH(stratified_folds(labels_of({20, 20}), 10, 1, names),
                    Catch::Contains("class '川' is empty"));
  CHECK_THROWS_WITH(stratified_folds(labels_of({20, 9}), 10, 1, std::span(names).first(2)),
                    Catch::StartsWith("folds: the texts of class '山' are 9, fewer than the 10 folds"));
  CHECK_THROWS_WITH(stratified_folds(labels_of({20, 20}), 2, 1), Catch::StartsWith("2 folds; at least 3"));
  CHECK_THROWS_WITH(stratified_folds(labels_of({20, 20}), 10, 1).test(10),
                    Catch::StartsWith("fold 10 of 10 folds"));
}

struct File {
  std::string path =
      (std::filesystem::temp_directory_path() / fmt::format("mtl-folds-{}.tsv", ::getpid())).string();
  ~File() { std::filesystem::remove(path); }
};

TEST_CASE("folds: a saved file gives the same folds, in any order of its lines", "[data]") {
  const File file;
  const Dataset dataset = dataset_of(30);
  const Folds folds = stratified_folds(labels_of({15, 15}), 3, 18446744073709551615U);
  save_folds(file.path, folds, dataset);
  CHECK(load_folds(file.path, dataset) == folds);

  const std::string content = read_file(file.path);
  auto lines = detail::lines_of(content);
  std::reverse(lines.begin() + 1, lines.end());
  write_file_atomically(file.path, detail::joined(lines));
  CHECK(load_folds(file.path, dataset) == folds);
  CHECK(folds_digest(load_folds(file.path, dataset)) == folds_digest(folds));
}

TEST_CASE("folds: a file that does not fit is refused with its line", "[data]") {
  const File file;
  struct Row {
    const char *what, *content, *message;
  };
  const auto row = GENERATE(values<Row>({
      {"empty", "", ": is empty"},
      {"no heading", "t0\t0\n", ", line 1: expected '# <k> folds, seed <seed>'"},
      {"no number", "# x folds, seed 1\n", ", line 1: expected"},
      {"no tab", "# 3 folds, seed 1\nt0 0\n", ", line 2: no tab"},
      {"another text", "# 3 folds, seed 1\nt0\t0\nx\t1\n", ", line 3: text 'x' is not in data set 'tiny'"},
      {"no such fold", "# 3 folds, seed 1\nt0\t3\n", ", line 2: '3' is no fold of 3"},
      {"no number", "# 3 folds, seed 1\nt0\t1x\n", ", line 2: '1x' is no fold of 3"},
      {"twice", "# 3 folds, seed 1\nt0\t0\nt0\t1\n", ", line 3: text 't0' stands twice"},
      {"cut short", "# 3 folds, seed 1\nt0\t0\nt1\t1\n", ": 2 texts, but data set 'tiny' has 3"},
      {"empty fold", "# 3 folds, seed 1\nt0\t0\nt1\t1\nt2\t1\n", ": fold 2 is empty"},
  }));
  INFO(row.what);
  write_file_atomically(file.path, row.content);
  CHECK_THROWS_WITH(load_folds(file.path, dataset_of(3)), Catch::StartsWith(file.path + row.message));
}

}  // namespace folds_test
