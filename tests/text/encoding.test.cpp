// Expected values: transformers 4.57.6, prepare_for_model of the slow tokenizers.
#include <numeric>
#include <string>
#include <vector>

#include <mtl/text/encoding.hpp>

#include "support/catch.hpp"

using namespace mtl;

namespace encoding_tests {

/// `count` pieces with the ids first, first + 1, ...
TokenizedText text_of(int first, std::size_t count) {
  TokenizedText text{.pieces = {}, .size = count};
  for (std::size_t i = 0; i < count; ++i)
    text.pieces.push_back(
        {"x", first + static_cast<std::int32_t>(i), i, i + 1, 0, static_cast<std::int32_t>(i)});
  return text;
}

const EncodingFrame bert{.cls = {"[CLS]", 2}, .sep = {"[SEP]", 3}};
const EncodingFrame roberta{.cls = {"<s>", 0}, .sep = {"</s>", 2}, .separators = 2, .second_type = 0};

std::vector<int> ids(const std::vector<Piece>& pieces) {
  std::vector<int> found;
  for (const Piece& piece : pieces) found.push_back(piece.id);
  return found;
}

Encoding pair_cut(Truncation truncation, std::size_t length, std::size_t stride = 0, bool left = false) {
  auto frame = bert;
  frame.cuts_left = left;
  return encode(text_of(10, 5), text_of(20, 3), frame, {truncation, length, stride});
}

}  // namespace encoding_tests
using namespace encoding_tests;
using Ids = std::vector<int>;

TEST_CASE("one text stands between two special tokens", "[text]") {
  const Encoding one = encode(text_of(10, 2), std::nullopt, bert, {});
  CHECK(ids(one.pieces) == Ids{2, 10, 11, 3});
  CHECK(one.types == std::vector<std::int32_t>{0, 0, 0, 0});
  CHECK(one.texts == std::vector<int>{no_text, 0, 0, no_text});
  CHECK(one.pieces.front() == Piece{"[CLS]", 2, 0, 0, 0});
  CHECK(one.pieces.back() == Piece{"[SEP]", 3, 2, 2, 0});
  CHECK(ids(encode(text_of(10, 0), std::nullopt, bert, {}).pieces) == Ids{2, 3});
}

TEST_CASE("a pair has a separator within and a type for each text", "[text]") {
  const Encoding two = encode(text_of(10, 2), text_of(20, 1), bert, {});
  CHECK(ids(two.pieces) == Ids{2, 10, 11, 3, 20, 3});
  CHECK(two.types == std::vector<std::int32_t>{0, 0, 0, 0, 1, 1});
  CHECK(two.texts == std::vector<int>{no_text, 0, 0, no_text, 1, no_text});
  const Encoding xlm = encode(text_of(10, 2), text_of(20, 1), roberta, {});
  CHECK(ids(xlm.pieces) == Ids{0, 10, 11, 2, 2, 20, 2});
  CHECK(xlm.types == std::vector<std::int32_t>(7, 0));
}

TEST_CASE("each truncation takes from the text it names", "[text]") {
  CHECK(ids(pair_cut(Truncation::LongestFirst, 11).pieces) == Ids{2, 10, 11, 12, 13, 14, 3, 20, 21, 22, 3});
  CHECK(ids(pair_cut(Truncation::LongestFirst, 10).pieces) == Ids{2, 10, 11, 12, 13, 3, 20, 21, 22, 3});
  CHECK(ids(pair_cut(Truncation::LongestFirst, 8).pieces) == Ids{2, 10, 11, 12, 3, 20, 21, 3});
  CHECK(ids(pair_cut(Truncation::LongestFirst, 4).pieces) == Ids{2, 10, 3, 3});
  CHECK(ids(pair_cut(Truncation::LongestFirst, 2).pieces) == Ids{2, 3, 3});
  CHECK(ids(pair_cut(Truncation::OnlyFirst, 8).pieces) == Ids{2, 10, 11, 3, 20, 21, 22, 3});
  CHECK(ids(pair_cut(Truncation::OnlySecond, 9).pieces) == Ids{2, 10, 11, 12, 13, 14, 3, 20, 3});
  CHECK(pair_cut(Truncation::DoNotTruncate, 4).pieces.size() == 11);
}

