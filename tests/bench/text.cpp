// Our side of the benchmark of text: tokenises the same texts again and again, driven by words on standard
// input. usage: bench_text TEXTS MODEL THREADS
//   TEXTS    JSON lines, a string each
//   tokenise all texts to [CLS] ids [SEP], cut to the model's length; parse: MeCab alone, as it is called at
//   its barest; ids FILE: tokenises and writes the ids, each text's behind its number of them
// A reply is one line of JSON: seconds of wall clock and of the processor.
#include <chrono>
#include <ctime>
#include <fstream>
#include <iostream>

#include <nlohmann/json.hpp>

#include <mtl/detail/parallel_for.hpp>
#include <mtl/text/pretrained_tokenizer.hpp>

namespace {

using namespace mtl;

std::vector<std::string> read_texts(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> texts;
  for (std::string line; std::getline(file, line);)
    texts.push_back(nlohmann::json::parse(line).get<std::string>());
  require(!texts.empty(), "{}: no texts", path);
  return texts;
}

double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

class Texts {
 public:
  Texts(const std::string& path, const std::string& model, int threads)
      : texts_{read_texts(path)},
        tokenizer_{PretrainedTokenizer::load(model)},
        dictionary_{MeCabDictionary::open(find_dictionary("ipadic"))},
        ids_(texts_.size()),
        threads_{threads} {}

  void tokenise() {
    detail::parallel_for(texts_.size(), threads_, [this] {
      return [this, own = tokenizer_](std::size_t i) mutable {
        const auto pieces = own.encode(texts_[i]);
        ids_[i].clear();
        for (const Piece& piece : pieces) ids_[i].push_back(piece.id);
      };
    });
  }

  /// Reads no node: this is the speed that nothing built on MeCab can have.
  void parse() {
    detail::parallel_for(texts_.size(), threads_, [this] {
      return [this, lattice = std::shared_ptr(dictionary_->lattice())](std::size_t i) {
        lattice->set_sentence(texts_[i].data(), texts_[i].size());
        dictionary_->parse(*lattice);
      };
    });
  }

  void write_ids(const std::string& path) const {
    std::ofstream file(path, std::ios::binary);
    const auto write = [&](const std::int32_t* first, std::size_t count) {
      file.write(reinterpret_cast<const char*>(first),
                 static_cast<std::streamsize>(count * sizeof(std::int32_t)));
    };
    for (const auto& ids : ids_) {
      const auto count = static_cast<std::int32_t>(ids.size());
      write(&count, 1);
      write(ids.data(), ids.size());
    }
    require(file.flush().good(), "{}: cannot be written", path);
  }

  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const std::string& text : texts_) sum += text.size();
    return sum;
  }

 private:
  std::vector<std::string> texts_;
  PretrainedTokenizer tokenizer_;
  std::shared_ptr<const MeCabDictionary> dictionary_;
  std::vector<std::vector<std::int32_t>> ids_;
  int threads_;
};

nlohmann::json answer(Texts& texts, const std::string& word) {
  const auto begin = std::chrono::steady_clock::now();
  const double worked = processor_seconds();
  if (word == "parse") {
    texts.parse();
  } else {
    require(word == "tokenise" || word == "ids", "'{}' is no word of bench_text", word);
    texts.tokenise();
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  const nlohmann::json reply{{"seconds", seconds.count()}, {"processor", processor_seconds() - worked}};
  if (std::string file; word == "ids" && std::cin >> file) texts.write_ids(file);
  return reply;
}

}  // namespace

int main(int count, char** words) try {
  require(count == 4, "usage: bench_text TEXTS MODEL THREADS");
  Texts texts(words[1], words[2], std::stoi(words[3]));
  std::cout << nlohmann::json{{"bytes", texts.bytes()}} << std::endl;
  for (std::string word; std::cin >> word;) std::cout << answer(texts, word) << std::endl;
} catch (const std::exception& error) {
  std::cerr << "bench_text: " << error.what() << "\n";
  return 1;
}
