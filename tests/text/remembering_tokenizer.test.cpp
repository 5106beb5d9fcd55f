#include <string>
#include <vector>

#include <mtl/labels/part_of_speech_source.hpp>
#include <mtl/text/pretrained_tokenizer.hpp>
#include <mtl/text/remembering_tokenizer.hpp>
#include <mtl/text/span_first.hpp>

#include "support/catch.hpp"

using namespace mtl;

namespace remembering_tests {

/// One piece for the text, another at the start; counts its calls.
struct Counting {
  int* calls;
  std::vector<Piece> tokenize(std::string_view text, bool at_start) const {
    ++*calls;
    return {{std::string(text), at_start ? 1 : 2, 0, text.size(), 0, 0}};
  }
  SpecialTokens special() const { return {}; }
  std::size_t vocabulary_size() const { return 3; }
};

}  // namespace remembering_tests
using namespace remembering_tests;

TEST_CASE("a short text inside another is tokenised once, one at the start every time", "[text]") {
  int calls = 0;
  RememberingTokenizer<Counting> tokenizer(Counting{&calls});
  for (int i = 0; i < 3; ++i) {
    CHECK(tokenizer.tokenize("花", false).at(0).id == 2);
    CHECK(tokenizer.tokenize("海", false).at(0).text == "海");
  }
  CHECK(calls == 2);
  CHECK(tokenizer.tokenize("花", true).at(0).id == 1);
  CHECK(tokenizer.tokenize("花", true).at(0).id == 1);
  CHECK(calls == 4);
  const std::string long_text(RememberingTokenizer<Counting>::longest + 1, 'a');
  tokenizer.tokenize(long_text, false);
  tokenizer.tokenize(long_text, false);
  CHECK(calls == 6);
}

TEST_CASE("a remembering tokenizer makes the same pieces of a text with spans", "[text]") {
  const std::string kind = GENERATE("wordpiece", "xlm_roberta");
  auto plain = PretrainedTokenizer::load(MTL_TEST_DATA "/text/" + kind);
  RememberingTokenizer<PretrainedTokenizer> remembering(plain);
  PartOfSpeechSource source(MeCabAnalyzer(MeCabDictionary::open(find_dictionary("ipadic"))));
  for (const std::string line : {"静かな海と青い海と静かな山", "海", "青い海と青い山が静かな海と"}) {
    const auto spans = source.spans_in(line);
    CHECK(tokenize_spans_first(remembering, line, spans).pieces ==
          tokenize_spans_first(plain, line, spans).pieces);
  }
}
