// Expected parts: what transformers 4.57.6's PreTrainedTokenizer.tokenize() hands to its word tokenizer.
#include <string>

#include <mtl/text/added_tokens.hpp>

#include "support/catch.hpp"

namespace added_tokens_tests {

using namespace mtl;

/// The parts of a text, each with a bar behind it, tokens with # before them.
std::string split(const AddedTokens& added, const std::string& text) {
  std::string joined;
  for (const auto& part : added.split(text)) joined += (part.token ? "#" : "") + part.of(text) + "|";
  return joined;
}

TEST_CASE("the longest added token wins, and white space beside it goes where it says so", "[text]") {
  AddedTokens added;
  added.add({"<a>", 1});
  added.add({"<a><b>", 2});
  added.add({.content = "<m>", .id = 3, .strip_left = true, .strip_right = true});
  CHECK(split(added, "x<a><b>y  <m>\u3000z<a>") == "x|#<a><b>|y|#<m>|z|#<a>|");
  added.add({"<c>", 1});  // hides <a>
  CHECK(added.split("x<a>").front().token == nullptr);
  CHECK(added.split("<a><c>").front().token->content == "<a>");
  CHECK(added.split("<a><c>").back().token->id == 1);
}

TEST_CASE("an added token that must stand alone is text where a word touches it", "[text]") {
  AddedTokens added;
  added.add({.content = "A.B", .id = 1, .single_word = true});
  added.add({"<a>", 2});
  CHECK(split(added, "A.B") == "#A.B|");
  CHECK(split(added, "x A.B y") == "x |#A.B| y|");
  CHECK(split(added, "xA.B y") == "xA.B| y|");
  CHECK(split(added, "x A.By") == "x |A.By|");
  CHECK(split(added, "<a>A.B<a>") == "<a>A.B|#<a>|");
  CHECK(split(added, "A.BA.B") == "A.BA.B|");
}

TEST_CASE("whether an added token stands alone is seen before its white space is taken", "[text]") {
  AddedTokens added;
  added.add({.content = "foo", .id = 1, .strip_left = true, .single_word = true});
  added.add({.content = "bar", .id = 2, .strip_right = true, .single_word = true});
  CHECK(split(added, "x foo y") == "x|#foo| y|");
  CHECK(split(added, "x bar y") == "x |#bar|y|");
  CHECK(split(added, "xfoo y") == "xfoo| y|");
  // Only a blank keeps a word away; other white space is taken, and the word joined all the same.
  CHECK(split(added, "x\u3000foo y") == "xfoo| y|");
  CHECK(split(added, "x bar\n\ny") == "x |bary|");
  CHECK(split(added, "\u3000foo") == "#foo|");
  CHECK(split(added, "x bar\t foo") == "x |barfoo|");
}

TEST_CASE("an added token of white space goes to the token before it that takes white space", "[text]") {
  AddedTokens added;
  added.add({.content = "\u3000", .id = 1, .strip_right = true, .single_word = true});
  added.add({.content = " x", .id = 2});
  added.add({.content = "<m>", .id = 3, .strip_left = true, .strip_right = true});
  CHECK(split(added, "a\u3000\u3000") == "a\u3000|");
  CHECK(split(added, "\u3000\u3000b") == "\u3000b|");
  CHECK(split(added, "<m>\u3000b") == "#<m>|b|");
  CHECK(split(added, "<m> xb") == "#<m>|x|b|");
}

TEST_CASE("a part knows the white space that was taken from its middle", "[text]") {
  AddedTokens added;
  added.add({.content = "foo", .id = 1, .strip_left = true, .single_word = true});
  const auto parts = added.split("x \u3000foo y");
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].range == ByteRange{0, 8});
  CHECK(parts[0].gaps == std::vector<ByteRange>{{1, 5}});
  added.add({.content = "xfoo", .id = 9});
  CHECK(added.split("x \u3000foo y").front().token->id == 9);
}

}  // namespace added_tokens_tests
