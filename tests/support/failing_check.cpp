// Fails on purpose: one CHECK of two. Its test passes when exactly that is counted.
#include "support/catch.hpp"

TEST_CASE("a failing CHECK is counted and the test goes on", "[support]") {
  CHECK(1 == 2);
  CHECK(2 == 2);
}
