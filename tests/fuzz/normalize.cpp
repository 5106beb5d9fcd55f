// Any bytes through the paper's normalisation, by both ways; the first one chooses the options.
#include <mtl/text/normalizer.hpp>

#include "target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mtl;
  if (size == 0) return 0;
  const auto choice = data[0];
  const NormalizeOptions options{.digits = (choice & 1) != 0 ? Digits::Keep : Digits::EachToZero,
                                 .width = (choice & 2) != 0 ? Width::Keep : Width::Nfkc,
                                 .remove_urls = (choice & 4) == 0,
                                 .remove_symbols = (choice & 8) == 0,
                                 .remove_newlines = (choice & 16) == 0,
                                 .remove_spaces = (choice & 32) == 0};
  const auto raw = fuzz::bytes_of(data, size).substr(1);
  return fuzz::answer([&] {
    const auto done = normalize(raw, options);
    const auto learned = Normalizer(options)(raw);
    fuzz::expect(learned.text == done.text && learned.origin == done.origin, "a Normalizer gives the same");
    fuzz::expect(!find_invalid_utf8(done.text), "the text is UTF-8");
    fuzz::expect(done.origin.size() == done.text.size() + 1, "every byte has an origin");
    for (std::size_t i = 0; i < done.origin.size(); ++i) {
      fuzz::expect(done.origin[i] <= raw.size() && at_character_border(raw, done.origin[i]),
                   "an origin is in the text");
      fuzz::expect(i == 0 || done.origin[i - 1] <= done.origin[i], "origins do not go back");
    }
  });
}
