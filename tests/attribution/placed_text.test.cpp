// Pieces found again in their text, joined to words, covered by spans; with the tokenizer and the dictionary
// that preparation uses.
#include <string>
#include <vector>

#include <mtl/attribution/colour_scale.hpp>
#include <mtl/attribution/find_pieces.hpp>
#include <mtl/attribution/place_text.hpp>
#include <mtl/labels/part_of_speech_source.hpp>
#include <mtl/text/mecab.hpp>
#include <mtl/text/pretrained_tokenizer.hpp>

#include <support/catch.hpp>

namespace placed_text_tests {

using namespace mtl;
using Strings = std::vector<std::string>;

MeCabAnalyzer& analyzer() {
  static MeCabAnalyzer ipadic(MeCabDictionary::open(find_dictionary("ipadic")));
  return ipadic;
}

PretrainedTokenizer& tokenizer() {
  static auto tiny = PretrainedTokenizer::load(MTL_TEST_DATA "/corpora/tiny-bert");
  return tiny;
}

const LabelSet parts_of_speech({"名詞", "副詞", "形容詞"});

std::vector<Span> spans_of(const std::string& text) {
  return PartOfSpeechSource(analyzer()).spans("", NormalizedText{text, {}, text});
}

/// The example that preparation makes of a text with these spans.
Example example_of(const std::string& text, const std::vector<Span>& spans,
                   const PrepareOptions& options = {}, const LabelSet& labels = parts_of_speech) {
  const auto pieces = label_pieces(tokenizer(), text, spans, labels, options);
  return to_example("1", text, 0, pieces, tokenizer().special(), options);
}

PlacedText placed(const Example& example, const std::vector<Piece>& pieces,
                  const LabelSet& labels = parts_of_speech) {
  const auto& target = example.targets.at("pos");
  return place_text(example, pieces, std::span(target).subspan(1, pieces.size()),
                    analyzer().analyze(example.text), labels);
}

Strings shown(const PlacedText& text) {
  Strings words;
  for (const auto& piece : text.pieces) words.push_back(piece.shown);
  return words;
}

Strings joined_words(const PlacedText& text) {
  Strings words(text.words());
  for (const auto& piece : text.pieces) words[piece.word] += piece.shown;
  return words;
}

TEST_CASE("pieces stand in the text with their words and their spans", "[attribution]") {
  const std::string text = "とても美しい花を見た";
  const auto example = example_of(text, spans_of(text));
  const auto pieces = find_pieces(tokenizer(), example, spans_of(text), parts_of_speech, {});
  REQUIRE(pieces);
  const auto place = placed(example, *pieces);
  CHECK(place.tokens == example.ids.size());
  CHECK(place.pieces.size() == example.ids.size() - 2);
  std::string whole;
  for (const auto& word : shown(place)) whole += word;
  CHECK(whole == text);
  CHECK(joined_words(place) == Strings{"とても", "美しい", "花", "を", "見", "た"});
  REQUIRE(place.spans.size() == 3);
  Strings spans;
  for (const auto& span : place.spans) {
    spans.push_back(place.kinds[static_cast<std::size_t>(span.kind)] + " ");
    for (std::size_t i = span.begin; i < span.end; ++i) spans.back() += place.pieces[i].shown;
  }
  CHECK(spans == Strings{"副詞 とても", "形容詞 美しい", "名詞 花"});
  for (std::size_t i = 0; i < place.pieces.size(); ++i) CHECK(place.pieces[i].token == i + 1);

  // What is left out together: the three spans, then the words outside of them.
  const auto groups = groups_to_leave_out(place);
  CHECK(groups.size() == 6);
  std::size_t next = 1;
  for (const auto& group : groups) {
    CHECK(group.begin == next);
    next = group.end;
  }
  CHECK(next == example.ids.size() - 1);
}

TEST_CASE("spans that only the labels remember are found again", "[attribution]") {
  const LabelSet praise({"PRAISE"});
  const std::string text = "とても美しい花を見た";
  const std::vector<std::vector<Span>> annotations{
      {}, {{0, 18, 0}}, {{9, 21, 0}}, {{9, 18, 0}, {18, 21, 0}}, {{21, 30, 0}}, {{0, 30, 0}}};
  for (const auto& spans : annotations) {
    const auto example = example_of(text, spans, {}, praise);
    INFO(spans.size());
    const auto pieces = find_pieces(tokenizer(), example, {}, praise, {});
    REQUIRE(pieces);
    const auto place = placed(example, *pieces, praise);
    REQUIRE(place.spans.size() == spans.size());
    for (std::size_t i = 0; i < spans.size(); ++i) {
      CHECK((*pieces)[place.spans[i].begin].begin == spans[i].begin);
      CHECK((*pieces)[place.spans[i].end - 1].end == spans[i].end);
    }
  }
}

TEST_CASE("texts that were cut after some pieces or words are found, other texts are not", "[attribution]") {
  const std::string text = "とても美しい花を見た海より山が寒い";
  for (int most = 3; most < 16; ++most) {
    PrepareOptions options;
    options.max_pieces = most;
    const auto example = example_of(text, spans_of(text), options);
    INFO(most);
    REQUIRE(find_pieces(tokenizer(), example, spans_of(text), parts_of_speech, options));
    const auto by_labels = find_pieces(tokenizer(), example, {}, parts_of_speech, options);
    REQUIRE(by_labels);
    CHECK(by_labels->size() == example.ids.size() - 2);
  }
  auto other = example_of(text, spans_of(text));
  other.text = "海より山が寒い";
  CHECK_FALSE(find_pieces(tokenizer(), other, spans_of(other.text), parts_of_speech, {}));
}

TEST_CASE("spans first: tokens in the order of training, pictures in that of the text", "[attribution]") {
  const std::string text = "花を見た";
  PrepareOptions options;
  options.join = JoinOrder::SpansFirst;
  const std::vector<Span> last{{6, 12, 0}};  // 見た, joined before 花を
  const auto example = example_of(text, last, options);
  const auto pieces = find_pieces(tokenizer(), example, last, parts_of_speech, options);
  REQUIRE(pieces);
  const auto place = placed(example, *pieces);
  CHECK(shown(place) == Strings{"花", "を", "見", "た"});
  std::vector<std::size_t> tokens;
  for (const auto& piece : place.pieces) tokens.push_back(piece.token);
  CHECK(tokens == std::vector<std::size_t>{3, 4, 1, 2});
  CHECK(place.spans == std::vector<PlacedSpan>{{2, 4, 0}});
  CHECK(groups_to_leave_out(place) == std::vector<TokenGroup>{{3, 4}, {4, 5}, {1, 3}});
  CHECK(piece_scores(place, {0, .1, .2, .3, .4, 0}) == std::vector<double>{.3, .4, .1, .2});
}

/// Pieces by hand: begin, end, spelling.
Piece piece(std::size_t begin, std::size_t end, std::string text = "x") {
  return {std::move(text), 1, begin, end};
}

TEST_CASE("a word ends where an analyser's word and a piece both end", "[attribution]") {
  const Example example{.id = "1", .text = "abcdefgh", .ids = {2, 1, 1, 1, 1, 1, 3}};
  const std::vector<std::int32_t> none(5, 0);
  // The pieces are a|bc|de|fg|h, the words abc|d|efg|h: de crosses a border.
  const std::vector<Piece> pieces{piece(0, 1), piece(1, 3), piece(3, 5), piece(5, 7), piece(7, 8)};
  const std::vector<Morpheme> words{{0, 3, {}}, {3, 4, {}}, {4, 7, {}}, {7, 8, {}}};
  CHECK(joined_words(place_text(example, pieces, none, words, parts_of_speech)) ==
        Strings{"abc", "defg", "h"});
  // A span ends a word wherever it ends.
  const std::vector<std::int32_t> labels{0, 1, 2, 0, 0};
  CHECK(joined_words(place_text(example, pieces, labels, words, parts_of_speech)) ==
        Strings{"a", "bc", "de", "fg", "h"});
}

TEST_CASE("pieces that cover nothing, or what another shows, show their spelling", "[attribution]") {
  const Example example{.id = "1", .text = "ab cd", .ids = {2, 1, 1, 1, 1, 3}};
  const std::vector<Piece> pieces{piece(0, 0, "▁"), piece(0, 2), piece(0, 2, "##同"), piece(3, 5)};
  const std::vector<Morpheme> words{{0, 2, {}}, {3, 5, {}}};
  const auto place = place_text(example, pieces, std::vector<std::int32_t>(4, 0), words, parts_of_speech);
  CHECK(shown(place) == Strings{"▁", "ab", "同", "cd"});
  CHECK(place.words() == 2);
  CHECK(place.pieces[3].after_space);
  CHECK_FALSE(place.pieces[1].after_space);
}

TEST_CASE("scores of words are sums or means of their pieces'", "[attribution]") {
  PlacedText text{.tokens = 6};
  text.pieces = {{1, "a", 0}, {2, "b", 0}, {3, "c", 1}, {4, "d", 2}};
  CHECK(word_scores(text, {1, 2, 4, 8}, Join::Sum) == std::vector<double>{3, 4, 8});
  CHECK(word_scores(text, {1, 2, 4, 8}, Join::Mean) == std::vector<double>{1.5, 4, 8});
  CHECK(word_scores({}, {}, Join::Sum).empty());
}

TEST_CASE("the paper's scale has 256 reds, white at 0 and full at the largest shown", "[attribution]") {
  CHECK(full_scale(std::vector<double>{0.25, 0.5, -0.75}) == 0.75);
  CHECK(full_scale(std::vector<double>{}) == 0);
  CHECK(colour_level(0, 0.5) == 0);
  CHECK(colour_level(0.5, 0.5) == 255);
  CHECK(colour_level(1.0, 255) == 1);
  CHECK(colour_level(127.4, 255) == 127);
  CHECK(colour_level(127.6, 255) == 128);
  CHECK(colour_level(9, 0.5) == 255);
  CHECK(colour_level(-0.5, 0.5) == -255);
  CHECK(colour_level(0.3, 0) == 0);
  CHECK(colour_level(std::nan(""), 1) == 0);
  CHECK(colour_of(0) == "#ffffff");
  CHECK(colour_of(1) == "#fffefe");
  CHECK(colour_of(127) == "#ff8080");
  CHECK(colour_of(255) == "#ff0000");
  CHECK(colour_of(-255) == "#4d99ff");
  CHECK(colour_of(-1) == "#ffffff");
}

}  // namespace placed_text_tests
