#include <support/catch.hpp>

#include <limits>

#include <mtl/train/early_stopping.hpp>

using mtl::EarlyStopping;

TEST_CASE("a loss is best when smallest, and patience counts the epochs since", "[train]") {
  EarlyStopping watch("loss", 2);
  CHECK(watch.observe(1.0));
  CHECK(watch.observe(0.5));
  CHECK_FALSE(watch.observe(0.5));  // a tie keeps the earlier epoch
  CHECK_FALSE(watch.exhausted());
  CHECK_FALSE(watch.observe(0.6));
  CHECK(watch.exhausted());
  CHECK(watch.best_epoch() == 2);
  CHECK(watch.best() == 0.5);
}

TEST_CASE("an accuracy is best when largest", "[train]") {
  EarlyStopping watch("accuracy:main", 1);
  CHECK(watch.observe(0.5));
  CHECK(watch.observe(0.7));
  CHECK_FALSE(watch.observe(0.6));
  CHECK(watch.exhausted());
  CHECK(watch.best_epoch() == 2);
}

TEST_CASE("a NaN is never the best epoch", "[train]") {
  EarlyStopping watch("loss:main", 2);
  CHECK_FALSE(watch.observe(std::numeric_limits<double>::quiet_NaN()));
  CHECK(watch.best_epoch() == 0);
  CHECK(watch.observe(3.0));
  CHECK(watch.best_epoch() == 2);
  CHECK_FALSE(watch.exhausted());
}

TEST_CASE("early stopping refuses what it cannot watch", "[train]") {
  CHECK_THROWS_WITH(EarlyStopping("f1", 3),
                    Catch::Contains("it knows loss, loss:<head> and accuracy:<head>"));
  CHECK_THROWS_WITH(EarlyStopping("loss", 0), Catch::Contains("patience 0"));
}
