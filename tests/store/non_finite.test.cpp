#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <mtl/store/non_finite.hpp>

#include <support/catch.hpp>

namespace non_finite_tests {

using namespace mtl;

/// Where a tensor of these numbers, one byte off their alignment, holds what no weight is.
template <class T>
std::optional<std::uint64_t> found(Dtype dtype, const std::vector<T>& values) {
  std::string bytes(1 + values.size() * sizeof(T), 'x');
  if (!values.empty()) std::memcpy(bytes.data() + 1, values.data(), values.size() * sizeof(T));
  const auto size = static_cast<std::int64_t>(values.size());
  return find_non_finite({"a", dtype, {size}, std::string_view(bytes).substr(1)});
}

constexpr float infinite = std::numeric_limits<float>::infinity(),
                nan = std::numeric_limits<float>::quiet_NaN(), largest = std::numeric_limits<float>::max();

TEST_CASE("what no weight is, is found in every type of weights", "[store]") {
  CHECK(found<float>(Dtype::F32, {0, -0.0F, largest, -largest, 1e-45F}) == std::nullopt);
  CHECK(found<float>(Dtype::F32, {1, nan, infinite}) == 1U);
  CHECK(found<float>(Dtype::F32, {1, 2, -infinite}) == 2U);
  CHECK(found<std::uint16_t>(Dtype::F16, {0x7BFF, 0xFBFF, 0x0001}) == std::nullopt);
  CHECK(found<std::uint16_t>(Dtype::F16, {0x3C00, 0xFC00}) == 1U);
  CHECK(found<std::uint16_t>(Dtype::F16, {0x7E00}) == 0U);
  CHECK(found<std::uint16_t>(Dtype::BF16, {0x7F7F, 0x7C00}) == std::nullopt);
  CHECK(found<std::uint16_t>(Dtype::BF16, {0x3F80, 0xFFC0}) == 1U);
  CHECK(found<double>(Dtype::F64, {1, -double{largest}}) == std::nullopt);
  CHECK(found<double>(Dtype::F64, {1, 1e39}) == 1U);
  CHECK(found<double>(Dtype::F64, {double{nan}}) == 0U);
  CHECK(found<std::int64_t>(Dtype::I64, {-1}) == std::nullopt);
  CHECK(found<float>(Dtype::F32, {}) == std::nullopt);
}

TEST_CASE("what no weight is, is found beyond the first block too", "[store]") {
  std::vector<float> values(10'000, 1.0F);
  values[9'999] = nan;
  CHECK(found<float>(Dtype::F32, values) == 9'999U);
  values[4'096] = infinite;
  CHECK(found<float>(Dtype::F32, values) == 4'096U);
}

}  // namespace non_finite_tests
