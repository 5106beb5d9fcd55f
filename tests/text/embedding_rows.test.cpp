// Whether a tokenizer and an embedding are of one model, told by their sizes.
#include <filesystem>
#include <string>

#include <unistd.h>

#include <mtl/store/atomic_file.hpp>
#include <mtl/text/embedding_rows.hpp>

#include <support/catch.hpp>

namespace embedding_rows_tests {

using namespace mtl;
namespace fs = std::filesystem;

/// A BERT folder with a vocabulary of 98 tokens, removed at the end.
struct Folder {
  fs::path path = fs::temp_directory_path() / fmt::format("mtl-embedding-rows-{}", ::getpid());
  Folder() {
    fs::create_directories(path);
    std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
    for (int i = 5; i < 98; ++i) vocabulary += fmt::format("w{}\n", i);
    write("vocab.txt", vocabulary);
    write("tokenizer_config.json", R"({"tokenizer_class": "BertTokenizer"})");
  }
  ~Folder() { fs::remove_all(path); }

  void write(const char* name, const std::string& content) const {
    write_file_atomically((path / name).string(), content);
  }

  /// What is said of an embedding that config.json describes so; empty: nothing.
  std::string complaint(const std::string& config) const {
    write("config.json", config);
    try {
      require_embedding_fits(path.string(), PretrainedTokenizer::load(path.string()));
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
};

TEST_CASE("an embedding has a row for every token, and at most two in a hundred more", "[text]") {
  const Folder folder;
  CHECK(folder.complaint(R"({"vocab_size": 98})").empty());
  CHECK(folder.complaint(R"({"vocab_size": 100})").empty());
  CHECK_THAT(folder.complaint(R"({"vocab_size": 97})"),
             Catch::Contains("its tokenizer has 98 tokens, its embedding 97 rows"));
  CHECK_THAT(folder.complaint(R"({"vocab_size": 101})"), Catch::Contains("its embedding 101 rows"));
  CHECK_THAT(folder.complaint(R"({"vocab_size": 0})"), Catch::Contains("its embedding 0 rows"));
}

TEST_CASE("a folder that does not say how many rows there are is not judged", "[text]") {
  const Folder folder;
  CHECK(folder.complaint("{}").empty());
  CHECK(folder.complaint(R"({"vocab_size": "many"})").empty());
}

}  // namespace embedding_rows_tests
