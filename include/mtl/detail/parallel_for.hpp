// In: a number of independent tasks. Out: all done, by several threads, as if one had done them in order.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <functional>
#include <limits>
#include <mutex>
#include <thread>
#include <vector>

namespace mtl::detail {

/// Calls task(i) for i in 0 .. count - 1. Every thread has its own task from make_task(), so that a task may
/// hold state (an analyser, a tokenizer); `tell(done)` is called by one thread at a time.
///
/// When tasks throw, the exception of the lowest index is thrown on: tasks are taken in order, so which one
/// that is does not depend on the threads.
template <class MakeTask>
void parallel_for(std::size_t count, int threads, MakeTask make_task,
                  const std::function<void(std::size_t)>& tell = {}) {
  std::mutex mutex;
  std::size_t next = 0, done = 0, failed_at = std::numeric_limits<std::size_t>::max();
  std::exception_ptr failure;
  const auto take = [&](std::size_t& index) {
    const std::lock_guard lock(mutex);
    if (failure || next == count) return false;
    index = next++;
    return true;
  };
  const auto fail = [&](std::size_t index) {
    const std::lock_guard lock(mutex);
    if (index < failed_at) {
      failed_at = index;
      failure = std::current_exception();
    }
  };
  const auto work = [&] {
    std::size_t index = 0;
    try {
      auto task = make_task();
      while (take(index)) {
        task(index);
        const std::lock_guard lock(mutex);
        ++done;
        if (tell) tell(done);
      }
    } catch (...) {
      fail(index);
    }
  };
  const int available = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const auto wanted = static_cast<std::size_t>(threads > 0 ? threads : available);
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < std::min(wanted, count); ++i) others.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace mtl::detail
