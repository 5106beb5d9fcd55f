// The program itself, called as a user calls it: exit status, what it says, and what it leaves behind.
#include <sstream>

#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include <mtl/data/dataset_file.hpp>
#include <mtl/version.hpp>
#include <program/workplace.hpp>
#include <support/catch.hpp>

namespace commands_test {

using namespace mtl;
using mtl::tests::tiny_tsv;
using mtl::tests::Workplace;

const std::string model = MTL_TEST_DATA "/corpora/tiny-bert";

TEST_CASE("prepare makes a data folder that folds prints and divides anew", "[program]") {
  const Workplace place;
  place.write("a.tsv", tiny_tsv(12));
  const auto made =
      place.run("prepare --dataset tsv --input a.tsv --label-dic ipadic --out data --model " + model);
  INFO(made.err);
  REQUIRE(made.status == 0);
  CHECK(made.out.empty());
  CHECK_THAT(made.err, Catch::Contains("kept"));
  const auto stored = load_dataset(place.root / "data");
  CHECK(stored.dataset.examples.size() == 24);
  CHECK(stored.folds.k == 10);
  CHECK(stored.about.at("settings").at("max-words") == 512);

  const auto folds = place.run("folds --data data");
  CHECK(folds.status == 0);
  CHECK(folds.out == read_file(place.root / "data/folds.tsv"));
  const auto other = place.run("folds --data data --folds 4 --seed 9");
  CHECK_THAT(other.out, Catch::StartsWith("# 4 folds, seed 9\n"));
  CHECK(load_dataset(place.root / "data").folds.k == 4);
}

TEST_CASE("settings come from a TOML file, and flags win over it", "[program]") {
  const Workplace place;
  place.write("a.tsv", tiny_tsv(12));
  place.write("flat.toml",
              "dataset = \"tsv\"\ninput = \"a.tsv\"\nfolds = 3\nremove-symbols = false\nmodel = \"" + model +
                  "\"\nout = \"data\"\nlabel-dic = \"ipadic\"\n");
  const auto made = place.run("prepare --config flat.toml --folds 5");
  INFO(made.err);
  REQUIRE(made.status == 0);
  const auto stored = load_dataset(place.root / "data");
  CHECK(stored.folds.k == 5);
  CHECK(stored.about.at("settings").at("normalize").at("remove-symbols") == false);
  CHECK_THAT(stored.dataset.examples.front().text, Catch::EndsWith("。"));

  place.write("section.toml", "[prepare]\nfolds = 3\n[folds]\nseed = 2\n");
  CHECK(place
            .run("prepare --config section.toml --dataset tsv --input a.tsv --label-dic ipadic --out data "
                 "--model " +
                 model)
            .status == 0);
  CHECK(load_dataset(place.root / "data").folds.k == 3);
}

TEST_CASE("bad input ends with status 2 and one message, and earlier results stay whole", "[program]") {
  const Workplace place;
  place.write("good.tsv", tiny_tsv(12));
  REQUIRE(place.run("prepare --dataset tsv --input good.tsv --label-dic ipadic --out data --model " + model)
              .status == 0);
  const auto before = read_file(place.root / "data/dataset.json");
  place.write("notab.tsv", "a\t海\nb 山\n");
  place.write("sjis.tsv", "a\t海\nb\t\x83\x65\n");
  place.write("one.tsv", "a\t海\na\t山\n");
  place.write("few.tsv", tiny_tsv(5));
  place.write("void.tsv", tiny_tsv(12) + "none\t。\n");
  place.write("range.jsonl", "{\"id\": \"1\", \"spans\": [[0, 999, \"X\"]]}\n");
  place.write("uneven.tsv", tiny_tsv(9) + "cold\t猫が寒い。\n");
  place.write("outside.jsonl", "{\"id\": \"1\", \"spans\": [[0, 3, \"O\"]]}\n");
  place.write("removed.jsonl", "{\"id\": \"1\", \"spans\": [[36, 39, \"P\"]]}\n");  // a full stop
  place.write("tab.jsonl", "{\"id\": \"1\", \"spans\": [[0, 3, \"a\\tb\"]]}\n");
  REQUIRE(::mkfifo((place.root / "pipe").c_str(), 0600) == 0);
  place.write("key.toml", "flods = 3\n");
  place.write("cut.tar.gz", "\x1f\x8b\x08");
  place.write("foreign/notes.txt", "");
  struct Row {
    std::string words, message;
  };
  const std::string usual = "--label-dic ipadic --out data --model " + model;
  const std::vector<Row> rows{
      {"prepare --dataset tsv --input notab.tsv " + usual, "notab.tsv, line 2: no tab"},
      {"prepare --dataset tsv --input sjis.tsv " + usual, "sjis.tsv, line 2: not valid UTF-8"},
      {"prepare --dataset tsv --input one.tsv " + usual, "one class only"},
      {"prepare --dataset tsv --input few.tsv " + usual,
       "few.tsv: class 'cold' has 5 usable texts of 5 read, fewer than the 10 folds"},
      {"prepare --dataset tsv --input void.tsv " + usual,
       "void.tsv: class 'none' is empty: of 1 texts read none is left; nothing could be learnt of it; left "
       "out: "
       "1 empty after normalisation"},
      {"prepare --dataset tsv --input uneven.tsv " + usual,
       "class 'warm' has 9 usable texts of 9 read, fewer"},
      {"prepare --dataset tsv --input good.tsv --pos noun " + usual, "no text has a span of noun"},
      {"prepare --dataset tsv --input good.tsv --labels removed.jsonl " + usual,
       "no text has a span of P; the auxiliary task would be empty. Likely cause: all spans of --labels "
       "removed.jsonl"},
      {"prepare --dataset tsv --input good.tsv --labels removed.jsonl --pos 名詞 " + usual,
       "--pos has no effect beside --labels"},
      {"prepare --dataset tsv --input good.tsv --labels outside.jsonl " + usual,
       "outside.jsonl:1: span [0, 3) has the label O"},
      {"prepare --dataset tsv --input good.tsv --labels tab.jsonl " + usual, "control character"},
      {"folds --data data --out data/examples.jsonl", "data/examples.jsonl: that is part of the data set"},
      {"folds --data data --out pipe", "pipe: cannot be written: it is no ordinary file"},
      {"tokenize --pos 動詞 --model " + model, "--pos has an effect only with --spans"},
      {"tokenize --stride 3 --model " + model, "--stride has an effect only with"},
      {"prepare --dataset tsv --input none.tsv " + usual, "none.tsv: cannot be read: No such file"},
      {"prepare --dataset tsv " + usual, "--dataset tsv needs --input"},
      {"prepare --dataset livedoor " + usual, "MTL_DATA_DIR is not set"},
      {"prepare --dataset livedoor --input cut.tar.gz " + usual, "cut.tar.gz"},
      {"prepare --dataset films --input x " + usual, "films not in {livedoor,twitter,rakuten,manuals,tsv}"},
      {"prepare --dataset tsv --input good.tsv --labels range.jsonl " + usual,
       "range.jsonl:1: span [0, 999)"},
      {"prepare --dataset tsv --input good.tsv --digits five " + usual,
       "--digits: 'five' is none of its values"},
      {"prepare --dataset tsv --input good.tsv --max-pieces 513 " + usual, "reads at most 512 tokens"},
      {"prepare --dataset tsv --input good.tsv --out data --model none", "--model none: no such folder"},
      {"prepare --dataset tsv --input good.tsv --label-dic none --out data --model " + model,
       "'none' is not installed"},
      {"prepare --dataset tsv --input good.tsv --out foreign --model " + model, "holds 'notes.txt'"},
      {"prepare --config key.toml", "key.toml, line 1: 'flods' is no setting of `mtl prepare`"},
      {"prepare --config none.toml", "none.toml"},
      {"prepare --dataset tsv --input good.tsv --seed -1 " + usual,
       "--seed: '-1' is no whole number from 0 to 9223372036854775807"},
      {"prepare --dataset tsv --input good.tsv --seed 9223372036854775808 " + usual, "--seed: '922337"},
      {"prepare --dataset tsv --input good.tsv --folds x " + usual,
       "--folds = x: this setting takes another"},
      {"folds --data data --folds 4 --seed -1", "--seed: '-1' is no whole number"},
      {"folds --data data --folds 4 --seed 18446744073709551616", "--seed: '18446744073709551616' is no"},
      {"ttest good.tsv --seed -1", "--seed: '-1' is no whole number"},
      {"ttest good.tsv --rope -1", "--rope: '-1' is no number from 0"},
      {"ttest good.tsv --alpha nan", "--alpha: 'nan' is no number from 1e-12 to 0.5"},
      {"ttest good.tsv --n-train 0 --n-test 1", "--n-train: '0' is no whole number from 1"},
      {"folds --data none", "none: no such folder"},
      {"folds --data data --folds 20", "fewer than the 20 folds"},
      {"tokenize --model " + model + " --raw", "--raw requires --spans"},
      {"train", "'train' is no command; the commands are attend, cite, "},
      {"", "subcommand is required"},
  };
  for (const Row& row : rows) {
    INFO(row.words);
    const auto result = place.run(row.words);
    INFO(result.err);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK_THAT(result.err, Catch::Contains(row.message));
    const auto first = result.err.find("mtl: ");
    REQUIRE(first != std::string::npos);
    CHECK(result.err.find("\nmtl: ", first) == std::string::npos);  // one message
    CHECK(result.err.find('\n', first) == result.err.size() - 1);   // on one line, the last
    CHECK(read_file(place.root / "data/dataset.json") == before);
    CHECK_NOTHROW(load_dataset(place.root / "data"));
  }
}

std::vector<nlohmann::json> json_lines(const std::string& text) {
  std::vector<nlohmann::json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

TEST_CASE("tokenize answers every line, empty ones too", "[program]") {
  const Workplace place;
  const auto result = place.run("tokenize --model " + model, "花を見た。\n\n海");
  REQUIRE(result.status == 0);
  const auto lines = json_lines(result.out);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].at("tokens") == nlohmann::json{"[CLS]", "花", "を", "見", "た", "[UNK]", "[SEP]"});
  CHECK(lines[0].at("ids").size() == 7);
  CHECK(lines[1].at("tokens") == nlohmann::json{"[CLS]", "[SEP]"});
  CHECK(place.run("tokenize --model " + model).out.empty());
  const auto bad = place.run("tokenize --model " + model, "ok\n\xFF\n");
  CHECK(bad.status == 2);
  CHECK_THAT(bad.err, Catch::StartsWith("mtl: standard input, line 2: not valid UTF-8"));
}

