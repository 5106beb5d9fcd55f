#include <mtl/data/csv.hpp>

#include <support/catch.hpp>

namespace csv_test {

using namespace mtl;
using Records = std::vector<std::vector<std::string>>;

Records records(std::string_view text) {
  CsvReader csv(text, "a.csv");
  Records all;
  for (std::vector<std::string> fields; csv.next(fields);) all.push_back(fields);
  return all;
}

TEST_CASE("csv: fields stand between commas, records between line ends", "[data]") {
  CHECK(records("") == Records{});
  CHECK(records("a,b\nc,d\n") == Records{{"a", "b"}, {"c", "d"}});
  CHECK(records("a,b\r\nc,d") == Records{{"a", "b"}, {"c", "d"}});
  CHECK(records(",\n\na,") == Records{{"", ""}, {""}, {"a", ""}});
  CHECK(records("a\rb") == Records{{"a\rb"}});
}

TEST_CASE("csv: between quotes a field holds commas, line ends and quotes", "[data]") {
  CHECK(records("\"a,b\",c\n") == Records{{"a,b", "c"}});
  CHECK(records("\"一\r\n二\",\"\"\r\nx") == Records{{"一\r\n二", ""}, {"x"}});
  CHECK(records("\"a \"\"b\"\"\"") == Records{{"a \"b\""}});
  CHECK(records("\"\"\"\"") == Records{{"\""}});
}

TEST_CASE("csv: a record is placed by the line where it begins", "[data]") {
  CsvReader csv("a\n\"b\n\nc\",d\ne\n", "a.csv");
  std::vector<std::string> fields;
  std::vector<std::int64_t> lines;
  while (csv.next(fields)) lines.push_back(csv.line());
  CHECK(lines == std::vector<std::int64_t>{1, 2, 5});
}

TEST_CASE("csv: quotes that RFC 4180 does not allow are refused with file and line", "[data]") {
  CHECK_THROWS_WITH(records("x\na \"b\"\n"), Catch::StartsWith("a.csv, line 2: a quote in a field"));
  CHECK_THROWS_WITH(records("x\n\"a\"b\n"), Catch::StartsWith("a.csv, line 2: more after a closing quote"));
  CHECK_THROWS_WITH(records("\"x\ny\"\n\"a\n"), Catch::StartsWith("a.csv, line 3: a quote is opened"));
  CHECK_THROWS_WITH(records("\""), Catch::StartsWith("a.csv, line 1: a quote is opened"));
}

}  // namespace csv_test
