#include <support/catch.hpp>

#include <cstring>
#include <memory>
#include <vector>

#include <mtl/experiment/peak_memory.hpp>

namespace {

/// Takes 256 MiB, touches all of it and gives it back.
void swell() {
  constexpr std::size_t bytes = std::size_t{256} << 20;
  const auto memory = std::make_unique<char[]>(bytes);
  std::memset(memory.get(), 1, bytes);
}

constexpr std::int64_t half = std::int64_t{128} << 20;

}  // namespace

TEST_CASE("of stretches that overlap, each has the peak of its own time", "[experiment]") {
  mtl::reset_peak_memory();
  const auto at_rest = mtl::peak_memory();
  if (at_rest == 0) {
    WARN("skipped: this system does not say");
    return;
  }
  mtl::OverlappingPeaks peaks;
  const mtl::OverlappingPeaks::Stretch first(peaks);
  CHECK(first.peak() < at_rest + half);
  swell();
  const mtl::OverlappingPeaks::Stretch second(peaks);  // the system forgets
  CHECK(first.peak() > at_rest + half);
  CHECK(second.peak() < at_rest + half);
  {
    const mtl::OverlappingPeaks::Stretch third(peaks);
    swell();
  }
  const mtl::OverlappingPeaks::Stretch fourth(peaks);
  CHECK(second.peak() > at_rest + half);
  CHECK(fourth.peak() < at_rest + half);
}
