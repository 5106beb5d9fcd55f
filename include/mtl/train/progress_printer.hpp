// In: lines and a passing status. Out: on a terminal, a status line that is rewritten in place; elsewhere (a
// file, a job's log), plain lines only. Torch-free.
#pragma once

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>

#include <fmt/format.h>

namespace mtl {

/// "45 s", "12 min 30 s", "3 h 05 min".
inline std::string spell_duration(double seconds) {
  const auto whole = std::lround(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

/// Shows progress of long work. Not for use from several threads at once.
class ProgressPrinter {
 public:
  /// Status lines are shown where `to` is a terminal, and nowhere else.
  explicit ProgressPrinter(std::FILE* to = stderr) : to_{to}, terminal_{isatty(fileno(to)) == 1} {}

  ~ProgressPrinter() { clear(); }
  ProgressPrinter(const ProgressPrinter&) = delete;
  ProgressPrinter& operator=(const ProgressPrinter&) = delete;

  /// Replaces the status line, at most ten times a second; nothing where there is no terminal.
  void status(const std::string& text) {
    const auto now = std::chrono::steady_clock::now();
    if (!terminal_ || now - last_ < std::chrono::milliseconds{100}) return;
    last_ = now;
    fmt::print(to_, "\r\033[K{}", text);
    std::fflush(to_);
    shown_ = true;
  }

  /// Prints a line that stays.
  void line(const std::string& text) {
    clear();
    fmt::print(to_, "{}\n", text);
    std::fflush(to_);
  }

 private:
  void clear() {
    if (shown_) std::fputs("\r\033[K", to_);  // the destructor calls this: nothing may be thrown
    shown_ = false;
  }

  std::FILE* to_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace mtl
