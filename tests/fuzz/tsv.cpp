// A file of labels and texts.
#include <algorithm>

#include <mtl/data/tsv.hpp>

#include "target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mtl;
  return fuzz::answer([&] {
    const auto corpus = read_tsv({"x.tsv", std::string(fuzz::bytes_of(data, size))});
    fuzz::expect(!corpus.documents.empty(), "a corpus has texts");
    for (const auto& document : corpus.documents)
      fuzz::expect(std::ranges::binary_search(corpus.classes, document.label), "a label is a class");
  });
}
