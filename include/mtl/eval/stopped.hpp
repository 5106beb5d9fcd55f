// How long work ends that was asked to stop. Torch-free.
#pragma once

#include <functional>
#include <stdexcept>

namespace mtl {

/// Training or evaluation was asked to stop. Nothing of it is kept.
class Stopped : public std::runtime_error {
 public:
  Stopped() : std::runtime_error("the work was stopped before its end") {}
};

/// Asked after every batch; true makes the work throw Stopped. Absent: never.
using StopRequest = std::function<bool()>;

/// Throws Stopped when a stop is requested.
inline void stop_if(const StopRequest& requested) {
  if (requested && requested()) throw Stopped();
}

}  // namespace mtl
