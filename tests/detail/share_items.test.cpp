#include <mtl/detail/torch.hpp>

#include <support/catch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/detail/share_items.hpp>

namespace share_items_tests {

using namespace mtl;

/// libtorch with this many threads, for as long as the object lives.
class WithThreads {
 public:
  explicit WithThreads(int threads) { at::set_num_threads(threads); }
  ~WithThreads() { at::set_num_threads(before_); }

 private:
  int before_ = at::get_num_threads();
};

TEST_CASE("every item is done once, whatever the number of threads and the grain", "[detail]") {
  for (const int threads : {1, 2, 3})
    for (const int grain : {1, 4, 100}) {
      const WithThreads with(threads);
      std::vector<std::atomic<int>> done(37);
      share_items(37, grain, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = begin; i < end; ++i) ++done[static_cast<std::size_t>(i)];
      });
      CHECK(std::ranges::all_of(done, [](const auto& count) { return count == 1; }));
    }
}

TEST_CASE("two threads work at the same time", "[detail]") {
  const WithThreads with(2);
  std::mutex mutex;
  std::condition_variable both;
  std::set<std::thread::id> seen;
  // The first one waits for the second: alone it would give up.
  share_items(2, 1, [&](std::int64_t, std::int64_t) {
    std::unique_lock lock(mutex);
    seen.insert(std::this_thread::get_id());
    both.notify_all();
    both.wait_for(lock, std::chrono::seconds(10), [&] { return seen.size() == 2; });
  });
  CHECK(seen.size() == 2);
}

TEST_CASE("what an item throws arrives at the caller", "[detail]") {
  const WithThreads with(2);
  CHECK_THROWS_AS(share_items(8, 1, [](std::int64_t begin, std::int64_t) { require(begin != 5, "five"); }),
                  Error);
}

}  // namespace share_items_tests
