// `mtl prepare` on the paper's corpora that cannot be redistributed, from files of their forms that are made
// here.
#include <filesystem>

#include <nlohmann/json.hpp>

#include <data/corpora/tiny_files.hpp>
#include <mtl/data/dataset_file.hpp>
#include <program/workplace.hpp>
#include <support/catch.hpp>

namespace corpora_test {

using namespace mtl;
using mtl::tests::review;
using mtl::tests::Workplace;

const std::string usual = " --label-dic ipadic --out data --model " MTL_TEST_DATA "/corpora/tiny-bert";

/// A different text for every number.
std::string text(int i) {
  static const std::vector<std::string> what{"花", "空", "海", "山", "犬", "猫", "本", "道", "雨", "夜"};
  return what[static_cast<std::size_t>(i) % 10] + "と" + what[static_cast<std::size_t>(i) / 10 % 10] +
         "を見た。";
}

struct Tweets {
  std::string table, with_texts, texts;
};

/// `each` tweets of every one of the three classes, and one that has two labels.
Tweets tweets(int each) {
  Tweets made;
  const auto add = [&](int i, const std::string& flags) {
    const auto row = fmt::format("{},10000,{},{}", i, 522407718091366400 + i, flags);
    made.table += row + "\n";
    made.with_texts += row + ",\"" + text(i) + "\n、\"\"\"\n";
    made.texts += fmt::format("{}\t{}\n", 522407718091366400 + i, text(i));
  };
  for (int i = 0; i < 3 * each; ++i)
    add(i, std::vector<std::string>{"0,1,0,0,0", "0,0,1,0,0", "0,0,0,1,0"}[static_cast<std::size_t>(i) % 3]);
  add(3 * each, "0,1,0,0,1");
  return made;
}

/// `each` reviews of food in either class, and one of another genre.
std::string reviews(int each) {
  std::string lines = review({.genre = "600", .rating = "1", .body = "部品"});
  for (int i = 0; i < 2 * each; ++i)
    lines +=
        review({.rating = i % 2 == 0 ? (i % 4 == 0 ? "5" : "4") : (i % 4 == 1 ? "1" : "2"), .body = text(i)});
  return lines;
}

const std::string genres = "100227\t食品\t0\n201505\t茶\t100227\n600\t部品\t0\n";

/// Compresses a file of the workplace by a program of the system, which leaves `name` + `ending`.
void compress(const Workplace& place, const std::string& program, const std::string& name) {
  REQUIRE(std::system(fmt::format("cd '{}' && {} '{}'", place.root.string(), program, name).c_str()) == 0);
}

StoredDataset prepared(const Workplace& place, const std::string& words) {
  const auto made = place.run("prepare " + words + usual);
  INFO(words);
  INFO(made.err);
  REQUIRE(made.status == 0);
  return load_dataset(place.root / "data");
}

TEST_CASE("twitter: texts from a file of their own or from the ninth column are the same data", "[program]") {
  const Workplace place;
  const auto made = tweets(4);
  place.write("open/tweets_open.csv", made.table);
  place.write("whole.csv", made.with_texts);
  place.write("texts.tsv", made.texts);
  const std::string sizes = " --per-class 4 --folds 3";
  const auto apart =
      prepared(place, "--dataset twitter --input open/tweets_open.csv --texts texts.tsv" + sizes);
  CHECK(apart.dataset.name == "twitter");
  CHECK(apart.dataset.labels.at("main") == std::vector<std::string>{"negative", "neutral", "positive"});
  CHECK(apart.dataset.examples.size() == 12);
  CHECK(apart.about.at("report").at("skipped").at("tweet with several labels") == 1);
  CHECK(apart.about.at("settings").at("max-words") == 0);
  CHECK(apart.about.at("corpus").at("texts").contains("digest"));

  const auto whole = prepared(place, "--dataset twitter --input whole.csv" + sizes);
  CHECK(whole.dataset == apart.dataset);
  CHECK(whole.folds == apart.folds);
}

TEST_CASE("twitter: the table is read plain, compressed, from a folder and from an archive alike",
          "[program]") {
  const Workplace place;
  const auto made = tweets(4);
  place.write("open/tweets_open.csv", made.table);
  place.write("texts.tsv", made.texts);
  compress(place, "tar czf tweets.tar.gz", "open");
  compress(place, "tar cjf tweets.tar.bz2", "open");
  compress(place, "bzip2 -k", "open/tweets_open.csv");
  compress(place, "gzip -k", "open/tweets_open.csv");
  compress(place, "gzip -k", "texts.tsv");
  std::filesystem::rename(place.root / "open/tweets_open.csv.bz2", place.root / "alone.csv.bz2");
  std::filesystem::remove(place.root / "open/tweets_open.csv");
  std::vector<StoredDataset> all;
  for (const char* input :
       {"tweets.tar.gz", "tweets.tar.bz2", "alone.csv.bz2", "open/tweets_open.csv.gz", "open"})
    all.push_back(
        prepared(place, fmt::format("--dataset twitter --texts texts.tsv.gz --per-class 0 --folds 3 "
                                    "--input {}",
                                    input)));
  for (const StoredDataset& one : all) CHECK(one.dataset == all.front().dataset);
}

TEST_CASE("rakuten: food of 2015 by the genre table, from a folder, an archive and single files",
          "[program]") {
  const Workplace place;
  place.write("ichiba/ichiba04_review201503_20200101.tsv", reviews(4));
  place.write("ichiba/ichiba03_genre_20200101.tsv", genres);
  place.write("ichiba/ichiba01_item001_20200101.tsv", "\xFF another table, not read");
  compress(place, "tar czf ichiba.tar.gz", "ichiba");
  compress(place, "bzip2 -k", "ichiba/ichiba04_review201503_20200101.tsv");
  std::filesystem::rename(place.root / "ichiba/ichiba04_review201503_20200101.tsv.bz2",
                          place.root / "ichiba04_review201503_20200101.tsv.bz2");
  const std::string sizes = "--dataset rakuten --per-class 4 --folds 3 --input ";
  const auto folder = prepared(place, sizes + "ichiba");
  CHECK(folder.dataset.name == "rakuten");
  CHECK(folder.dataset.examples.size() == 8);
  CHECK(folder.dataset.labels.at("main") == std::vector<std::string>{"negative", "positive"});
  CHECK(folder.about.at("report").at("skipped").at("review of another genre") == 1);
  CHECK(folder.about.at("settings").at("drop-words-from") == 500);
  CHECK(folder.about.at("settings").at("max-words") == 0);
  const auto& corpus = folder.about.at("corpus");
  CHECK(corpus.at("genres") == nlohmann::json{"100227"});
  CHECK(corpus.at("genre-table").contains("digest"));
  CHECK(corpus.at("ratings") == nlohmann::json{{"negative", {1, 2}}, {"positive", {4, 5}}});
  CHECK(corpus.at("year") == 2015);

  const std::string table = " --genre-table ichiba/ichiba03_genre_20200101.tsv";
  CHECK(prepared(place, sizes + "ichiba.tar.gz" + table).dataset == folder.dataset);
  CHECK(prepared(place, sizes + "ichiba04_review201503_20200101.tsv.bz2" + table).dataset == folder.dataset);
  const auto leaves = prepared(place, sizes + "ichiba04_review201503_20200101.tsv.bz2 --genres 201505,7");
  CHECK(leaves.dataset == folder.dataset);
  const auto every =
      prepared(place, "--dataset rakuten --input ichiba.tar.gz --genres all --no-balance --folds 3");
  CHECK(every.dataset.examples.size() == 9);
}

TEST_CASE("rakuten: texts of 500 words or more are left out, unless a flag says otherwise", "[program]") {
  const Workplace place;
  std::string many;
  for (int i = 0; i < 500; ++i) many += "花";
  place.write("food.tsv", reviews(4) + review({.body = many}) + review({.body = many.substr(3)}));
  const std::string words = "--dataset rakuten --input food.tsv --genres all --no-balance --folds 3";
  CHECK(prepared(place, words).about.at("report").at("dropped").at("too many words") == nlohmann::json{0, 1});
  const auto cut = prepared(place, words + " --drop-words-from 0 --max-words 100");
  CHECK(cut.about.at("report").at("dropped").at("too many words") == nlohmann::json{0, 0});
  // Cut to 100 words the two are one text.
  CHECK(cut.about.at("report").at("dropped").at("duplicate once cut") == nlohmann::json{0, 1});
  CHECK(cut.about.at("report").at("cut_by_words") == 1);
}

TEST_CASE("rakuten: ratings become classes as the flags say", "[program]") {
  const Workplace place;
  place.write("food.tsv", reviews(8));
  const std::string words = "--dataset rakuten --input food.tsv --genres all --per-class 3 --folds 3";
  const auto classes = [&](const std::string& flags) {
    return prepared(place, words + flags).dataset.labels.at("main");
  };
  using Names = std::vector<std::string>;
  CHECK(classes(" --positive 5 --negative 1") == Names{"negative", "positive"});
  CHECK(classes(" --own-class 2,4") == Names{"negative", "positive", "rating 2", "rating 4"});
  CHECK(classes(" --own-class 1,2,4,5") == Names{"rating 1", "rating 2", "rating 4", "rating 5"});
  place.write("own.toml", "positive = [5]\nnegative = [1]\nown-class = [2, 4]\n");
  CHECK(classes(" --config own.toml") == Names{"negative", "positive", "rating 2", "rating 4"});
}

TEST_CASE("without --per-class the paper's sizes hold, and too few texts are refused by name", "[program]") {
  const Workplace place;
  const auto made = tweets(4);
  place.write("tweets.csv", made.with_texts);
  place.write("food.tsv", reviews(4));
  place.write("text/sports/sports-1.txt", tests::article("sports", 1, "海\n").content);
  place.write("text/movie/movie-1.txt", tests::article("movie", 1, "山\n").content);
  struct Row {
    std::string words, message;
  };
  const std::vector<Row> rows{
      {"--dataset twitter --input tweets.csv", "has 4 usable texts of 4 read, 10000 are asked for"},
      {"--dataset rakuten --genres all --input food.tsv", "20000 are asked for"},
      {"--dataset livedoor --input text", "has 1 usable texts of 1 read, 500 are asked for"},
  };
  for (const Row& row : rows) {
    INFO(row.words);
    const auto result = place.run("prepare " + row.words + usual);
    CHECK(result.status == 2);
    CHECK_THAT(result.err, Catch::Contains(row.message) && Catch::Contains("--per-class"));
  }
}

TEST_CASE("profile quick takes its sizes where no flag says others, and all classes where there are fewer",
          "[program]") {
  const Workplace place;
  place.write("two.tsv", tests::tiny_tsv(70));
  const auto quick = prepared(place, "--dataset tsv --input two.tsv --profile quick");
  CHECK(quick.dataset.examples.size() == 132);
  CHECK(quick.about.at("settings").at("max-pieces") == 64);
  const auto chosen =
      prepared(place, "--dataset tsv --input two.tsv --profile quick --per-class 20 --max-pieces 32");
  CHECK(chosen.dataset.examples.size() == 40);
  CHECK(chosen.about.at("settings").at("max-pieces") == 32);
  CHECK(prepared(place, "--dataset tsv --input two.tsv").dataset.examples.size() == 140);
}

/// The archive of MTL_DATA_DIR as the program reads it. The library's own test of it opens it by other means.
TEST_CASE("the program streams the livedoor archive and finds the articles that are in it",
          "[program][.livedoor]") {
  const Workplace place;
  const char* folder = std::getenv("MTL_DATA_DIR");
  REQUIRE(folder != nullptr);
  const auto data = prepared(
      place,
      fmt::format("--dataset livedoor --input '{}/ldcc-20140209.tar.gz' --max-words 32 --per-class 100",
                  folder));
  CHECK(data.dataset.examples.size() == 900);
  CHECK(data.about.at("report").at("skipped").at("licence") == 9);
  CHECK(data.dataset.labels.at("main").size() == 9);
  CHECK(data.about.at("report").at("read") == nlohmann::json({870, 870, 864, 511, 870, 842, 870, 900, 770}));
}

TEST_CASE("what is missing or belongs to another data set is refused with its flag", "[program]") {
  const Workplace place;
  place.write("food.tsv", reviews(4));
  place.write("tweets.csv", tweets(4).table);
  place.write("genres.tsv", genres);
  place.write("a/ichiba03_genre_1.tsv", genres);
  place.write("a/ichiba03_genre_2.tsv", genres);
  struct Row {
    std::string words, message;
  };
  const std::vector<Row> rows{
      {"--dataset rakuten --input food.tsv", "--genre-table ichiba03_genre_<date>.tsv"},
      {"--dataset rakuten --input food.tsv --genres all,5", "--genres: 'all' stands alone"},
      {"--dataset rakuten --input food.tsv --genres 5 --genre-table genres.tsv",
       "genres.tsv: has no genre 5"},
      {"--dataset rakuten --input a", "'ichiba03_genre_1.tsv' and 'ichiba03_genre_2.tsv'"},
      {"--dataset rakuten --input food.tsv --genres all --year 1999", "review not of 1999: 9"},
      {"--dataset rakuten --input food.tsv --genres all --positive 7", "rating 7: ratings are 0 to 5"},
      {"--dataset rakuten --input food.tsv --genres all --negative 5", "rating 5 is to be"},
      {"--dataset rakuten --input none.tsv --genres all", "none.tsv: no such file"},
      {"--dataset rakuten", "--dataset rakuten needs --input"},
      {"--dataset twitter --input tweets.csv", "give them as lines 'status id TAB text' (--texts)"},
      {"--dataset twitter --input tweets.csv --texts none.tsv", "none.tsv: cannot be read"},
      {"--dataset twitter --input food.tsv --texts food.tsv", "food.tsv"},
      {"--dataset tsv --input food.tsv --texts tweets.csv", "--texts belongs to --dataset twitter"},
      {"--dataset twitter --input tweets.csv --own-class 3", "--own-class belongs to --dataset rakuten"},
      {"--dataset rakuten --input food.tsv --genres all --folds 2", "--folds 2: at least 3 are needed"},
  };
  for (const Row& row : rows) {
    INFO(row.words);
    const auto result = place.run("prepare " + row.words + usual);
    INFO(result.err);
    CHECK(result.status == 2);
    CHECK_THAT(result.err, Catch::Contains(row.message));
    CHECK_FALSE(std::filesystem::exists(place.root / "data"));
  }
}

}  // namespace corpora_test
