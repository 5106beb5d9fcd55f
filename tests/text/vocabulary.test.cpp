#include <filesystem>
#include <fstream>
#include <string>

#include <mtl/text/vocabulary.hpp>

#include "support/catch.hpp"

using namespace mtl;

namespace vocabulary_tests {

Vocabulary written(const std::string& bytes) {
  const auto path = std::filesystem::temp_directory_path() / "mtl-vocabulary-test.txt";
  std::ofstream(path, std::ios::binary) << bytes;
  return Vocabulary::read(path.string());
}

}  // namespace vocabulary_tests
using vocabulary_tests::written;

TEST_CASE("a vocabulary is read as Hugging Face reads it", "[text]") {
  const auto vocabulary = written("[PAD]\n\n 猫 \r\n犬\rX\u2028Y\n[PAD]\n##い");
  CHECK(vocabulary.tokens() ==
        std::vector<std::string>{"[PAD]", "", " 猫 ", "犬", "X\u2028Y", "[PAD]", "##い"});
  CHECK(vocabulary.find("") == 1);
  CHECK(vocabulary.find("[PAD]") == 5);
  CHECK(vocabulary.find("##い") == 6);
  CHECK(vocabulary.find("猫") == std::nullopt);
}

TEST_CASE("a vocabulary that is empty, missing or no text is refused", "[text]") {
  using Catch::Matchers::Contains;
  CHECK_THROWS_WITH(written(""), Contains("is empty"));
  CHECK_THROWS_WITH(Vocabulary::read("/no/such/vocab.txt"), Contains("/no/such/vocab.txt"));
  CHECK_THROWS_WITH(written("[PAD]\n\xFF\n"), Contains("line 2: not UTF-8"));
}
