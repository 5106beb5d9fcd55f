// In: short texts with their pieces, from any thread. Out: the pieces of those that were put in before.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/store/digest.hpp>
#include <mtl/text/piece.hpp>

namespace mtl::detail {

/// A table that threads read while others add to it; nothing in it ever changes or goes.
///
/// A slot says where a text stands, with a part of its hash, so that mostly two places of memory are looked
/// at: the slot and the text's. (std::unordered_map looks at four, and took a tenth of the time of a whole
/// preparation.)
class RememberedPieces {
 public:
  /// `most`: how many texts it takes.
  explicit RememberedPieces(std::size_t most) : most_{most}, slots_(2 * most) { known_.reserve(most); }

  /// The pieces of a text; nullptr where it was not added. They live as long as this.
  const std::vector<Piece>* find(std::string_view text) const {
    const Found found = look_up(text, XXH3_64bits(text.data(), text.size()));
    return found.slot == free ? nullptr : &entry(found.slot).pieces;
  }

  /// Adds a text, unless it is there or there is no more room.
  void add(std::string_view text, const std::vector<Piece>& pieces) {
    const std::uint64_t hash = XXH3_64bits(text.data(), text.size());
    const std::lock_guard lock(adding_);
    const Found found = look_up(text, hash);
    if (known_.size() == most_ || found.slot != free) return;
    known_.push_back({std::string(text), pieces});
    slots_[found.place].store(tag_of(hash) | known_.size(), std::memory_order_release);
  }

 private:
  struct Known {
    std::string text;
    std::vector<Piece> pieces;
  };

  /// A slot: the upper half of the hash, then the number of the text, counted from 1.
  static constexpr std::uint64_t free = 0, number = 0xFFFFFFFF;

  static std::uint64_t tag_of(std::uint64_t hash) { return hash & ~number; }
  /// Not by operator[], which may look at the size: another thread changes that.
  const Known& entry(std::uint64_t slot) const { return known_.data()[(slot & number) - 1]; }

  /// A slot as it was when it was looked at: another thread may fill a free one at any time.
  struct Found {
    std::size_t place = 0;
    std::uint64_t slot = free;
  };

  /// The slot of a text, or the free one where it would go: half of them always are.
  Found look_up(std::string_view text, std::uint64_t hash) const {
    for (std::size_t at = hash % slots_.size();; at = (at + 1) % slots_.size()) {
      const std::uint64_t slot = slots_[at].load(std::memory_order_acquire);
      if (slot == free || (tag_of(slot) == tag_of(hash) && entry(slot).text == text)) return {at, slot};
    }
  }

  std::size_t most_;
  std::vector<std::atomic<std::uint64_t>> slots_;
  std::vector<Known> known_;  ///< never grows beyond what was reserved: readers need it to stay where it is
  std::mutex adding_;
};

}  // namespace mtl::detail
