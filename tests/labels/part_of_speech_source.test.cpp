// The dictionary is Debian's mecab-ipadic-utf8.
#include <string>
#include <vector>

#include <mtl/labels/iob2.hpp>
#include <mtl/labels/part_of_speech_source.hpp>
#include <mtl/text/pretrained_tokenizer.hpp>
#include <mtl/text/span_first.hpp>

#include "support/catch.hpp"

using namespace mtl;

namespace part_of_speech_tests {

std::string spans(const std::string& raw, PartOfSpeechOptions options = {}) {
  PartOfSpeechSource source(MeCabAnalyzer(MeCabDictionary::open(find_dictionary("ipadic"))),
                            std::move(options));
  const NormalizedText text = normalize(raw);
  std::string joined;
  for (const Span& span : source.spans("any", text))
    joined += text.text.substr(span.begin, span.end - span.begin) + "/" +
              source.kinds()[static_cast<std::size_t>(span.kind)] + " ";
  return joined;
}

}  // namespace part_of_speech_tests
namespace pos_tests = part_of_speech_tests;

TEST_CASE("nouns, adverbs and adjectives of real sentences become spans", "[labels]") {
  CHECK(pos_tests::spans("冷たい風がとても強く吹いた。") == "冷たい/形容詞 風/名詞 とても/副詞 強く/形容詞 ");
  CHECK(pos_tests::spans("2020年、大きな図書館で本を借りた！") == "0000/名詞 年/名詞 図書館/名詞 本/名詞 ");
  CHECK(pos_tests::spans("食べて寝る") == "");
  CHECK(pos_tests::spans("") == "");
}

TEST_CASE("which parts of speech count, and how runs do, can be chosen", "[labels]") {
  const std::string text = "東京大学で食べることができる";
  CHECK(pos_tests::spans(text) == "東京大学/名詞 こと/名詞 ");
  CHECK(pos_tests::spans(text, {.kinds = {"動詞", "名詞"}, .excluded_details = {"非自立"}}) ==
        "東京大学/名詞 食べる/動詞 できる/動詞 ");
  CHECK(pos_tests::spans("機械学習", {}) == "機械/名詞 学習/名詞 ");
  CHECK(pos_tests::spans("機械学習と自然言語", {.merge_runs = true}) == "機械学習/名詞 自然言語/名詞 ");
}

TEST_CASE("labels of a sentence follow its spans through the tokenizer", "[labels]") {
  PartOfSpeechSource source(MeCabAnalyzer(MeCabDictionary::open(find_dictionary("ipadic"))));
  const LabelSet labels(source.kinds());
  auto tokenizer = PretrainedTokenizer::load(MTL_TEST_DATA "/text/character");
  const NormalizedText text = normalize("とても青い海だ。");
  const Pieces pieces = tokenize_spans_first(tokenizer, text.text, source.spans("", text));
  std::string joined;
  const auto found = iob2_labels(pieces, labels);
  REQUIRE(found.size() == pieces.pieces.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    joined += pieces.pieces[i].text + "/" + labels.names()[static_cast<std::size_t>(found[i])] + " ";
  CHECK(joined == "と/B-副詞 て/I-副詞 も/I-副詞 青/B-形容詞 い/I-形容詞 海/B-名詞 だ/O ");
}

TEST_CASE("spans can be read off morphemes that another analyser of the same dictionary gave", "[labels]") {
  const auto ipadic = MeCabDictionary::open(find_dictionary("ipadic"));
  MeCabAnalyzer analyzer(ipadic);
  PartOfSpeechSource source{analyzer};
  const std::string text = "冷たい風がとても強く吹いた";
  CHECK(source.analyzes_as(analyzer));
  CHECK_FALSE(source.analyzes_as(MeCabAnalyzer(MeCabDictionary::open(find_dictionary("ipadic")))));
  CHECK(source.spans_of(analyzer.analyze(text)) == source.spans("any", normalize(text)));
  CHECK(source.spans_of({}).empty());
}
