#include <fstream>
#include <string>
#include <vector>

#include <mtl/labels/part_of_speech_source.hpp>
#include <mtl/text/normalize.hpp>
#include <mtl/text/pretrained_tokenizer.hpp>
#include <mtl/text/span_first.hpp>

#include "support/catch.hpp"

using namespace mtl;

namespace span_first_tests {

const std::string data = MTL_TEST_DATA "/text";

std::vector<std::string> sentences() {
  std::ifstream file(data + "/sentences.txt");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

PartOfSpeechSource<MeCabAnalyzer> nouns_and_co() {
  return PartOfSpeechSource(MeCabAnalyzer(MeCabDictionary::open(find_dictionary("ipadic"))));
}

std::vector<std::string> texts(const Pieces& pieces) {
  std::vector<std::string> found;
  for (const Piece& piece : pieces.pieces) found.push_back(piece.text);
  return found;
}

const std::vector<Span> none;

}  // namespace span_first_tests
using namespace span_first_tests;

TEST_CASE("on real sentences no piece crosses a span and no text is lost", "[text]") {
  const std::string kind = GENERATE("wordpiece", "character", "xlm_roberta");
  const bool cleaned = GENERATE(true, false);
  const JoinOrder order = GENERATE(JoinOrder::TextOrder, JoinOrder::SpansFirst);
  auto tokenizer = PretrainedTokenizer::load(data + "/" + kind);
  auto source = nouns_and_co();
  NormalizeOptions options;
  if (!cleaned) options.remove_symbols = options.remove_spaces = options.remove_urls = false;
  for (const auto& line : sentences()) {
    INFO(kind << ": " << line);
    const NormalizedText text = normalize(line, options);
    const auto spans = source.spans("", text);
    const Pieces pieces = tokenize_spans_first(tokenizer, text.text, spans, order);
    CHECK(find_uncovered(text.text, pieces.pieces) == std::nullopt);
    std::size_t covered = 0;
    for (const Span& region : pieces.regions) {
      CHECK(region.begin == covered);
      covered = region.end;
    }
    CHECK(covered == text.text.size());
    for (const Piece& piece : pieces.pieces) {
      const Span& region = pieces.regions.at(static_cast<std::size_t>(piece.region));
      CHECK(piece.begin >= region.begin);
      CHECK(piece.end <= region.end);
    }
  }
}

TEST_CASE("a text without spans tokenises as usual", "[text]") {
  const std::string kind = GENERATE("wordpiece", "character", "xlm_roberta");
  auto tokenizer = PretrainedTokenizer::load(data + "/" + kind);
  for (const auto& line : sentences())
    CHECK(tokenize_spans_first(tokenizer, line, none).pieces == tokenizer.tokenize(line));
  const Pieces nothing = tokenize_spans_first(tokenizer, "", none);
  CHECK(nothing.pieces.empty());
  CHECK(nothing.regions.empty());
}

TEST_CASE("an inner region begins with ▁ only where the text has a space", "[text]") {
  auto tokenizer = PretrainedTokenizer::load(data + "/xlm_roberta");
  //                        0     6  9    13
  const std::string text = "青い海 と\u3000山";
  const std::vector<Span> spans{{0, 6, 2}, {6, 9, 0}, {16, 19, 0}};
  const Pieces pieces = tokenize_spans_first(tokenizer, text, spans);
  std::string joined;
  for (const auto& piece : texts(pieces)) joined += piece;
  CHECK(joined == "▁青い海▁と山");  // the ideographic space ends its region: no ▁ is left of it
  for (const auto& line : sentences()) {
    if (line.find_first_of(" \t<") != std::string::npos || line.find("　") != std::string::npos) continue;
    auto source = nouns_and_co();
    const Pieces found = tokenize_spans_first(
        tokenizer, line,
        source.spans("", normalize(line, {Digits::Keep, Width::Keep, false, false, false, false})));
    for (const Piece& piece : found.pieces) {
      INFO(line << ": " << piece.text);
      // ゛ and its like are a space and a mark after NFKC.
      const bool spaced = line.find("゛") != std::string::npos;
      CHECK((piece.begin == 0 || spaced || !piece.text.starts_with("▁")));
    }
  }
}

TEST_CASE("a region that begins with any white space keeps its mark", "[text]") {
  auto tokenizer = PretrainedTokenizer::load(data + "/xlm_roberta");
  const std::string space = GENERATE(" ", "\t", "\u3000", "\u00A0", "\u200B");
  const auto pieces = tokenizer.tokenize(space + "海", false);
  REQUIRE_FALSE(pieces.empty());
  CHECK(pieces.front().text.starts_with("▁"));
  CHECK_FALSE(tokenizer.tokenize("海", false).front().text.starts_with("▁"));
  CHECK_FALSE(tokenizer.tokenize("。海", false).front().text.starts_with("▁"));
}

TEST_CASE("spans first puts the pieces of spans in front", "[text]") {
  auto tokenizer = PretrainedTokenizer::load(data + "/wordpiece");
  const std::string text = "青い海と山";
  const std::vector<Span> spans{{6, 9, 0}, {12, 15, 0}};
  CHECK(texts(tokenize_spans_first(tokenizer, text, spans)) ==
        std::vector<std::string>{"青", "##い", "海", "と", "山"});
  const Pieces first = tokenize_spans_first(tokenizer, text, spans, JoinOrder::SpansFirst);
  CHECK(texts(first) == std::vector<std::string>{"海", "山", "青", "##い", "と"});
  CHECK(first.pieces[0].begin == 6);
  CHECK(first.regions[static_cast<std::size_t>(first.pieces[0].region)] == spans[0]);
}

TEST_CASE("spans that are none are refused", "[text]") {
  using Catch::Matchers::Contains;
  struct Row {
    std::vector<Span> spans;
    const char* complaint;
  };
  const auto row = GENERATE(values<Row>({
      {{{0, 3, 0}, {3, 12, 0}}, "[3, 12) does not lie in its text of 9 bytes"},
      {{{3, 3, 0}}, "[3, 3) does not lie"},
      {{{0, 6, 0}, {3, 9, 0}}, "[3, 9) begins before byte 6"},
      {{{6, 9, 0}, {0, 3, 0}}, "[0, 3) begins before byte 9"},
      {{{0, 4, 0}}, "[0, 4) cuts a character"},
      {{{1, 3, 0}}, "[1, 3) cuts a character"},
      {{{0, 3, outside}}, "has the kind -1"},
  }));
  CHECK_THROWS_WITH(regions_of("青い海", row.spans), Contains(row.complaint));
}

TEST_CASE("regions beyond the most pieces are left out, and the first pieces stay what they are", "[text]") {
  const JoinOrder order = GENERATE(JoinOrder::TextOrder, JoinOrder::SpansFirst);
  auto tokenizer = PretrainedTokenizer::load(data + "/character");
  const std::string text = "静かな海と青い山と白い雲";
  const auto spans = nouns_and_co().spans_in(text);
  const Pieces all = tokenize_spans_first(tokenizer, text, spans, order);
  for (std::size_t most = 0; most <= all.pieces.size(); ++most) {
    const Pieces some = tokenize_spans_first(tokenizer, text, spans, order, most);
    CHECK(some.regions == all.regions);
    REQUIRE(some.pieces.size() >= std::min(most + 1, all.pieces.size()));
    CHECK(std::ranges::equal(some.pieces, std::span(all.pieces).first(some.pieces.size())));
  }
  CHECK(tokenize_spans_first(tokenizer, text, spans, order, 1).pieces.size() < all.pieces.size());
}
