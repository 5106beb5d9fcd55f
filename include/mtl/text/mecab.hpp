// In: a text. Out: its morphemes, by MeCab. This header and settled_words.hpp alone know MeCab's API.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mecab.h>

#include <mtl/store/digest.hpp>
#include <mtl/store/mapped_file.hpp>
#include <mtl/text/analyzer.hpp>
#include <mtl/text/mecab_dictionary.hpp>
#include <mtl/text/mecab_trie.hpp>
#include <mtl/text/settled_words.hpp>
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

  /// How many bytes from a place MeCab looks at, at most, to find the words that begin there: one more than
  /// the longest has, and enough for the unknown words of a few characters that some kinds of character make.
  /// Of longer unknown words it sees their end. Nothing where it is not known: with a dictionary of the user,
  /// or in another format. Reads the trie once.
  std::optional<std::size_t> reach() const {
    std::call_once(reach_read_, [this] { reach_ = read_reach(); });
    return reach_;
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
  std::optional<std::size_t> read_reach() const {
    if (model_->dictionary_info()->next != nullptr) return std::nullopt;
    // char.def may make unknown words of up to 15 characters, whatever their kinds; of 4 bytes at most.
    constexpr std::size_t longest_unknown = 60;
    const detail::MappedFile file(directory_ + "/sys.dic");
    const auto trie = detail::MeCabTrie::of(file.bytes());
    const auto longest = trie ? trie->longest_word() : std::nullopt;
    return longest ? std::optional(std::max(*longest, longest_unknown) + 1) : std::nullopt;
  }

  std::string directory_;
  std::unique_ptr<MeCab::Model> model_;
  std::unique_ptr<MeCab::Tagger> tagger_;  // after model_: it must go first
  mutable std::once_flag reach_read_;
  mutable std::optional<std::size_t> reach_;
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
    require_analyzable(text);
    std::vector<Morpheme> morphemes;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = end_of_stretch(text, at);
      analyze_stretch(text.substr(at, end - at), at, morphemes);
      at = end;
      while (at < text.size() && is_blank_byte(text[at])) ++at;
    }
    return morphemes;
  }

  /// The first `most` morphemes of `text`, or as many as it has: those of analyze(), for less where the text
  /// goes on for long behind them. Throws Error for a text above longest_text.
  std::vector<Morpheme> analyze_first(std::string_view text, std::size_t most) {
    require_analyzable(text);
    const auto stretch = text.substr(0, end_of_stretch(text, 0));
    std::vector<Morpheme> morphemes;
    if (most < stretch.size() / bytes_a_word)
      if (const auto reach = dictionary_->reach()) {
        std::size_t size = bytes_a_word * most + *reach + spare_bytes;
        for (; size < stretch.size() && morphemes.size() < most; size *= 2)
          morphemes = settled_morphemes(stretch, size, *reach);
      }
    if (morphemes.size() < most) morphemes = analyze(text);
    morphemes.resize(std::min(most, morphemes.size()));
    return morphemes;
  }

 private:
  /// How long a beginning is tried first. Words of Japanese news have 5.4 bytes on average; with these
  /// numbers 2 texts in 1,000 need a second try for 512 words, and 3 in 100 for 40.
  static constexpr std::size_t bytes_a_word = 6, spare_bytes = 32;

  static void require_analyzable(std::string_view text) {
    require(text.size() <= longest_text,
            "a text of {} bytes is more than MeCab is given at once ({}); is a whole file read as one text?",
            text.size(), longest_text);
  }

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

  /// Behind a blank at the end MeCab looks for words up to the next NUL (its trie takes a length of 0 for an
  /// unknown one): so the text is copied, to have one there.
  void parse(std::string_view text) {
    sentence_.assign(text);
    lattice_->set_sentence(sentence_.data(), sentence_.size());
    dictionary_->parse(*lattice_);
  }

  Morpheme to_morpheme(const MeCab::Node& node, std::size_t offset) const {
    const std::size_t begin = offset + static_cast<std::size_t>(node.surface - lattice_->sentence());
    return {begin, begin + node.length, Feature(node.feature)};
  }

  void analyze_stretch(std::string_view text, std::size_t offset, std::vector<Morpheme>& out) {
    parse(text);
    for (const MeCab::Node* node = lattice_->bos_node()->next; node->next != nullptr; node = node->next)
      out.push_back(to_morpheme(*node, offset));
  }

  /// The first morphemes of a stretch that are known from its first `size` bytes.
  std::vector<Morpheme> settled_morphemes(std::string_view stretch, std::size_t size, std::size_t reach) {
    while (!at_character_border(stretch, size)) --size;
    parse(stretch.substr(0, size));
    std::vector<Morpheme> morphemes;
    for (const MeCab::Node* node : detail::settled_words(*lattice_, reach))
      morphemes.push_back(to_morpheme(*node, 0));
    return morphemes;
  }

  std::shared_ptr<const MeCabDictionary> dictionary_;
  std::unique_ptr<MeCab::Lattice> lattice_;
  std::string sentence_;  ///< of the lattice, which reads it in parse() alone
};

static_assert(MorphologicalAnalyzer<MeCabAnalyzer>);

}  // namespace mtl
