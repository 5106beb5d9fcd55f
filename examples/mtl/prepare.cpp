// `mtl prepare`: a corpus and a tokenizer in, a data folder out.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <optional>
#include <stop_token>

#include <unistd.h>

#include <mtl/data/dataset_file.hpp>
#include <mtl/data/paper_defaults.hpp>
#include <mtl/data/prepare.hpp>
#include <mtl/data/settings_json.hpp>
#include <mtl/labels/span_file_source.hpp>
#include <mtl/text/embedding_rows.hpp>
#include <mtl/version.hpp>

#include "commands.hpp"
#include "corpus_settings.hpp"
#include "number_check.hpp"
#include "text_settings.hpp"

namespace mtl::program {
namespace {

/// Sizes of profile quick: what two cores train in minutes. Those of profile paper are in
/// data/paper_defaults.hpp.
struct QuickSizes {
  int classes = 6;  ///< or all, where there are fewer
  int per_class = 66;
  int max_pieces = 64;
};

struct PrepareSettings {
  std::string out, labels;
  std::string profile = "paper";
  std::string duplicates = "first";
  int folds = 10;
  CorpusSettings corpus;
  TextSettings text;
  PrepareOptions options{};                       ///< seed and limits; the rest comes from `text`
  std::optional<int> classes, per_class;          ///< default: by profile
  std::optional<int> max_words, drop_words_from;  ///< default: see data/paper_defaults.hpp
  bool quick() const { return profile == "quick"; }
};

/// One line that is rewritten on a terminal; elsewhere a line at the end of each step.
void show_progress(std::string_view what, std::size_t done, std::size_t count) {
  static const bool terminal = ::isatty(STDERR_FILENO) != 0;
  const bool last = done == count;
  if (terminal && (last || done % 64 == 0))
    fmt::print(stderr, "\r{:<12} {}/{}{}", what, done, count, last ? "\n" : "");
  else if (!terminal && last)
    fmt::print(stderr, "{}: {} texts\n", what, count);
}

PrepareOptions resolved(const PrepareSettings& settings) {
  PrepareOptions options = settings.text.prepare_options();
  options.seed = settings.options.seed;
  options.classes = settings.classes.value_or(0);
  options.balance = settings.options.balance;
  const PrepareOptions usual = default_options(settings.corpus.dataset);
  const int size = settings.quick() ? QuickSizes{}.per_class : usual.per_class;
  options.per_class = settings.per_class.value_or(options.balance ? size : 0);
  options.max_words = settings.max_words.value_or(usual.max_words);
  options.drop_words_from = settings.drop_words_from.value_or(usual.drop_words_from);
  options.min_words = settings.options.min_words;
  options.folds = settings.folds;
  options.threads = settings.options.threads;
  options.duplicates = choice_of<Duplicates>("--duplicates", settings.duplicates);
  options.progress = show_progress;
  return options;
}

/// The versions that scripts/fetch-data noted beside what it unpacked: "package version, ..."; empty
/// elsewhere.
std::string versions_noted_in(const std::string& input) {
  std::ifstream file(std::filesystem::path(input) / "versions.txt");
  std::string versions;
  for (std::string line; std::getline(file, line);) versions += (versions.empty() ? "" : ", ") + line;
  return versions;
}

/// What dataset.json says of where the data came from and how it was made.
nlohmann::json about(const PrepareSettings& settings, const PretrainedTokenizer& tokenizer,
                     const nlohmann::json& dictionary, const PrepareOptions& options,
                     const PrepareReport& report) {
  const bool own = !settings.labels.empty();
  return {
      {"mtl", MTL_VERSION},
      {"dataset", settings.corpus.dataset},
      {"input", std::filesystem::absolute(settings.corpus.input).lexically_normal().string()},
      {"input-versions", versions_noted_in(settings.corpus.input)},
      {"corpus", settings.corpus.to_json()},
      {"model", std::filesystem::absolute(settings.text.model).lexically_normal().string()},
      {"tokenizer", {{"digest", tokenizer.digest()}, {"vocabulary", tokenizer.vocabulary_size()}}},
      {"word-dic", settings.text.word_dic},
      {"label-dic", dictionary},
      {"label-source",
       own ? nlohmann::json{{"file", std::filesystem::absolute(settings.labels).lexically_normal().string()},
                            {"digest", digest_file(settings.labels)}}
           : nlohmann::json{{"pos", to_json(settings.text.pos)}}},
      {"settings", to_json(options)},
      {"report", to_json(report)}};
}

/// Throws Error when no piece has any of the labels, for then there is nothing to learn from them; says which
/// have none.
void check_labels(const PrepareReport& report, const std::string& corpus, const std::string& spans) {
  std::int64_t labelled = 0;
  std::string absent;
  for (const auto& [name, count] : report.labels) {
    if (!name.starts_with("B-")) continue;
    labelled += count;
    if (count == 0) absent += (absent.empty() ? "" : ", ") + name.substr(2);
  }
  require(labelled > 0, "{}: no text has a span of {}; the auxiliary task would be empty. {}", corpus, absent,
          spans.empty()
              ? "--pos takes the names of the dictionary, such as 名詞"
              : "Likely cause: all spans of --labels " + spans +
                    " are on what normalisation removes, behind the cut, or of texts that were left out");
  if (!absent.empty()) fmt::print(stderr, "warning: no text has a span of {}\n", absent);
}

/// Runs `work` and names the corpus's input in what it throws.
template <class Work>
auto on_input(const std::string& input, Work work) {
  try {
    return work();
  } catch (const Error& problem) {
    const std::string what = problem.what();
    throw Error(what.find(input) == std::string::npos ? fmt::format("{}: {}", input, what) : what);
  }
}

Prepared prepare_with_labels(const PrepareSettings& settings, const Corpus& corpus,
                             const PretrainedTokenizer& tokenizer, const MeCabAnalyzer& analyzer,
                             const PrepareOptions& options) {
  if (!settings.labels.empty())
    return prepare(corpus, tokenizer, SpanFileSource::read(settings.labels), analyzer, options);
  return prepare(corpus, tokenizer, PartOfSpeechSource(analyzer, settings.text.pos), analyzer, options);
}

/// A corpus that is read on another thread. Where something else fails meanwhile, it is not read to its end.
class CorpusReading {
 public:
  /// The settings must outlive it.
  explicit CorpusReading(const CorpusSettings& settings)
      : corpus_{std::async(std::launch::async,
                           [&settings, stop = stop_.get_token()] { return settings.read(stop); })} {}
  ~CorpusReading() { stop_.request_stop(); }
  CorpusReading(const CorpusReading&) = delete;
  CorpusReading& operator=(const CorpusReading&) = delete;

