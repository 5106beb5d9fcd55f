#include <mtl/data/paper_defaults.hpp>
#include <mtl/report/paper_tables.hpp>

#include <support/catch.hpp>

namespace paper_defaults_test {

using namespace mtl;

TEST_CASE("the paper's three data sets have the paper's sizes, others those of their smallest class",
          "[data]") {
  CHECK(default_options("twitter").per_class == 10'000);
  CHECK(default_options("twitter").max_words == 0);
  CHECK(default_options("rakuten").per_class == 20'000);
  CHECK(default_options("rakuten").max_words == 0);
  CHECK(default_options("rakuten").drop_words_from == 500);
  CHECK(default_options("livedoor").per_class == 500);
  CHECK(default_options("livedoor").max_words == 512);
  CHECK(default_options("livedoor").drop_words_from == 0);
  for (const char* other : {"manuals", "tsv"}) CHECK(default_options(other).per_class == 0);
  CHECK(default_options("tsv").max_words == PrepareOptions{}.max_words);
}

TEST_CASE("every data set with sizes of the paper has a table of the paper", "[data]") {
  CHECK(paper_defaults.size() == paper_tables.size());
  for (const PaperDefaults& defaults : paper_defaults) CHECK(find_paper_table(defaults.dataset) != nullptr);
}

}  // namespace paper_defaults_test
