#include <string>
#include <vector>

#include <mtl/detail/error.hpp>

#include <support/catch.hpp>
#include "../../examples/mtl/read_ahead.hpp"

namespace read_ahead_test {

using namespace mtl;

/// Files 0 .. count - 1 of ten bytes; then the end, or an Error.
FileSource numbered(int count, bool fails) {
  return [count, fails, next = 0]() mutable -> std::optional<NamedFile> {
    if (next == count && fails) throw Error("damaged");
    if (next == count) return std::nullopt;
    return NamedFile{std::to_string(next++), "ten bytes "};
  };
}

TEST_CASE("files that are read ahead come in their order, and their end again and again", "[program]") {
  for (const int count : {0, 1, 3, 4, 5, 100}) {
    program::ReadAhead files(numbered(count, false), 40);
    for (int i = 0; i < count; ++i) CHECK(files.next()->name == std::to_string(i));
    CHECK_FALSE(files.next());
    CHECK_FALSE(files.next());
  }
}

TEST_CASE("what fails while files are read ahead is said after the files before it", "[program]") {
  for (const int count : {0, 3, 4, 9}) {
    program::ReadAhead files(numbered(count, true), 40);
    for (int i = 0; i < count; ++i) CHECK(files.next()->name == std::to_string(i));
    CHECK_THROWS_WITH(files.next(), "damaged");
    CHECK_THROWS_WITH(files.next(), "damaged");
  }
}

TEST_CASE("a reader may stop before the last file", "[program]") {
  program::ReadAhead files(numbered(100, true), 40);
  CHECK(files.next()->name == "0");
}

}  // namespace read_ahead_test
