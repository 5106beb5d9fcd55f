// An interval of plausible values.
#pragma once

#include <mtl/detail/error.hpp>
#include <mtl/stats/status.hpp>

namespace mtl::stats {

/// An interval; an end may be infinite, and both are NaN where there is none.
struct Interval {
  double low = no_number;
  double high = no_number;
};

/// Throws Error unless 0 < level < 1.
inline void require_level(double level) {
  require(level > 0 && level < 1, "confidence level {}: it must lie between 0 and 1", level);
}

}  // namespace mtl::stats
