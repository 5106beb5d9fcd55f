// The most memory that this process has held since a moment of one's choice. Linux: by /proc; elsewhere
// unknown.
#pragma once

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <list>
#include <mutex>
#include <string>

namespace mtl {

namespace detail {

/// The number behind `key` in a file of lines such as "inactive_file 1234"; 0 where there is none.
inline std::int64_t number_behind(const std::string& file, const std::string& key) {
  std::ifstream lines(file);
  for (std::string word; lines >> word;) {
    std::int64_t number = 0;
    if (word == key && lines >> number) return number;
  }
  return 0;
}

/// The same of lines such as "VmRSS:  1234 kB", in bytes.
inline std::int64_t kilobytes_of(const std::string& file, const std::string& key) {
  return number_behind(file, key) * 1024;
}

}  // namespace detail

/// Starts the measurement anew. Where the system does not allow it, the next peak_memory() counts from the
/// start of the process.
inline void reset_peak_memory() { std::ofstream("/proc/self/clear_refs") << "5"; }

/// Bytes of the largest resident set since then; 0 where the system does not say. Memory of a GPU is not in
/// it.
inline std::int64_t peak_memory() { return detail::kilobytes_of("/proc/self/status", "VmHWM:"); }

/// The peak of each of several stretches of work that overlap, although the system keeps one number for all.
/// Safe for threads.
class OverlappingPeaks {
 public:
  /// One stretch. It must end before OverlappingPeaks does.
  class Stretch {
   public:
    explicit Stretch(OverlappingPeaks& all) : all_{all}, peak_{all.begin()} {}
    ~Stretch() { all_.end(peak_); }
    Stretch(const Stretch&) = delete;
    Stretch& operator=(const Stretch&) = delete;

    /// Bytes of the process's largest resident set since the stretch began.
    std::int64_t peak() const { return all_.peak_of(peak_); }

   private:
    OverlappingPeaks& all_;
    std::list<std::int64_t>::iterator peak_;
  };

 private:
  std::list<std::int64_t>::iterator begin() {
    const std::lock_guard lock(mutex_);
    const auto now = peak_memory();  // about to be forgotten
    for (auto& peak : peaks_) peak = std::max(peak, now);
    reset_peak_memory();
    return peaks_.insert(peaks_.end(), 0);
  }

  void end(std::list<std::int64_t>::iterator peak) {
    const std::lock_guard lock(mutex_);
    peaks_.erase(peak);
  }

  /// Both numbers under one lock: a stretch that began between them would make the system forget.
  std::int64_t peak_of(std::list<std::int64_t>::iterator peak) {
    const std::lock_guard lock(mutex_);
    return std::max(*peak, peak_memory());
  }

  std::mutex mutex_;
  std::list<std::int64_t> peaks_;  ///< of the stretches under way, up to the last reset
};

}  // namespace mtl
