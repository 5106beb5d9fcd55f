// Lines that try a tokenizer, through every way to configure one. Expected ids: transformers 4.57.6; how they
// were made stands in tests/data/text/README.md.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

#include <nlohmann/json.hpp>

#include <mtl/text/pretrained_tokenizer.hpp>

#include "support/catch.hpp"

using namespace mtl;

namespace adversarial_tests {

namespace fs = std::filesystem;

const std::string data = MTL_TEST_DATA "/text/";

nlohmann::json fixture() {
  std::ifstream file(data + "adversarial.json");
  return nlohmann::json::parse(file);
}

/// The model folder of one configuration.
struct Folder {
  fs::path path = fs::temp_directory_path() / fmt::format("mtl-adversarial-test-{}", ::getpid());
  explicit Folder(const nlohmann::json& configuration) {
    fs::remove_all(path);
    fs::create_directories(path);
    for (const auto& [name, content] : configuration.at("files").items())
      std::ofstream(path / name) << content.dump();
    for (const auto& [name, source] : configuration.at("copies").items())
      fs::copy_file(data + source.get<std::string>(), path / name);
  }
  ~Folder() { fs::remove_all(path); }
};

std::vector<std::vector<int>> ids_of(const nlohmann::json& lines, PretrainedTokenizer& tokenizer) {
  std::vector<std::vector<int>> all;
  for (const auto& line : lines) {
    auto& ids = all.emplace_back();
    for (const Piece& piece : tokenizer.encode(line.get<std::string>())) ids.push_back(piece.id);
  }
  return all;
}

/// Pieces stand in text order on borders of characters, and their words are numbered without a gap.
bool in_order(const std::string& line, const std::vector<Piece>& pieces) {
  std::size_t at = 0;
  std::int32_t word = 0;
  for (const Piece& piece : pieces) {
    const bool placed = piece.begin >= at && piece.end >= piece.begin &&
                        at_character_border(line, piece.begin) && at_character_border(line, piece.end);
    const bool next = &piece != &pieces.front() && piece.word == word + 1;
    if (!placed || (piece.word != word && !next)) return false;
    at = piece.begin;
    word = piece.word;
  }
  return true;
}

/// Checks all configurations that use `dictionary` (a null: those that use none).
int check_configurations(const nlohmann::json& dictionary, const std::string& directory) {
  const auto all = fixture();
  int checked = 0;
  for (const auto& [name, configuration] : all.at("configurations").items()) {
    if (configuration.at("dictionary") != dictionary) continue;
    const Folder folder(configuration);
    auto tokenizer = PretrainedTokenizer::load(folder.path.string(), {.word_dictionary = directory});
    const auto ids = ids_of(all.at("lines"), tokenizer);
    const auto& expected = configuration.at("ids");
    REQUIRE(ids.size() == expected.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto line = all.at("lines")[i].get<std::string>();
      if (!in_order(line, tokenizer.tokenize(line))) FAIL_CHECK(name << ": pieces out of order: " << line);
      if (expected[i] == nlohmann::json(ids[i])) continue;
      FAIL_CHECK(name << ": " << all.at("lines")[i] << "\n  expected " << expected[i] << "\n  found    "
                      << nlohmann::json(ids[i]));
    }
    ++checked;
  }
  return checked;
}

/// For the message of a test that fails: a dictionary of another version may cut words elsewhere.
std::string digests(const std::string& name, const std::string& directory) {
  return fmt::format("the ids were made with the {} of digest {}; this machine's in {} has {}", name,
                     fixture().at("dictionaries").at(name).get<std::string>(), directory,
                     MeCabDictionary::open(directory)->digest());
}

}  // namespace adversarial_tests
using namespace adversarial_tests;

TEST_CASE("ids of adversarial lines equal Hugging Face's without a dictionary", "[text]") {
  CHECK(check_configurations(nullptr, "") == 19);
}

TEST_CASE("ids of adversarial lines equal Hugging Face's with ipadic", "[text]") {
  INFO(digests("ipadic", find_dictionary("ipadic")));
  CHECK(check_configurations("ipadic", "") == 8);
}

TEST_CASE("ids of adversarial lines equal Hugging Face's with unidic_lite", "[.unidic_lite]") {
  const char* directory = std::getenv("MTL_UNIDIC_LITE");
  REQUIRE(directory != nullptr);
  INFO(digests("unidic_lite", directory));
  CHECK(check_configurations("unidic_lite", directory) == 2);
}
