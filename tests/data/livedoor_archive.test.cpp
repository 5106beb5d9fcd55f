// The real livedoor news corpus, ldcc-20140209.tar.gz in the folder that MTL_DATA_DIR names. Its texts may
// not be part of this repository, so this test runs only when asked: [.livedoor]. Counts of articles: the
// publisher's archive of 2014-02-09, counted file by file.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>

#include <mtl/data/folds.hpp>
#include <mtl/data/livedoor.hpp>
#include <mtl/data/prepare.hpp>
#include <mtl/labels/part_of_speech_source.hpp>
#include <mtl/text/pretrained_tokenizer.hpp>
#include <support/catch.hpp>

namespace livedoor_archive_test {

using namespace mtl;

/// The output of `gzip -dc`: the library opens no archives, so the test reads this one by itself.
std::string decompressed(const std::string& path) {
  const std::string command = "gzip -dc '" + path + "'";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
  std::string bytes;
  char block[65536];
  while (const auto got = std::fread(block, 1, sizeof block, pipe.get())) bytes.append(block, got);
  return bytes;
}

/// The plain files of a tar archive (POSIX.1-1988 headers: name at 0, size at 124 in octal, type at 156).
FileSource tar_files(std::shared_ptr<const std::string> tar) {
  return [tar, at = std::size_t{0}]() mutable -> std::optional<NamedFile> {
    while (at + 512 <= tar->size() && (*tar)[at] != '\0') {
      const std::string name = tar->c_str() + at;
      const auto size = static_cast<std::size_t>(std::stoull(tar->substr(at + 124, 11), nullptr, 8));
      const char type = (*tar)[at + 156];
      const std::size_t content = at + 512;
      at = content + (size + 511) / 512 * 512;
      if (type == '0' || type == '\0') return NamedFile{name, tar->substr(content, size)};
    }
    return std::nullopt;
  };
}

TEST_CASE("the livedoor archive has 7,367 articles, and no text is in two folds", "[data][.livedoor]") {
  const char* folder = std::getenv("MTL_DATA_DIR");
  REQUIRE(folder != nullptr);
  REQUIRE(std::string(folder) != "");
  const auto tar =
      std::make_shared<const std::string>(decompressed(std::string(folder) + "/ldcc-20140209.tar.gz"));
  const Corpus corpus = read_livedoor(tar_files(tar));
  CHECK(corpus.documents.size() == 7367);
  CHECK(corpus.skipped.at("licence") == 9);
  std::map<std::string, int> count;
  for (const Document& document : corpus.documents) ++count[document.label];
  CHECK(count == std::map<std::string, int>{{"dokujo-tsushin", 870},
                                            {"it-life-hack", 870},
                                            {"kaden-channel", 864},
                                            {"livedoor-homme", 511},
                                            {"movie-enter", 870},
                                            {"peachy", 842},
                                            {"smax", 870},
                                            {"sports-watch", 900},
                                            {"topic-news", 770}});

  const MeCabAnalyzer mecab(MeCabDictionary::open(find_dictionary("ipadic")));
  const auto tokenizer = PretrainedTokenizer::load(MTL_TEST_DATA "/corpora/tiny-bert");
  const auto [dataset, report] =
      prepare(corpus, tokenizer, PartOfSpeechSource(mecab), mecab, {.per_class = 500});
  REQUIRE(dataset.examples.size() == 4500);  // the paper's nine classes of 500
  const auto of = [&report](Dropped why) {
    return PrepareReport::sum(report.dropped[static_cast<std::size_t>(why)]);
  };
  CHECK(of(Dropped::Duplicate) > 0);
  CHECK(of(Dropped::DuplicateOnceCut) > 0);
  const Folds folds = stratified_folds(main_labels(dataset), 10, 1, corpus.classes);
  std::set<std::string> texts;
  std::set<std::vector<std::int32_t>> ids;
  for (int f = 0; f < 10; ++f) {
    CHECK(folds.test(f).size() == 450);
    for (const std::size_t i : folds.test(f)) {
      CHECK(texts.insert(dataset.examples[i].text).second);
      CHECK(ids.insert(dataset.examples[i].ids).second);
    }
  }
}

}  // namespace livedoor_archive_test
