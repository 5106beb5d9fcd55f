#include <cmath>
#include <sstream>
#include <string>

#include <mtl/stats/paired_csv.hpp>

#include <support/catch.hpp>

namespace paired_csv_tests {

using mtl::stats::Pairs;

Pairs read(const std::string& text) {
  std::istringstream input(text);
  return mtl::stats::read_paired_csv(input, "scores.csv");
}

TEST_CASE("pairs are read with or without a header, byte order mark, carriage returns or empty lines",
          "[stats]") {
  const auto text = GENERATE("1.5,2\n-3e-1,+4\n", "\xEF\xBB\xBFmulti,single\r\n1.5, 2 \r\n\r\n-0.3,4\r\n",
                             "\na,b\n1.5,2\n-.3,4");
  const Pairs pairs = read(text);
  CHECK(pairs.a == std::vector<double>{1.5, -0.3});
  CHECK(pairs.b == std::vector<double>{2, 4});
}

TEST_CASE("NA and nan are missing scores, not text", "[stats]") {
  const Pairs pairs = read("NA,1\n2,nan\n");
  REQUIRE(pairs.a.size() == 2);
  CHECK(std::isnan(pairs.a[0]));
  CHECK(std::isnan(pairs.b[1]));
}

TEST_CASE("a bad line is named", "[stats]") {
  CHECK_THROWS_WITH(read("1,2\n3;4\n"),
                    "scores.csv, line 2: '3;4': two columns with one comma between them are expected");
  CHECK_THROWS_WITH(read("1,2,3\n"),
                    "scores.csv, line 1: '1,2,3': two columns with one comma between them are expected");
  CHECK_THROWS_WITH(read("a,b\nc,d\n"),
                    "scores.csv, line 2: 'c,d': not two numbers (decimal points are dots)");
  CHECK_THROWS_WITH(read("1,2\n3,\n"), "scores.csv, line 2: '3,': not two numbers (decimal points are dots)");
  CHECK_THROWS_WITH(read("1,2\n3,4x\n"),
                    "scores.csv, line 2: '3,4x': not two numbers (decimal points are dots)");
}

TEST_CASE("an empty file holds no pairs", "[stats]") { CHECK(read("").a.empty()); }

}  // namespace paired_csv_tests
