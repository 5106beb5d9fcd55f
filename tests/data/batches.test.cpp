#include <numeric>

#include <mtl/data/batches.hpp>
#include <support/catch.hpp>

namespace batches_test {

using namespace mtl;

std::vector<std::size_t> indices(std::size_t count, std::size_t first = 100) {
  std::vector<std::size_t> which(count);
  std::iota(which.begin(), which.end(), first);
  return which;
}

TEST_CASE("an epoch holds every text once, the last partial batch included", "[data]") {
  const auto which = indices(70);
  const auto batches = epoch_batches(which, 32, RandomStream(1).at(0));
  REQUIRE(batches.size() == 3);
  CHECK(batches[2].size() == 6);
  std::vector<std::size_t> all;
  for (const auto& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
  CHECK(all != which);
  std::ranges::sort(all);
  CHECK(all == which);
}

TEST_CASE("the batches of an epoch depend on its stream alone", "[data]") {
  const auto which = indices(40);
  const RandomStream stream = RandomStream(5).named("batches");
  CHECK(epoch_batches(which, 8, stream.at(3)) == epoch_batches(which, 8, stream.at(3)));
  CHECK(epoch_batches(which, 8, stream.at(3)) != epoch_batches(which, 8, stream.at(4)));
}

TEST_CASE("batches for evaluation keep the order", "[data]") {
  CHECK(batches_in_order(indices(5, 0), 2) == std::vector<std::vector<std::size_t>>{{0, 1}, {2, 3}, {4}});
  CHECK(batches_in_order({}, 2).empty());
  CHECK_THROWS_WITH(batches_in_order(indices(5), 0), Catch::StartsWith("batch size 0"));
}

}  // namespace batches_test
