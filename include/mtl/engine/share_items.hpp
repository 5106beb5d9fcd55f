// In: a number of items of work. Out: every item done, by all of libtorch's threads.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>

#include <ATen/Parallel.h>

namespace mtl {

/// Calls work(begin, end) for ranges of at most `grain` items that cover 0 .. items - 1 once. A thread takes
/// the next range when it is done with one: texts differ in length, and a core may be busy elsewhere.
template <class Work>
void share_items(std::int64_t items, std::int64_t grain, const Work& work) {
  const auto threads = std::min<std::int64_t>(at::get_num_threads(), (items + grain - 1) / grain);
  if (threads <= 1 || at::in_parallel_region()) return work(std::int64_t{0}, items);
  std::atomic<std::int64_t> next{0};
  at::parallel_for(0, threads, 1, [&](std::int64_t, std::int64_t) {
    for (auto begin = next.fetch_add(grain); begin < items; begin = next.fetch_add(grain))
      work(begin, std::min(begin + grain, items));
  });
}

}  // namespace mtl
