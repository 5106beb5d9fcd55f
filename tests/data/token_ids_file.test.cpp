#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>

#include <mtl/data/token_ids_file.hpp>

#include <support/catch.hpp>

namespace token_ids_file_tests {

using namespace mtl;
using Catch::Matchers::Contains;

/// A file that is gone after the test.
struct IdsFile {
  std::string path =
      (std::filesystem::temp_directory_path() / ("mtl-ids-" + std::to_string(::getpid()) + ".txt")).string();
  explicit IdsFile(const std::string& content) { write_file_atomically(path, content); }
  ~IdsFile() { std::filesystem::remove(path); }
};

const TokenIdLimits limits{.vocabulary = 100, .longest = 4};

TEST_CASE("token ids: one text a line, with or without a last line end", "[data]") {
  const std::vector<std::vector<std::int64_t>> expected{{2, 99, 0}, {7}, {3, 3, 3, 3}};
  for (const std::string content :
       {"2 99 0\n7\n3 3 3 3\n", "2 99 0\n7\n3 3 3 3", "  2  99 0 \r\n7\r\n3\t3 3 3\r\n"}) {
    const IdsFile file(content);
    CHECK(read_token_ids(file.path, limits) == expected);
  }
}

TEST_CASE("token ids: what no model can read is refused with file and line", "[data]") {
  const auto row = GENERATE(values<std::pair<std::string, std::string>>({
      {"", "is empty; it holds token ids"},
      {"\n", ", line 1: no token ids"},
      {"1\n2\n\n3\n", ", line 3: no token ids"},
      {"1 2\n \t\n", ", line 2: no token ids"},
      {"1\n1 2 3 4 5\n", ", line 2: 5 token ids; the model has positions for 4"},
      {"1\n1 x\n", ", line 2: 'x' is not a whole number"},
      {"1 2.5\n", "'2.5' is not a whole number"},
      {"+1\n", "'+1' is not a whole number"},
      {"1,2\n", "'1,2' is not a whole number"},
      {"0x1\n", "is not a whole number"},
      {"-\n", "'-' is not a whole number"},
      {std::string("1\0\n", 3), "is not a whole number"},
      {"-1\n", ", line 1: token id -1 is outside the model's vocabulary 0 .. 99"},
      {"100\n", ", line 1: token id 100 is outside"},
      {"1\n1 99999999999999999999\n", ", line 2: token id 99999999999999999999 is outside"},
      {"-99999999999999999999\n", "token id -99999999999999999999 is outside"},
  }));
  const IdsFile file(row.first);
  CHECK_THROWS_WITH(read_token_ids(file.path, limits), Contains(row.second) && Contains(file.path));
}

TEST_CASE("token ids: a file that is not there is named", "[data]") {
  CHECK_THROWS_WITH(read_token_ids("no/such/ids.txt", limits), Contains("no/such/ids.txt: cannot be read"));
  CHECK_THROWS_WITH(read_token_ids("/tmp", limits), Contains("is a folder"));
}

}  // namespace token_ids_file_tests
