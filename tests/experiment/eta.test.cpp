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
  eta.advance(deep, 1, 14);  // one epoch of the deep cell in 14 s: a unit of cost takes a second
  CHECK(eta.remaining().value() == Approx(3 * 14 + 4 * 24));
  eta.advance(deep, 4, 42);
  eta.finish(deep);
  CHECK(eta.remaining().value() == Approx(4 * 24));
  eta.begin(shallow);
  eta.advance(shallow, 4, 96);
  eta.finish(shallow);
  CHECK(eta.remaining().value() == Approx(0));
}

TEST_CASE("where only early stopping ends a training, finished cells say how many epochs to expect",
          "[experiment]") {
  mtl::Eta eta(12, 0);
  const mtl::Cell cell{"multi", 12, 0, 1};
  eta.expect(cell);
  eta.expect(cell);
  eta.begin(cell);
  eta.advance(cell, 1, 1);
  CHECK(eta.remaining().value() == Approx(2 * mtl::Eta::assumed_epochs - 1));
  eta.advance(cell, 6, 5);
  eta.finish(cell);
  CHECK(eta.remaining().value() == Approx(6));
}

TEST_CASE("a layer that was measured goes by its own rate, others by the mean of all", "[experiment]") {
  mtl::Eta eta(12, 1, [](const mtl::Cell& cell) { return cell.arm == "multi" ? 2.0 : 1.0; });
  for (const int layer : {1, 2, 3})
    for (const char* arm : {"multi", "single"}) eta.expect({arm, layer, 0, 1});
  const auto train = [&](const char* arm, int layer, double seconds) {
    const mtl::Cell cell{arm, layer, 0, 1};
    eta.begin(cell);
    eta.advance(cell, 1, seconds);
    eta.finish(cell);
  };
  train("multi", 1, 20);  // 10 s a unit
  CHECK(eta.remaining().value() == Approx(10 + 30 + 30));
  train("single", 1, 10);
  train("multi", 2, 4);  // 2 s a unit; of all 34 / 5
  CHECK(eta.remaining().value() == Approx(2 + 3 * 34.0 / 5));
  train("single", 2, 2);
  CHECK(eta.remaining().value() == Approx(3 * 36.0 / 6));
}

TEST_CASE("a cell that fails is not taken for a short one", "[experiment]") {
  mtl::Eta eta(12, 4, [](const mtl::Cell&) { return 1.0; });
  const mtl::Cell a{"multi", 1, 0, 1}, b{"single", 1, 0, 1}, c{"multi", 1, 1, 1};
  for (const auto& cell : {a, b, c}) eta.expect(cell);
  eta.begin(a);
  eta.advance(a, 4, 40);
  eta.finish(a);
  eta.begin(b);
  eta.drop(b);
  CHECK(eta.remaining().value() == Approx(40));
}

TEST_CASE("cells that are trained at the same time share what remains, to the last one", "[experiment]") {
  mtl::Eta eta(
      12, 2, [](const mtl::Cell&) { return 1.0; }, 2);
  const mtl::Cell a{"multi", 1, 0, 1}, b{"single", 1, 0, 1}, c{"multi", 1, 1, 1};
  for (const auto& cell : {a, b, c}) eta.expect(cell);
  eta.begin(a);
  eta.begin(b);
  eta.advance(a, 1, 10);
  eta.advance(b, 1, 10);
  CHECK(eta.remaining().value() == Approx((10 + 10 + 20) / 2.0));
  eta.advance(a, 2, 10);
  eta.finish(a);
  eta.begin(c);
  CHECK(eta.remaining().value() == Approx((10 + 20) / 2.0));
  eta.advance(b, 2, 10);
  eta.finish(b);
  CHECK(eta.remaining().value() == Approx(20));  // alone now
}
