// What stands in a log, and what only a terminal shows.
#include <cstdio>
#include <memory>
#include <string>

#include <mtl/train/progress_printer.hpp>

#include <support/catch.hpp>

namespace progress_printer_tests {

using namespace mtl;

TEST_CASE("a duration is spelt in its two largest units", "[train]") {
  CHECK(spell_duration(0) == "0 s");
  CHECK(spell_duration(59.4) == "59 s");
  CHECK(spell_duration(59.6) == "1 min 00 s");
  CHECK(spell_duration(750) == "12 min 30 s");
  CHECK(spell_duration(3599.4) == "59 min 59 s");
  CHECK(spell_duration(3600) == "1 h 00 min");
  CHECK(spell_duration(11'100) == "3 h 05 min");
  CHECK(spell_duration(100 * 3600.0) == "100 h 00 min");
}

TEST_CASE("a file gets the lines, and none of the passing status", "[train]") {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), &std::fclose);
  REQUIRE(file);
  {
    ProgressPrinter printer(file.get());
    printer.status("half way");
    printer.line("first");
    printer.status("nearly");
    printer.line("second");
  }
  std::rewind(file.get());
  char text[200] = {};
  const auto length = std::fread(text, 1, sizeof text - 1, file.get());
  CHECK(std::string(text, length) == "first\nsecond\n");
}

}  // namespace progress_printer_tests