  /// Once. Throws what reading throws.
  Corpus get() { return corpus_.get(); }

 private:
  std::stop_source stop_;
  std::future<Corpus> corpus_;  // behind what it is stopped by: it is waited for first
};

void run(PrepareSettings& settings) {
  PrepareOptions options = resolved(settings);
  require(!settings.out.empty(), "--out: the name of the folder is empty");
  settings.corpus.resolve();
  require(settings.folds >= 3,
          "--folds {}: at least 3 are needed: one to test, one to validate, the rest to train",
          settings.folds);
  require_replaceable_folder(settings.out, dataset_files());
  // The corpus is read while the tokenizer is loaded and the dictionary gone through; what is wrong with
  // these is said first.
  CorpusReading reading(settings.corpus);
  const PretrainedTokenizer tokenizer = settings.text.load_tokenizer();
  require_embedding_fits(settings.text.model, tokenizer);
  const auto dictionary = settings.text.load_label_dictionary();
  dictionary->reach();  // which all threads would wait for later
  const nlohmann::json about_dictionary{{"directory", dictionary->directory()},
                                        {"digest", dictionary->digest()}};
  const Corpus corpus = reading.get();
  if (settings.quick() && !settings.classes)
    options.classes = std::min(QuickSizes{}.classes, static_cast<int>(corpus.classes.size()));
  auto [dataset, report] = on_input(settings.corpus.input, [&] {
    return prepare_with_labels(settings, corpus, tokenizer, MeCabAnalyzer(dictionary), options);
  });
  check_labels(report, settings.corpus.input, settings.labels);
  StoredDataset stored{.dataset = std::move(dataset), .folds = {}};
  stored.folds = stratified_folds(main_labels(stored.dataset), settings.folds, options.seed,
                                  stored.dataset.labels.at("main"));
  stored.about = about(settings, tokenizer, about_dictionary, options, report);
  save_dataset(settings.out, stored, options.threads);
  fmt::print(stderr, "{}{} folds from seed {}; written to {}\n", to_table(report), settings.folds,
             options.seed, settings.out);
}

void add_data_flags(CLI::App& command, PrepareSettings& settings) {
  PrepareOptions& options = settings.options;
  settings.corpus.add_to(command);
  command.add_option("--out", settings.out, "folder to write; an earlier data set there is replaced")
      ->required();
  command.add_option("--labels", settings.labels, "one's own spans (JSON lines) instead of parts of speech");
  command.add_option("--folds", settings.folds, "stratified folds")->capture_default_str();
  command.add_option("--seed", options.seed, "of shuffling and folds")
      ->check(any_seed())
      ->capture_default_str();
  command
      .add_option("--profile", settings.profile,
                  "sizes: paper, or quick (6 classes of 66 texts of 64 pieces); flags change them one by one")
      ->check(CLI::IsMember({"paper", "quick"}))
      ->capture_default_str();
  command.add_option("--classes", settings.classes,
                     "only the first so many classes by name; 0: all. Default: by profile");
  command.add_option(
      "--per-class", settings.per_class,
      "texts of each class; 0: as many as the smallest has. Default: the paper's, livedoor 500, "
      "twitter 10000, rakuten 20000, otherwise 0; profile quick 66");
  command.add_flag("--balance,!--no-balance", options.balance, "equal class sizes (default), or all texts");
  command
      .add_option("--duplicates", settings.duplicates,
                  "first: the first is kept; drop-conflicts: of equal texts with "
                  "different labels none is")
      ->capture_default_str();
  command.add_option("--max-words", settings.max_words,
                     "cut after so many words; 0: never. Default: twitter and rakuten 0, otherwise 512");
  command.add_option("--drop-words-from", settings.drop_words_from,
                     "leave out texts of so many words or more; 0: none. Default: rakuten 500, otherwise 0");
  command.add_option("--min-words", options.min_words, "leave out texts of fewer words")
      ->capture_default_str();
  command.add_option("--threads", options.threads, "0: one a core; the result is the same")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
}

}  // namespace

void add_prepare(CLI::App& app) {
  auto settings = std::make_shared<PrepareSettings>();
  CLI::App* command =
      app.add_subcommand("prepare", "raw documents to labelled, tokenised, balanced texts and folds");
  add_data_flags(*command, *settings);
  settings->text.add_to(*command);
  command->footer(
      "Own spans: one {\"id\": ..., \"spans\": [[begin, end, \"LABEL\"]]} a text, byte offsets in its raw "
      "text. The id is\n"
      "the line number in a TSV file, <category>/<file> in livedoor, column 1 in twitter, <file>:<line> in "
      "rakuten;\n"
      "livedoor's raw text is what follows the title.\n"
      "Examples:\n"
      "  mtl prepare --dataset livedoor --input ldcc-20140209.tar.gz --model models/e5-small --out "
      "data/livedoor\n"
      "  mtl prepare --dataset tsv --input reviews.tsv --model models/bert --per-class 500 --out "
      "data/reviews\n"
      "  mtl prepare --dataset tsv --input reviews.tsv --model models/bert --profile quick --out data/small\n"
      "  mtl prepare --dataset twitter --input tweets_open.csv.bz2 --texts texts.tsv --model models/bert "
      "--out "
      "data/twitter\n"
      "  mtl prepare --dataset rakuten --input ichiba --model models/bert --out data/rakuten\n"
      "  mtl prepare --config prepare.toml");
  command->callback([settings, command] {
    for (const char* flag : {"--pos", "--exclude-details", "--merge-runs"})
      require(settings->labels.empty() || command->count(flag) == 0,
              "{} has no effect beside --labels, which gives the spans itself", flag);
    if (settings->quick() && command->count("--max-pieces") == 0)
      settings->text.max_pieces = QuickSizes{}.max_pieces;
    run(*settings);
  });
}

}  // namespace mtl::program
