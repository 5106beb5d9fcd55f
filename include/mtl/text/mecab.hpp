// In: a text. Out: its morphemes, by MeCab. The only header that knows MeCab's API.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mecab.h>

#include <mtl/store/digest.hpp>
#include <mtl/text/analyzer.hpp>
#include <mtl/text/mecab_dictionary.hpp>
#include <mtl/text/utf8.hpp>

namespace mtl {

/// An opened dictionary. Immutable; any number of analysers and threads share one.
class MeCabDictionary {
 public:
  /// Opens the compiled dictionary in `directory` and nothing else: no mecabrc of the machine or the user is
  /// read. Throws Error where there is none, where it cannot be read, and where it is not in UTF-8.
  static std::shared_ptr<const MeCabDictionary> open(const std::string& directory) {
    return std::make_shared<const MeCabDictionary>(Opened{}, directory);
  }

  /// Where the dictionary lies.
  const std::string& directory() const { return directory_; }

  /// Digest of the files that determine the analysis. Reads them (50 MB for ipadic).
  std::string digest() const {
    Digest all;
    for (const char* file : {"sys.dic", "unk.dic", "matrix.bin", "char.bin", "dicrc"}) {
      const std::string path = directory_ + "/" + file;
      all.add(file).add(std::filesystem::exists(path) ? digest_file(path) : "");
    }
    return all.hex();
  }

  /// Parses the lattice's sentence. Thread safe, with a lattice for each thread.
  void parse(MeCab::Lattice& lattice) const {
    const bool parsed = tagger_->parse(&lattice);
    require(parsed, "MeCab cannot analyse a text of {} bytes: {}", lattice.size(), lattice.what());
  }

  /// A new lattice for parse().
  std::unique_ptr<MeCab::Lattice> lattice() const {
    return std::unique_ptr<MeCab::Lattice>(model_->createLattice());
  }

 private:
  struct Opened {};  // makes the constructor open()'s own, though make_shared can call it

 public:
  MeCabDictionary(Opened, const std::string& directory) : directory_{directory} {
    require(detail::is_dictionary(directory),
            "{}: no MeCab dictionary here (a folder with a sys.dic); for ipadic, {}", directory,
            detail::dictionary_advice("ipadic"));
    // argc and argv: the form with one string splits at spaces, in a buffer of fixed size.
    std::array<std::string, 5> words{"mtl", "-d", directory, "-r", "/dev/null"};
    std::array<char*, 5> arguments{};
    std::ranges::transform(words, arguments.begin(), [](std::string& word) { return word.data(); });
    model_.reset(MeCab::createModel(static_cast<int>(arguments.size()), arguments.data()));
    require(model_ != nullptr, "{}: MeCab cannot open this dictionary: {}", directory, MeCab::getLastError());
    std::string charset = model_->dictionary_info()->charset;
    std::ranges::transform(charset, charset.begin(), [](char c) { return static_cast<char>(c | 0x20); });
    require(charset == "utf-8" || charset == "utf8",
            "{}: this dictionary is in {}, not in UTF-8; on Debian mecab-ipadic-utf8 has ipadic in UTF-8",
            directory, model_->dictionary_info()->charset);
    tagger_.reset(model_->createTagger());
    require(tagger_ != nullptr, "{}: MeCab cannot use this dictionary: {}", directory, MeCab::getLastError());
  }

 private:
  std::string directory_;
  std::unique_ptr<MeCab::Model> model_;
  std::unique_ptr<MeCab::Tagger> tagger_;  // after model_: it must go first
};

/// A morphological analyser on a shared dictionary. One for each thread: a copy has its own lattice.
class MeCabAnalyzer {
 public:
  /// The longest text taken, in bytes: MeCab's memory grows by some hundred bytes for each.
  static constexpr std::size_t longest_text = std::size_t{16} << 20;

  /// `dictionary` is shared with copies.
  explicit MeCabAnalyzer(std::shared_ptr<const MeCabDictionary> dictionary)
      : dictionary_{std::move(dictionary)}, lattice_{dictionary_->lattice()} {}
  MeCabAnalyzer(const MeCabAnalyzer& other) : MeCabAnalyzer(other.dictionary_) {}
  MeCabAnalyzer(MeCabAnalyzer&&) noexcept = default;
  MeCabAnalyzer& operator=(MeCabAnalyzer other) noexcept {
    std::swap(dictionary_, other.dictionary_);
    std::swap(lattice_, other.lattice_);
    return *this;
  }
  ~MeCabAnalyzer() = default;

  /// The dictionary that all copies share.
  const MeCabDictionary& dictionary() const { return *dictionary_; }
  /// Whether both give the same morphemes of every text.
  bool agrees_with(const MeCabAnalyzer& other) const { return dictionary_ == other.dictionary_; }

  /// The morphemes of `text`, which must be UTF-8. Throws Error for a text above longest_text.
  std::vector<Morpheme> analyze(std::string_view text) {
    require(text.size() <= longest_text,
            "a text of {} bytes is more than MeCab is given at once ({}); is a whole file read as one text?",
            text.size(), longest_text);
    std::vector<Morpheme> morphemes;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = end_of_stretch(text, at);
      analyze_stretch(text.substr(at, end - at), at, morphemes);
      at = end;
      while (at < text.size() && is_blank_byte(text[at])) ++at;
    }
    return morphemes;
  }

 private:
  /// What every dictionary's char.def puts into the class SPACE.
  static bool is_blank_byte(char c) { return c == ' ' || (c >= '\t' && c <= '\v'); }

  /// MeCab looks 65,535 bytes ahead and drops what follows more blanks than that; and the costs of a text of
  /// some hundred thousand characters overflow. So a long run of blanks ends a stretch, and so does the last
  /// sentence (else character) before `longest_stretch` bytes; stretches are analysed one by one.
  static std::size_t end_of_stretch(std::string_view text, std::size_t at) {
    constexpr std::size_t long_run = 16384, longest_stretch = 49152;
    const std::size_t limit = std::min(text.size(), at + longest_stretch);
    std::size_t run = 0;
    for (std::size_t i = at; i < limit; ++i) {
      run = is_blank_byte(text[i]) ? run + 1 : 0;
      if (run == long_run) return i + 1 - run;
    }
    if (limit == text.size()) return limit;
    constexpr std::string_view stop = "。";
    const auto sentence = text.substr(at, limit - at).rfind(stop);
    if (sentence != std::string_view::npos) return at + sentence + stop.size();
    std::size_t end = limit;
    while (!at_character_border(text, end)) --end;
    return end;
  }

  void analyze_stretch(std::string_view text, std::size_t offset, std::vector<Morpheme>& out) {
    lattice_->set_sentence(text.data(), text.size());  // not copied: `text` outlives the nodes read below
    dictionary_->parse(*lattice_);
    for (const MeCab::Node* node = lattice_->bos_node()->next; node->next != nullptr; node = node->next) {
      const std::size_t begin = offset + static_cast<std::size_t>(node->surface - lattice_->sentence());
      out.push_back({begin, begin + node->length, Feature(node->feature)});
    }
  }

  std::shared_ptr<const MeCabDictionary> dictionary_;
  std::unique_ptr<MeCab::Lattice> lattice_;
};

static_assert(MorphologicalAnalyzer<MeCabAnalyzer>);

}  // namespace mtl
