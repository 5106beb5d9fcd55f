#include <mtl/detail/torch.hpp>

#include <support/catch.hpp>

#include <memory>
#include <vector>

#include <mtl/engine/arena.hpp>

namespace arena_tests {

using mtl::Arena;

TEST_CASE("memory that was given back is handed out again, to a request of its size or a little less",
          "[engine]") {
  Arena arena;
  const void* first = nullptr;
  {
    const auto tensor = arena.take({1000, 1000}, torch::kFloat);
    first = tensor.const_data_ptr();
    CHECK(tensor.sizes() == torch::IntArrayRef({1000, 1000}));
    CHECK(arena.take({1000, 1000}, torch::kFloat).const_data_ptr() != first);
  }
  CHECK(arena.take({2000, 900}, torch::kBFloat16).const_data_ptr() != nullptr);
  const auto again = arena.take({1000, 1000}, torch::kFloat);
  const auto less = arena.take({990, 1000}, torch::kFloat);
  CHECK((again.const_data_ptr() == first || less.const_data_ptr() == first));
}

TEST_CASE("a step that is repeated takes the same memory", "[engine]") {
  Arena arena;
  const auto step = [&] {
    std::vector<torch::Tensor> held;
    std::vector<const void*> places;
    for (const std::int64_t rows : {5000, 3000, 7000, 100}) {
      held.push_back(arena.take({rows, 256}, torch::kFloat));
      places.push_back(held.back().const_data_ptr());
      arena.take({rows, 64}, torch::kFloat);
    }
    return places;
  };
  const auto first = step();
  CHECK(step() == first);
  CHECK(step() == first);
}

TEST_CASE("a tensor outlives its arena", "[engine]") {
  auto arena = std::make_unique<Arena>();
  auto tensor = arena->take({300}, torch::kInt64);
  arena.reset();
  CHECK(tensor.fill_(3).sum().item<std::int64_t>() == 900);
}

TEST_CASE("nothing is memory too", "[engine]") {
  Arena arena;
  CHECK(arena.take({0, 5}, torch::kFloat).numel() == 0);
}

}  // namespace arena_tests
