#include <mtl/detail/torch.hpp>

#include <support/catch.hpp>

#include <cmath>
#include <vector>

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include <mtl/model/dropout.hpp>

namespace dropout_tests {

using namespace mtl;

const RandomStream site = RandomStream(7).named("site");

TEST_CASE("dropout keeps what its definition keeps, element by element", "[model]") {
  for (const std::int64_t columns : {1, 7, 8, 63, 64, 65, 200}) {
    const auto x = torch::rand({5, columns}) + 1;
    const auto y = dropout(x, 0.3, site);
    const auto mask = DropoutMask::make(site.key(), 0.3);
    std::vector<float> portable(static_cast<std::size_t>(columns));
    for (std::int64_t r = 0; r < 5; ++r) {
      mtl::detail::drop_row_portable(mask, static_cast<std::uint64_t>(r), x[r].const_data_ptr<float>(),
                                     portable.data(), portable.size());
      for (std::int64_t c = 0; c < columns; ++c) {
        const auto expected = mask.keeps(static_cast<std::uint64_t>(r), static_cast<std::uint64_t>(c))
                                  ? x[r][c].item<float>() * mask.scale
                                  : 0.0F;
        REQUIRE(y[r][c].item<float>() == expected);
        REQUIRE(portable[static_cast<std::size_t>(c)] == expected);
      }
    }
  }
}

TEST_CASE("dropout drops a share p and leaves the mean as it was", "[model]") {
  for (const double p : {0.1, 0.5, 0.9}) {
    INFO(p);
    const std::int64_t n = 1 << 20;
    const auto y = dropout(torch::ones({n / 64, 64}), p, site).to(torch::kDouble);
    const double sigma = std::sqrt(p * (1 - p) / static_cast<double>(n));  // of the share that is dropped
    CHECK(std::abs(y.eq(0).to(torch::kDouble).mean().item<double>() - p) < 4 * sigma + 1e-5);
    CHECK(std::abs(y.mean().item<double>() - 1) < (4 * sigma + 1e-5) / (1 - p));
    CHECK(std::abs(y.var().item<double>() - p / (1 - p)) < 0.02 * p / (1 - p));
  }
}

TEST_CASE("dropout is the same for one thread and for two, and another for another site", "[model]") {
  const auto x = torch::rand({777, 96});
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto one = dropout(x, 0.1, site);
  at::set_num_threads(2);
  const auto two = dropout(x, 0.1, site);
  at::set_num_threads(threads);
  CHECK(one.equal(two));
  CHECK_FALSE(one.equal(dropout(x, 0.1, site.at(1))));
}

TEST_CASE("dropout of numbered rows is that of the whole, in any order", "[model]") {
  const auto x = torch::rand({9, 40});
  const auto rows = torch::tensor(std::vector<std::int64_t>{4, 0, 8});
  const auto some = dropout_rows(x.index_select(0, rows), 0.5, site, rows);
  CHECK(some.equal(dropout(x, 0.5, site).index_select(0, rows)));
}

TEST_CASE("dropout is the identity without a site or with p = 0, and refuses other p", "[model]") {
  const auto x = torch::rand({3, 4});
  CHECK(dropout(x, 0.5, std::nullopt).is_same(x));
  CHECK(dropout(x, 0, site).is_same(x));
  CHECK_THROWS_AS(dropout(x, 1.0, site), Error);
  CHECK_THROWS_AS(dropout(x, -0.1, site), Error);
}

TEST_CASE("dropout: the gradient passes through the same mask, in float and in double", "[model]") {
  for (const auto type : {torch::kFloat, torch::kDouble}) {
    auto x = torch::rand({6, 33}, type).set_requires_grad(true);
    const auto weights = torch::rand({33, 6}, type).t();  // a gradient that is not contiguous
    (dropout(x, 0.4, site) * weights).sum().backward();
    const auto mask = dropout(torch::ones({6, 33}), 0.4, site).to(type);
    CHECK(x.grad().allclose(weights * mask, 1e-6));
    CHECK(dropout(x, 0.4, site).allclose(x * mask, 1e-6));
  }
}

TEST_CASE("dropout drops a NaN like any other number", "[model]") {
  const auto x = torch::full({1, 64}, std::nanf(""));
  const auto dropped = dropout(torch::ones({1, 64}), 0.5, site).eq(0);
  CHECK(dropout(x, 0.5, site).isnan().equal(dropped.logical_not()));
}

}  // namespace dropout_tests
