// A user of mtl::core: a text normalised as the paper does it, cut into morphemes by MeCab's ipadic.
#include <cstdio>
#include <exception>
#include <string>

#include <mtl/text/mecab.hpp>
#include <mtl/text/mecab_dictionary.hpp>
#include <mtl/text/normalize.hpp>

int main() try {
  const std::string text = mtl::normalize("東京　の天気は１２度。").text;
  mtl::MeCabAnalyzer analyzer{mtl::MeCabDictionary::open(mtl::find_dictionary("ipadic"))};
  const auto morphemes = analyzer.analyze(text);
  std::printf("%s: %zu morphemes\n", text.c_str(), morphemes.size());
  return morphemes.size() > 3 ? 0 : 1;
} catch (const std::exception& problem) {
  std::fprintf(stderr, "%s\n", problem.what());
  return 1;
}
