// Signals that ask a long command to stop, and the exit status that says so.
#pragma once

#include <atomic>
#include <csignal>

namespace mtl::program {

namespace detail {
inline std::atomic<int> received = 0;  // written by a handler, read by every job
static_assert(std::atomic<int>::is_always_lock_free);
}  // namespace detail

/// From now on TERM, USR1, USR2 and INT set a flag instead of ending the program.
inline void catch_stop_signals() {
  for (const int signal : {SIGTERM, SIGUSR1, SIGUSR2, SIGINT})
    std::signal(signal, [](int number) { detail::received = number; });
}

inline bool stop_requested() { return detail::received != 0; }

/// 130 after INT, 75 after the others: both mean that the same call goes on.
inline int stop_status() { return detail::received == SIGINT ? 130 : 75; }

}  // namespace mtl::program
