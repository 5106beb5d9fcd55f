// The corpora are made by two_classes(); the tokenizer is a WordPiece vocabulary of its characters; the
// labels are ipadic's.
#include <filesystem>
#include <fstream>
#include <set>

#include <unistd.h>

#include <mtl/data/dataset_digest.hpp>
#include <mtl/data/prepare.hpp>
#include <mtl/data/settings_json.hpp>
#include <mtl/labels/part_of_speech_source.hpp>
#include <mtl/labels/span_file_source.hpp>
#include <mtl/text/pretrained_tokenizer.hpp>

#include <support/catch.hpp>
#include "corpora/tiny_files.hpp"

namespace prepare_test {

using namespace mtl;

const MeCabAnalyzer& analyzer() {
  static const MeCabAnalyzer ipadic(MeCabDictionary::open(find_dictionary("ipadic")));
  return ipadic;
}

const PretrainedTokenizer& tokenizer() {
  static const auto tiny = PretrainedTokenizer::load(MTL_TEST_DATA "/corpora/tiny-bert");
  return tiny;
}

Prepared prepared(const Corpus& corpus, const PrepareOptions& options = {}) {
  return prepare(corpus, tokenizer(), PartOfSpeechSource(analyzer()), analyzer(), options);
}

std::int64_t dropped(const PrepareReport& report, Dropped why) {
  return PrepareReport::sum(report.dropped[static_cast<std::size_t>(why)]);
}

/// The labels of an example's auxiliary head, with "-" where there is none.
std::vector<std::string> labels_of(const Dataset& dataset, const Example& example) {
  std::vector<std::string> names;
  for (const std::int32_t label : example.targets.at("pos"))
    names.push_back(label == ignored_label ? "-" : dataset.labels.at("pos")[static_cast<std::size_t>(label)]);
  return names;
}

TEST_CASE("prepare: a text becomes ids with its class and an IOB2 label for every token", "[data]") {
  Corpus corpus = tests::two_classes(0);
  corpus.documents = {{"1", "warm", "とても美しい花を見た。", "1"}, {"2", "cold", "海が寒い", "2"}};
  const auto [dataset, report] = prepared(corpus);
  REQUIRE(dataset.examples.size() == 2);
  CHECK(dataset.labels.at("main") == std::vector<std::string>{"cold", "warm"});
  CHECK(dataset.labels.at("pos").size() == 7);
  const auto warm = std::ranges::find(dataset.examples, "1", &Example::id);
  REQUIRE(warm != dataset.examples.end());
  CHECK(warm->text == "とても美しい花を見た");
  CHECK(warm->targets.at("main") == std::vector<std::int32_t>{1});
  // とても 副詞, 美しい 形容詞 (美し, ##い), 花 名詞, を 見 た; [CLS] and [SEP] are ignored
  CHECK(labels_of(dataset, *warm) ==
        std::vector<std::string>{"-", "B-副詞", "B-形容詞", "I-形容詞", "B-名詞", "O", "O", "O", "-"});
  CHECK(warm->ids.front() == tokenizer().special().cls);
  CHECK(warm->ids.back() == tokenizer().special().sep);
  CHECK(report.labels.at("B-名詞") == 2);
  CHECK(report.unknown_pieces == 0);
}

Corpus with_rejects() {
  Corpus corpus = tests::two_classes(20);
  corpus.skipped = {{"licence", 2}};
  for (int i = 0; i < 3; ++i) corpus.documents.push_back({fmt::format("e{}", i), "cold", "。、!! \n", "e"});
  for (int i = 0; i < 2; ++i)
    corpus.documents.push_back({fmt::format("d{}", i), "warm", " とても美しい花と花を見た！", "d"});
  corpus.documents.push_back({"long", "warm", std::string("花が花が花が花が花が花が花が花が花が"), "long"});
  corpus.documents.push_back({"short", "warm", "雨", "short"});
  corpus.classes = {"cold", "other", "warm"};
  std::ranges::sort(corpus.classes);
  return corpus;
}

TEST_CASE("prepare: every dropped text is counted under its reason, and the counts add up", "[data]") {
  Corpus corpus = with_rejects();
  corpus.classes = {"cold", "warm", "zebra"};
  corpus.documents.push_back({"z", "zebra", "犬", "z"});
  const auto [dataset, report] = prepared(corpus, {.classes = 2, .drop_words_from = 15, .min_words = 2});
  CHECK(dropped(report, Dropped::NotChosen) == 1);
  CHECK(dropped(report, Dropped::Empty) == 3);
  CHECK(dropped(report, Dropped::Duplicate) == 2);
  CHECK(dropped(report, Dropped::TooLong) == 1);
  CHECK(dropped(report, Dropped::TooShort) == 1);
  CHECK(dropped(report, Dropped::BeyondSize) == 0);
  CHECK(report.read == PrepareReport::Counts{23, 24, 1});
  CHECK(report.kept == PrepareReport::Counts{20, 20, 0});
  CHECK(report.skipped == corpus.skipped);
  CHECK(dataset.examples.size() == 40);
  CHECK(dataset.labels.at("main") == std::vector<std::string>{"cold", "warm"});
  CHECK(to_json(report).at("dropped").at("duplicate") == PrepareReport::Counts{0, 2, 0});
  CHECK_THAT(to_table(report), Catch::Contains("duplicate"));

  PrepareReport wrong = report;
  --wrong.kept[1];
  CHECK_THROWS_WITH(require_that_counts_add_up(wrong), Catch::StartsWith("class 'warm': 24 texts were read"));
}

TEST_CASE("prepare: classes are balanced to the smallest, or to a size, or not at all", "[data]") {
  Corpus corpus = tests::two_classes(12);
  corpus.documents.push_back({"more", "warm", "犬と猫と本", "more"});
  CHECK(prepared(corpus).report.kept == PrepareReport::Counts{12, 12});
  CHECK(prepared(corpus, {.per_class = 5}).report.kept == PrepareReport::Counts{5, 5});
  CHECK(prepared(corpus, {.balance = false}).report.kept == PrepareReport::Counts{12, 13});
  CHECK_THROWS_WITH(prepared(corpus, {.per_class = 13}),
                    Catch::StartsWith("class 'cold' has 12 usable texts of 12 read, 13 are asked for"));
  CHECK_THROWS_WITH(prepared(corpus, {.balance = false, .per_class = 5}), Catch::StartsWith("per_class 5"));
}

TEST_CASE("prepare: texts that differ only after the cut are one text to a model", "[data]") {
  Corpus corpus = tests::two_classes(10);
  corpus.documents.push_back({"a", "warm", "花と空と海と山と犬", "a"});
  corpus.documents.push_back({"b", "warm", "花と空と海と山と猫", "b"});
  CHECK(dropped(prepared(corpus).report, Dropped::DuplicateOnceCut) == 0);
  CHECK(dropped(prepared(corpus, {.max_words = 8}).report, Dropped::DuplicateOnceCut) >= 1);
  CHECK(dropped(prepared(corpus, {.max_pieces = 10}).report, Dropped::DuplicateOnceCut) >= 1);
}

TEST_CASE("prepare: a text of white space alone is empty, whatever is kept", "[data]") {
  Corpus corpus = tests::two_classes(10);
  corpus.documents.push_back({"blank", "warm", " \n\u3000", "blank"});
  const auto [dataset, report] =
      prepared(corpus, {.normalize = {.remove_newlines = false, .remove_spaces = false}});
  CHECK(dropped(report, Dropped::Empty) == 1);
  for (const Example& example : dataset.examples) CHECK(example.ids.size() > 2);
}

TEST_CASE("prepare: of equal texts the first after shuffling stays; with different labels none, if so wished",
          "[data]") {
  Corpus corpus = tests::two_classes(10);
  corpus.documents.push_back({"same", "warm", "花より花が寒いし、暗い。", "same"});  // cold/0 says the same
  const auto first = prepared(corpus);
  CHECK(dropped(first.report, Dropped::Duplicate) == 1);
  const auto none = prepared(corpus, {.duplicates = Duplicates::ConflictsDropped});
  CHECK(none.report.dropped[static_cast<std::size_t>(Dropped::Conflict)] == PrepareReport::Counts{1, 1});
  for (const Example& example : none.dataset.examples) {
    CHECK(example.id != "same");
    CHECK(example.id != "cold/0");
  }
}

TEST_CASE("prepare: the result depends on the seed and not on the threads", "[data]") {
  const Corpus corpus = tests::two_classes(40);
  const auto one = prepared(corpus, {.seed = 4, .threads = 1});
  const auto four = prepared(corpus, {.seed = 4, .threads = 4});
  CHECK(one.dataset == four.dataset);
  CHECK(to_json(one.report) == to_json(four.report));
  const auto other = prepared(corpus, {.seed = 5, .threads = 4});
  CHECK(data_digest(other.dataset) != data_digest(one.dataset));
}

TEST_CASE("prepare: a long text is cut after the most words, then after the most tokens, labels with it",
          "[data]") {
  Corpus corpus = tests::two_classes(0);
  corpus.documents = {{"1", "warm", "とても美しい花を見た。", "1"}, {"2", "cold", "海が寒い", "2"}};
  const auto words = prepared(corpus, {.max_words = 3});
  CHECK(words.report.cut_by_words == 1);
  const auto& cut = *std::ranges::find(words.dataset.examples, "1", &Example::id);
  CHECK(cut.text == "とても美しい花");
  CHECK(labels_of(words.dataset, cut) ==
        std::vector<std::string>{"-", "B-副詞", "B-形容詞", "I-形容詞", "B-名詞", "-"});

  const auto pieces = prepared(corpus, {.max_pieces = 4});
  CHECK(pieces.report.cut_by_pieces == 2);
  const auto& two = *std::ranges::find(pieces.dataset.examples, "1", &Example::id);
  CHECK(two.ids.size() == 4);
  CHECK(labels_of(pieces.dataset, two) == std::vector<std::string>{"-", "B-副詞", "B-形容詞", "-"});
}

TEST_CASE("prepare: ordinary tokens, joined order and labels of special tokens are choices", "[data]") {
  Corpus corpus = tests::two_classes(0);
  corpus.documents = {{"1", "warm", "花を見た海", "1"}, {"2", "cold", "海が寒い", "2"}};
  const auto labels = [&](const PrepareOptions& options) {
    const auto made = prepared(corpus, options);
    return labels_of(made.dataset, *std::ranges::find(made.dataset.examples, "1", &Example::id));
  };
  using Names = std::vector<std::string>;
  CHECK(labels({}) == Names{"-", "B-名詞", "O", "O", "O", "B-名詞", "-"});
  CHECK(labels({.tokens = Tokens::Ordinary}) == Names{"-", "B-名詞", "O", "O", "O", "B-名詞", "-"});
  CHECK(labels({.join = JoinOrder::SpansFirst}) == Names{"-", "B-名詞", "B-名詞", "O", "O", "O", "-"});
  CHECK(labels({.special_labels = SpecialTokenLabels::Outside}) ==
        Names{"O", "B-名詞", "O", "O", "O", "B-名詞", "O"});
  const auto named = prepared(corpus, {.auxiliary_head = "words"});
  CHECK(named.dataset.labels.contains("words"));
  CHECK_THROWS_WITH(prepared(corpus, {.auxiliary_head = "main"}), Catch::StartsWith("auxiliary_head 'main'"));
}

TEST_CASE("prepare: a corpus that cannot be learnt from is refused", "[data]") {
  Corpus corpus = tests::two_classes(3);
  SECTION("one class only") {
    corpus.classes = {"warm"};
    std::erase_if(corpus.documents, [](const Document& document) { return document.label == "cold"; });
    CHECK_THROWS_WITH(prepared(corpus), Catch::Contains("one class only"));
  }
  SECTION("an empty class") {
    corpus.classes = {"cold", "none", "warm"};
    CHECK_THROWS_WITH(prepared(corpus), Catch::StartsWith("class 'none' is empty: of 0 texts read"));
  }
  SECTION("a class of which normalisation leaves nothing") {
    for (Document& document : corpus.documents)
      if (document.label == "cold") document.text = "!!";
    CHECK_THROWS_WITH(prepared(corpus),
                      Catch::StartsWith("class 'cold' is empty: of 3 texts read none is left"));
  }
  SECTION("bytes that are not UTF-8, the first of several") {
    corpus.documents[1].text = "一行目\n\xC0\xAF";
    corpus.documents[4].text = "\xFF";
    CHECK_THROWS_WITH(prepared(corpus, {.threads = 4}),
                      Catch::StartsWith("cold 0, line 2: not valid UTF-8 (byte 1 of the line is 0xC0)"));
  }
  SECTION("more classes than there are") {
    CHECK_THROWS_WITH(prepared(corpus, {.classes = 5}), Catch::StartsWith("classes: 5 are asked for"));
  }
}

TEST_CASE("prepare: a text of white space alone is empty, also where spaces are kept", "[data]") {
  Corpus corpus = tests::two_classes(3);
  corpus.documents.push_back({"blank", "warm", " \u3000 ", "blank"});
  const auto made = prepared(corpus, {.normalize = {.remove_spaces = false}});
  CHECK(dropped(made.report, Dropped::Empty) == 1);
  CHECK(made.report.shortest > 0);
}

TEST_CASE("prepare: a text beyond every text, and more threads than can be, are refused before the work",
          "[data]") {
  Corpus corpus = tests::two_classes(3);
  corpus.documents[2].text = std::string(longest_text + 1, 'a');
  CHECK_THROWS_WITH(prepared(corpus), Catch::StartsWith("warm 1: a text of 4194305 bytes"));
  CHECK_THROWS_WITH(prepared(tests::two_classes(3), {.threads = 1025}), Catch::StartsWith("threads 1025"));
  CHECK_THROWS_WITH(prepared(tests::two_classes(3), {.threads = -1}), Catch::StartsWith("threads -1"));
}

struct SpansFile {
  std::string path =
      (std::filesystem::temp_directory_path() / fmt::format("mtl-spans-{}.jsonl", ::getpid())).string();
  explicit SpansFile(const std::string& content) { std::ofstream(path) << content; }
  ~SpansFile() { std::filesystem::remove(path); }
};

Prepared with_spans(const Corpus& corpus, const std::string& content) {
  const SpansFile file(content);
  return prepare(corpus, tokenizer(), SpanFileSource::read(file.path), analyzer(), {});
}

TEST_CASE("prepare: one's own spans take the place of parts of speech; texts without a line are unlabelled",
          "[data]") {
  Corpus corpus = tests::two_classes(0);
  corpus.documents = {{"1", "warm", "花 を見た", "1"}, {"2", "cold", "海が寒い", "2"}};
  const auto [dataset, report] = with_spans(corpus, R"({"id": "1", "spans": [[4, 10, "見物"]]})"
                                                    "\n");
  CHECK(dataset.labels.at("pos") == std::vector<std::string>{"O", "B-見物", "I-見物"});
  const auto labels = [&](const char* id) {
    return labels_of(dataset, *std::ranges::find(dataset.examples, id, &Example::id));
  };
  CHECK(labels("1") == std::vector<std::string>{"-", "O", "B-見物", "I-見物", "O", "-"});
  CHECK(labels("2") == std::vector<std::string>(labels("2").size(), "-"));
}

TEST_CASE("prepare: spans that do not fit are refused, also those of texts that would be dropped", "[data]") {
  Corpus corpus = tests::two_classes(2);
  corpus.documents.push_back({"again", "warm", corpus.documents[0].text, "again"});
  CHECK_THROWS_WITH(with_spans(corpus, R"({"id": "again", "spans": [[0, 999, "X"]]})"),
                    Catch::Contains("span [0, 999) reaches beyond the text of 'again'"));
  CHECK_THROWS_WITH(with_spans(corpus, R"({"id": "nobody", "spans": [[0, 3, "X"]]})"),
                    Catch::Contains("no document has the id 'nobody'"));
}

/// Texts that share beginnings of every length, some of them up to the cut.
Corpus alike(int each) {
  Corpus corpus = tests::two_classes(0);
  for (int i = 0; i < each; ++i) {
    std::string text;
    for (int k = 0; k < 40; ++k)
      text += k < 3 * (i % 14) ? "花と" : fmt::format("海{}", k % (i + 2) == 0 ? "を" : "が");
    const std::string id = std::to_string(i);
    corpus.documents.push_back(
        {"warm/" + id, "warm", text + "山" + std::string(static_cast<std::size_t>(i), 'a'), id});
    corpus.documents.push_back({"cold/" + id, "cold", i % 3 == 0 ? text + "猫" : "犬" + text, id});
  }
  return corpus;
}

TEST_CASE("prepare: that most texts are compared by their beginnings alone changes nothing", "[data]") {
  const auto duplicates = GENERATE(Duplicates::FirstKept, Duplicates::ConflictsDropped);
  const int max_pieces = GENERATE(36, 44, 60, 512);
  const Corpus corpus = alike(60);
  const auto all = prepared(corpus, {.balance = false, .max_pieces = max_pieces, .duplicates = duplicates});
  const auto some = prepared(corpus, {.per_class = 4, .max_pieces = max_pieces, .duplicates = duplicates});
  for (const Dropped why : {Dropped::Empty, Dropped::Duplicate, Dropped::DuplicateOnceCut, Dropped::Conflict})
    CHECK(dropped(some.report, why) == dropped(all.report, why));
  std::vector<Example> first;
  std::vector<int> taken(2);
  for (const Example& example : all.dataset.examples)
    if (taken.at(static_cast<std::size_t>(example.targets.at("main").front()))++ < 4)
      first.push_back(example);
  const bool same = some.dataset.examples == first;
  CHECK(same);
  CHECK(first.size() == 8);
  if (max_pieces == 44) CHECK(dropped(some.report, Dropped::DuplicateOnceCut) > 0);
}

TEST_CASE("prepare: labels do not depend on whether the counted words give them", "[data]") {
  const Corpus corpus = tests::two_classes(20);
  const PartOfSpeechSource other(MeCabAnalyzer(MeCabDictionary::open(find_dictionary("ipadic"))));
  for (const PrepareOptions& options : {PrepareOptions{.max_words = 5}, PrepareOptions{.max_words = 0}})
    CHECK(prepare(corpus, tokenizer(), other, analyzer(), options).dataset ==
          prepared(corpus, options).dataset);
}

/// MeCab without analyze_first(): every text is analysed whole.
struct WholeTexts {
  MeCabAnalyzer mecab;
  std::vector<Morpheme> analyze(std::string_view text) { return mecab.analyze(text); }
  bool agrees_with(const WholeTexts& other) const { return mecab.agrees_with(other.mecab); }
};

/// Texts of many words with a few beginnings in common.
Corpus long_texts() {
  Corpus corpus = tests::two_classes(0);
  const std::vector<std::string> words{"静かな", "海",       "と", "青い", "山",     "が",
                                       "とても", "東京都に", "犬", "は",   "美しい", "雨"};
  for (std::size_t i = 0; i < 60; ++i) {
    std::string text = "花と空";
    for (std::size_t k = 0; k < 20 + 7 * i; ++k)
      text += words[(k < 60 * (i % 3) ? k : k * k + i) % words.size()];
    const std::string id = std::to_string(i);
    corpus.documents.push_back({id, i % 2 == 0 ? "warm" : "cold", std::move(text), id});
  }
  return corpus;
}

TEST_CASE("prepare: that texts are not analysed to their ends changes nothing", "[data]") {
  const Corpus corpus = long_texts();
  const WholeTexts whole{analyzer()};
  const bool merge = GENERATE(false, true);
  const PartOfSpeechOptions pos{.merge_runs = merge};
  const std::vector<PrepareOptions> settings{{.per_class = 5},
                                             {.per_class = 5, .max_words = 0},
                                             {.per_class = 2, .max_words = 30},
                                             {.per_class = 2, .max_words = 45, .max_pieces = 20},
                                             {.max_words = 50},
                                             {.balance = false, .max_words = 90},
                                             {.per_class = 5, .join = JoinOrder::SpansFirst},
                                             {.per_class = 5, .tokens = Tokens::Ordinary},
                                             {.per_class = 3, .max_words = 0, .drop_words_from = 100},
                                             {.per_class = 2, .max_words = 40, .min_words = 60},
                                             {.per_class = 3, .max_words = 0, .min_words = 60}};
  for (const PrepareOptions& options : settings) {
    const auto some = prepare(corpus, tokenizer(), PartOfSpeechSource(analyzer(), pos), analyzer(), options);
    const auto all = prepare(corpus, tokenizer(), PartOfSpeechSource(whole, pos), whole, options);
    INFO(to_json(options).dump());
    const bool same = some.dataset == all.dataset;
    CHECK(same);
    CHECK(to_json(some.report) == to_json(all.report));
  }
}

TEST_CASE("settings have names, and come back from JSON", "[data]") {
  const NormalizeOptions some{.digits = Digits::RunToZero, .width = Width::AsciiOnly, .remove_urls = false};
  CHECK(normalize_options(to_json(some)) == some);
  CHECK(to_json(PrepareOptions{}).at("tokens") == "span-first");
  CHECK_THROWS_WITH(choice_of<Width>("--width", "half"),
                    "--width: 'half' is none of its values (nfkc, ascii, keep)");
}

}  // namespace prepare_test
