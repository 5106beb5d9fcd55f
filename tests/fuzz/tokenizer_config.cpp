// A tokenizer_config.json beside a small vocab.txt: read, and a tokenizer made as it says. One that asks for
// MeCab is only read, since it names dictionaries of this machine.
#include <cstdlib>
#include <filesystem>

#include <mtl/store/atomic_file.hpp>
#include <mtl/text/pretrained_tokenizer.hpp>

#include "memory_file.hpp"

namespace {

/// A model folder whose tokenizer_config.json is the file in memory; removed when the process ends.
struct ModelFolder {
  mtl::fuzz::MemoryFile config;
  std::string path = (std::filesystem::temp_directory_path() / "mtl-fuzz-XXXXXX").string();
  ModelFolder() {
    mtl::fuzz::expect(::mkdtemp(path.data()) != nullptr, "mkdtemp");
    mtl::write_file_atomically(path + "/vocab.txt",
                               "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\nか\n##が\nは\n");
    std::filesystem::create_symlink(config.path(), path + "/tokenizer_config.json");
  }
  ModelFolder(const ModelFolder&) = delete;
  ModelFolder& operator=(const ModelFolder&) = delete;
  ~ModelFolder() { std::filesystem::remove_all(path); }
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mtl;
  static const ModelFolder folder;
  const auto bytes = fuzz::bytes_of(data, size);
  folder.config.write(bytes);
  fuzz::answer([&] {
    const auto config = TokenizerConfig::read(folder.path);
    config.added_tokens();
    fuzz::expect(config.longest_input() >= 2, "an input has room for two special tokens");
    config.tokenizer_class();
  });
  if (bytes.find("mecab") != std::string_view::npos) return 0;
  return fuzz::answer([&] {
    auto tokenizer = PretrainedTokenizer::load(folder.path);
    const auto pieces = tokenizer.encode("ab [MASK] かが\u3000Ab、は");
    // Hugging Face cuts nothing where nothing would be left between the special tokens.
    fuzz::expect(pieces.size() <= tokenizer.longest_input() || tokenizer.longest_input() == 2,
                 "a text is cut to the longest input");
  });
}
