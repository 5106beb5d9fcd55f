// In: the size of a tensor. Out: memory for it, taken back when the tensor dies and handed out again: a step
// of training asks the system for no memory that the step before it had.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <ATen/ops/from_blob.h>

namespace mtl {

/// Tensors whose memory is reused. A tensor may outlive the arena. Safe for threads.
class Arena {
 public:
  /// Uninitialised, contiguous, on the CPU.
  torch::Tensor take(torch::IntArrayRef sizes, torch::ScalarType type) {
    std::size_t bytes = c10::elementSize(type);
    for (const auto size : sizes) bytes *= static_cast<std::size_t>(size);
    const auto block = pool_->take(rounded(bytes));
    return at::from_blob(
        block.memory, sizes, [pool = pool_, block](void*) { pool->give_back(block); },
        torch::TensorOptions().dtype(type));
  }

 private:
  struct Block {
    void* memory = nullptr;
    std::size_t bytes = 0;
  };

  /// Free blocks by size. Batches differ in length, so a request may be given a block up to a quarter too
  /// large.
  class Pool {
   public:
    Pool() = default;
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    ~Pool() { release(); }

    Block take(std::size_t bytes) {
      const std::lock_guard lock(mutex_);
      const auto found = free_.lower_bound(bytes);
      if (found != free_.end() && found->first <= bytes + bytes / 4) {
        const Block block{found->second, found->first};
        free_.erase(found);
        free_bytes_ -= block.bytes;
        lend(block.bytes);
        return block;
      }
      // What lies idle is of the wrong sizes. Some of that is worth keeping for the next step, not more than
      // a quarter of what a step has needed.
      if (lent_bytes_ + free_bytes_ + bytes > most_lent_ + most_lent_ / 4) release();
      const Block block = allocate(bytes);
      lend(bytes);
      return block;
    }

    void give_back(const Block& block) {
      const std::lock_guard lock(mutex_);
      free_.emplace(block.bytes, block.memory);
      free_bytes_ += block.bytes;
      lent_bytes_ -= block.bytes;
    }

   private:
    void lend(std::size_t bytes) {
      lent_bytes_ += bytes;
      most_lent_ = std::max(most_lent_, lent_bytes_);
    }

    Block allocate(std::size_t bytes) {
      const auto alignment = bytes >= huge_page ? huge_page : std::size_t{64};
      void* memory = std::aligned_alloc(alignment, bytes);
      if (memory == nullptr) {
        release();  // what lies idle may be what is missing
        memory = std::aligned_alloc(alignment, bytes);
      }
      if (memory == nullptr) throw std::bad_alloc();
#if defined(__linux__)
      if (bytes >= huge_page) madvise(memory, bytes, MADV_HUGEPAGE);  // advice: a refusal does no harm
#endif
      return {memory, bytes};
    }

    void release() {
      for (const auto& [bytes, memory] : free_) std::free(memory);
      free_.clear();
      free_bytes_ = 0;
    }

    std::mutex mutex_;
    std::multimap<std::size_t, void*> free_;
    std::size_t free_bytes_ = 0, lent_bytes_ = 0, most_lent_ = 0;
  };

  static constexpr std::size_t huge_page = std::size_t{2} << 20;

  static std::size_t rounded(std::size_t bytes) {
    const std::size_t unit = bytes >= huge_page ? huge_page : 64;
    return (bytes + unit - 1 + (bytes == 0)) / unit * unit;
  }

  std::shared_ptr<Pool> pool_ = std::make_shared<Pool>();
};

}  // namespace mtl
