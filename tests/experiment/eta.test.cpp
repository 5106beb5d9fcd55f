#include <support/catch.hpp>

#include <mtl/experiment/eta.hpp>

TEST_CASE("the ETA knows nothing before the first step, and then counts cells by their cost",
          "[experiment]") {
  mtl::Eta eta(12, 4);
  const mtl::Cell deep{"multi", 12, 0, 1}, shallow{"multi", 2, 0, 1};  // costs 14 and 24
  eta.expect(deep);
  eta.expect(shallow);
  CHECK_FALSE(eta.remaining().has_value());
  eta.begin(deep);
  eta.advance(1, 14);  // one epoch of the deep cell in 14 s: a unit of cost takes a second
  CHECK(eta.remaining().value() == Approx(3 * 14 + 4 * 24));
  eta.advance(4, 42);
  eta.finish();
  CHECK(eta.remaining().value() == Approx(4 * 24));
  eta.begin(shallow);
  eta.advance(4, 96);
  eta.finish();
  CHECK(eta.remaining().value() == Approx(0));
}

TEST_CASE("where only early stopping ends a training, finished cells say how many epochs to expect",
          "[experiment]") {
  mtl::Eta eta(12, 0);
  const mtl::Cell cell{"multi", 12, 0, 1};
  eta.expect(cell);
  eta.expect(cell);
  eta.begin(cell);
  eta.advance(1, 1);
  CHECK(eta.remaining().value() == Approx(2 * mtl::Eta::assumed_epochs - 1));
  eta.advance(6, 5);
  eta.finish();
  CHECK(eta.remaining().value() == Approx(6));
}