TEST_CASE("tokenize tells what each token covers, of which word and text it is, and its type", "[program]") {
  const Workplace place;
  const std::string tokenize = "tokenize --model " + model;
  using nlohmann::json;
  const auto line = json_lines(place.run(tokenize + " --offsets --words --types", " 美しい花\n").out).at(0);
  CHECK(line.at("tokens") == json{"[CLS]", "美し", "##い", "花", "[SEP]"});
  CHECK(line.at("offsets") == json::parse("[null, [1, 7], [7, 10], [10, 13], null]"));
  CHECK(line.at("words") == json::parse("[null, 0, 0, 1, null]"));
  CHECK(line.at("types") == json{0, 0, 0, 0, 0});
  CHECK_FALSE(line.contains("texts"));
  const auto two = json_lines(place.run(tokenize + " --pair --types --offsets", "花\t海、\n").out).at(0);
  CHECK(two.at("tokens") == json{"[CLS]", "花", "[SEP]", "海", "[UNK]", "[SEP]"});
  CHECK(two.at("types") == json{0, 0, 0, 1, 1, 1});
  CHECK(two.at("texts") == json::parse("[null, 0, null, 1, 1, null]"));
  CHECK(two.at("offsets") == json::parse("[null, [0, 3], null, [0, 3], [3, 6], null]"));
  const auto plain = json_lines(place.run(tokenize, "花\n").out).at(0);
  CHECK(plain.size() == 2);
}

