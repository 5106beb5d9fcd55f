// A workspace cut into arrays, each at an address that is a multiple of 64.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mtl::detail {

/// Hands out arrays from the start of a workspace; without one it counts what they would need.
class WorkspaceParts {
 public:
  explicit WorkspaceParts(void* workspace) : start_{static_cast<std::byte*>(workspace)} {}

  template <class T>
  T* take(std::int64_t count) {
    auto* const part = start_ ? reinterpret_cast<T*>(start_ + used_) : nullptr;
    used_ += (static_cast<std::size_t>(count) * sizeof(T) + 63) / 64 * 64;
    return part;
  }

  /// Bytes of everything taken so far.
  std::size_t used() const { return used_; }

 private:
  std::byte* start_;
  std::size_t used_ = 0;
};

}  // namespace mtl::detail
