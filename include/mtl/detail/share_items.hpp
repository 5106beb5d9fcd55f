// In: a number of items of work. Out: every item done, by all of libtorch's threads.
//
// at::parallel_for is a template: in a file that is not compiled with -fopenmp it is a plain loop. What
// libtorch itself was compiled with are the loops over a tensor's elements; so a tensor of one byte a thread
// is looped over. No flag is asked of the user, and there is no second pool of threads that libtorch's would
// wait for.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>

#include <ATen/Parallel.h>
#include <ATen/TensorIterator.h>

namespace mtl {

namespace detail {

/// Calls work() once on each of `threads` of libtorch's threads, at the same time. What one of them throws is
/// thrown again here.
template <class Work>
void on_threads(std::int64_t threads, const Work& work) {
  std::exception_ptr problem;
  std::mutex mutex;
  const auto one = [&] {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex);
      problem = std::current_exception();
    }
  };
  const auto bytes = torch::empty({threads}, torch::kByte);
  auto loop = at::TensorIterator::borrowing_nullary_op(bytes);
  loop.for_each(
      [&](char**, const std::int64_t*, std::int64_t count) {
        for (; count > 0; --count) one();
      },
      /*grain_size=*/1);
  if (problem) std::rethrow_exception(problem);
}

}  // namespace detail

/// Calls work(begin, end) for ranges of at most `grain` items that cover 0 .. items - 1 once. A thread takes
/// the next range when it is done with one: texts differ in length, and a core may be busy elsewhere.
template <class Work>
void share_items(std::int64_t items, std::int64_t grain, const Work& work) {
  const auto threads = std::min<std::int64_t>(at::get_num_threads(), (items + grain - 1) / grain);
  if (threads <= 1 || at::in_parallel_region()) return work(std::int64_t{0}, items);
  std::atomic<std::int64_t> next{0};
  detail::on_threads(threads, [&] {
    for (auto begin = next.fetch_add(grain); begin < items; begin = next.fetch_add(grain))
      work(begin, std::min(begin + grain, items));
  });
}

}  // namespace mtl