TEST_CASE("tokenize cuts as it is told, and can give all of a text in windows", "[program]") {
  const Workplace place;
  const std::string tokenize = "tokenize --model " + model;
  using nlohmann::json;
  const auto tokens = [&](const std::string& flags, const std::string& input) {
    return json_lines(place.run(tokenize + flags, input).out).at(0).at("tokens");
  };
  CHECK(tokens(" --max-length 4", "花海山犬\n") == json{"[CLS]", "花", "##海", "[SEP]"});
  CHECK(tokens(" --max-pieces 4 --truncation do_not_truncate", "花海山\n").size() == 5);
  CHECK(tokens(" --pair --max-length 5 --truncation only_first", "花海山\t犬\n") ==
        json{"[CLS]", "花", "[SEP]", "犬", "[SEP]"});
  const auto cut =
      json_lines(place.run(tokenize + " --max-length 4 --stride 1 --overflow", "花海山犬\n").out).at(0);
  CHECK(cut.at("overflow").size() == 3);
  const auto windows =
      json_lines(place.run(tokenize + " --max-length 4 --stride 1 --windows", "花海山犬\n").out)
          .at(0)
          .at("windows");
  REQUIRE(windows.size() == 3);
  CHECK(windows[2].at("tokens") == json{"[CLS]", "山", "##犬", "[SEP]"});
  const auto whole = place.run(tokenize + " --pair --max-length 5 --truncation only_second", "花海山\t犬\n");
  CHECK(json_lines(whole.out).at(0).at("tokens").size() == 7);
  CHECK_THAT(whole.err, Catch::Contains("line 1: left whole"));
}

TEST_CASE("tokenize takes texts with line ends and NUL as JSON", "[program]") {
  const Workplace place;
  const std::string tokenize = "tokenize --json --model " + model;
  const auto lines = json_lines(place.run(tokenize, "\"花\\n海\"\n\"花\\u0000海\"\n").out);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].at("ids").size() == 4);
  CHECK(lines[1].at("ids").size() == 3);  // as in Hugging Face's, MeCab sees nothing after a NUL
  const auto pair = place.run(tokenize + " --pair", "[\"花\", \"海\"]\n");
  CHECK(json_lines(pair.out).at(0).at("ids").size() == 5);
}