TEST_CASE("of two texts of one length the second loses first", "[text]") {
  const auto cut = [](std::size_t length) {
    return ids(encode(text_of(10, 3), text_of(20, 3), bert, {Truncation::LongestFirst, length}).pieces);
  };
  CHECK(cut(8) == Ids{2, 10, 11, 12, 3, 20, 21, 3});
  CHECK(cut(7) == Ids{2, 10, 11, 3, 20, 21, 3});
}

TEST_CASE("what overflows repeats the stride", "[text]") {
  CHECK(ids(pair_cut(Truncation::OnlyFirst, 9, 1).overflow) == Ids{12, 13, 14});
  CHECK(ids(pair_cut(Truncation::OnlyFirst, 9, 99).overflow) == Ids{10, 11, 12, 13, 14});
  CHECK(ids(pair_cut(Truncation::OnlySecond, 10, 1).overflow) == Ids{21, 22});
  CHECK(pair_cut(Truncation::LongestFirst, 9, 1).overflow.empty());
  CHECK(pair_cut(Truncation::OnlyFirst, 11, 1).overflow.empty());
}

TEST_CASE("a text can lose its beginning", "[text]") {
  const Encoding cut = pair_cut(Truncation::OnlyFirst, 9, 1, true);
  CHECK(ids(cut.pieces) == Ids{2, 12, 13, 14, 3, 20, 21, 22, 3});
  CHECK(ids(cut.overflow) == Ids{10, 11, 12});
  CHECK(ids(pair_cut(Truncation::LongestFirst, 8, 0, true).pieces) == Ids{2, 12, 13, 14, 3, 21, 22, 3});
}

TEST_CASE("a text too short to be cut is left whole, and that is told", "[text]") {
  CHECK(pair_cut(Truncation::OnlySecond, 8).too_long);
  CHECK(pair_cut(Truncation::OnlySecond, 8).pieces.size() == 11);
  CHECK_FALSE(pair_cut(Truncation::OnlySecond, 9).too_long);
  CHECK(encode(text_of(10, 3), std::nullopt, bert, {Truncation::OnlySecond, 4}).too_long);
}

TEST_CASE("windows hold all of a text", "[text]") {
  std::vector<Ids> windows;
  for (const auto& window :
       encode_windows(text_of(10, 7), std::nullopt, bert, {Truncation::LongestFirst, 5, 1}))
    windows.push_back(ids(window.pieces));
  CHECK(windows == std::vector<Ids>{{2, 10, 11, 12, 3}, {2, 12, 13, 14, 3}, {2, 14, 15, 16, 3}});

  windows.clear();
  for (const auto& window :
       encode_windows(text_of(10, 2), text_of(20, 4), bert, {Truncation::OnlySecond, 8, 2}))
    windows.push_back(ids(window.pieces));
  CHECK(windows == std::vector<Ids>{{2, 10, 11, 3, 20, 21, 22, 3}, {2, 10, 11, 3, 21, 22, 23, 3}});
  CHECK(encode_windows(text_of(10, 2), std::nullopt, bert, {}).size() == 1);
}

TEST_CASE("windows that would not end, or of which nobody knows how to go on, are refused", "[text]") {
  CHECK_THROWS_WITH(encode_windows(text_of(10, 7), std::nullopt, bert, {Truncation::LongestFirst, 5, 3}),
                    Catch::Contains("a stride of 3 leaves no room for new tokens in windows of 5"));
  CHECK_THROWS_WITH(encode_windows(text_of(10, 7), text_of(20, 1), bert, {Truncation::LongestFirst, 6, 0}),
                    Catch::Contains("only_first or only_second"));
}