TEST_CASE("what tokenize cannot use ends with status 2 and says the line", "[program]") {
  const Workplace place;
  struct Row {
    std::string flags, input, message;
  };
  const std::vector<Row> rows{
      {" --pair", "花\t海\n花\n", "standard input, line 2: no tab"},
      {" --json", "花\n", "standard input, line 1: with --json a string in quotes is wanted"},
      {" --json --pair", "\"花\"\n", "with --json a list of two strings is wanted"},
      {" --truncation first", "花\n", "--truncation: 'first' is none of its values"},
      {" --pair --windows", "花\t海\n", "--windows with --pair needs --truncation only_first or only_second"},
      {" --windows --max-length 4 --stride 2", "花海山\n", "a stride of 2 leaves no room"},
      {" --windows --stride -1", "花\n", "--stride: '-1' is no whole number from 0"},
      {" --spans --offsets", "花\n", "--spans excludes --offsets"},
      {" --dictionary /no/such/folder", "花\n", "/no/such/folder: no MeCab dictionary here"},
  };
  for (const Row& row : rows) {
    INFO(row.flags);
    const auto result = place.run("tokenize --model " + model + row.flags, row.input);
    INFO(result.err);
    CHECK(result.status == 2);
    CHECK_THAT(result.err, Catch::Contains(row.message));
  }
  place.write("m.toml", "word-dic = \"/no/such/folder\"\n");
  CHECK_THAT(place.run("tokenize --config m.toml --model " + model, "花\n").err,
             Catch::Contains("/no/such/folder"));
}

TEST_CASE("tokenize --spans normalises as the paper does and prints a label for every token", "[program]") {
  const Workplace place;
  const std::string spans = "tokenize --spans --label-dic ipadic --model " + model;
  const auto line = json_lines(place.run(spans, "とても美しい花。\n").out).at(0);
  CHECK(line.at("tokens") == nlohmann::json{"[CLS]", "とても", "美し", "##い", "花", "[SEP]"});
  CHECK(line.at("labels") == nlohmann::json{nullptr, "B-副詞", "B-形容詞", "I-形容詞", "B-名詞", nullptr});
  const auto raw = json_lines(place.run(spans + " --raw", "花。\n").out).at(0);
  CHECK(raw.at("tokens").size() == 4);
  const auto nouns =
      json_lines(place.run(spans + " --pos 名詞 --special-labels outside", "美しい花\n").out).at(0);
  CHECK(nouns.at("labels") == nlohmann::json{"O", "O", "O", "B-名詞", "O"});
}

TEST_CASE("help and version are answers, not errors", "[program]") {
  const Workplace place;
  CHECK(place.run("--version").out == "mtl " MTL_VERSION "\n");
  const auto words = GENERATE(values<std::string>(
      {"--help", "prepare --help", "folds --help", "tokenize --help", "report --help", "ttest --help"}));
  const auto help = place.run(words);
  CHECK(help.status == 0);
  CHECK(help.err.empty());
  CHECK_THAT(help.out, Catch::Contains("mtl "));
}

TEST_CASE("ttest prints the record of the paired t-test of two columns", "[program]") {
  const Workplace place;
  place.write("sleep.csv", "drug,placebo\n.7,1.9\n-1.6,.8\n-.2,1.1\n-1.2,.1\n-.1,-.1\n3.4,4.4\n3.7,5.5\n");
  const auto result = place.run("ttest sleep.csv");
  REQUIRE(result.status == 0);
  const auto record = nlohmann::json::parse(result.out);
  CHECK(record.at("status") == "ok");
  CHECK(record.at("n") == 7);
  // scipy 1.17.1: ttest_rel(a, b)
  CHECK_THAT(record.at("t").get<double>(), Catch::Matchers::WithinRel(-4.622989472437626, 1e-12));
  CHECK_THAT(record.at("p_two_sided").get<double>(),
             Catch::Matchers::WithinRel(0.0036040503206620053, 1e-12));
  place.write("one.csv", "1,2\n");
  const auto one = place.run("ttest one.csv");
  CHECK(one.status == 0);
  CHECK(nlohmann::json::parse(one.out).at("status") == "too_few_pairs");
  place.write("words.csv", "1,2\n3,x\n");
  CHECK(place.run("ttest words.csv").status == 2);
  CHECK_THAT(place.run("ttest words.csv").err, Catch::StartsWith("mtl: words.csv, line 2: '3,x'"));
  CHECK(place.run("ttest none.csv").status == 2);
}

}  // namespace commands_test
