// What an unpickler has made of a pickle so far: values of 16 bytes, and the sequences they stand for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/detail/error.hpp>

namespace mtl::detail {

/// A value of a pickle. It owns nothing, and a copy of a container is the same container.
struct PickleValue {
  enum class Kind : std::uint8_t {
    None,
    Bool,
    Whole,
    Real,  ///< its value is not kept
    Text,
    Tuple,
    List,
    Dict,
    OrderedDict,
    Global,
    Storage,
    Tensor
  };
  Kind kind = Kind::None;
  std::uint32_t length = 0;  ///< bytes of a Text
  std::int64_t number = 0;   ///< of Bool and Whole; where a Text begins; else which one of its kind it is

  bool is_dict() const { return kind == Kind::Dict || kind == Kind::OrderedDict; }
};

/// Owns the sequences of a pickle, in bounded memory. Throws Error where a pickle wants more than that.
class PickleHeap {
 public:
  using Items = std::vector<PickleValue>;

  /// `bytes`: where texts lie. `limit`: bytes of memory that everything made may take.
  PickleHeap(std::string_view bytes, std::string path, std::uint64_t limit)
      : bytes_{bytes}, path_{std::move(path)}, left_{limit} {}

  const std::string& path() const { return path_; }

  /// Books memory before it is taken.
  void spend(std::uint64_t bytes) {
    require(bytes <= left_, "{}: its pickle takes more memory to read than the whole file; it is forged",
            path_);
    left_ -= bytes;
  }

  /// A text that lies in the pickle's own bytes.
  PickleValue text(std::string_view part) const {
    return {PickleValue::Kind::Text, static_cast<std::uint32_t>(part.size()), part.data() - bytes_.data()};
  }
  std::string_view text(const PickleValue& value) const {
    return bytes_.substr(static_cast<std::size_t>(value.number), value.length);
  }
  bool is_text(const PickleValue& value, std::string_view text) const {
    return value.kind == PickleValue::Kind::Text && this->text(value) == text;
  }

  /// A new Tuple, List, Dict or OrderedDict. Keys and values of the latter stand in turn.
  PickleValue container(PickleValue::Kind kind, std::span<const PickleValue> items = {}) {
    spend(sizeof(Sequence) * 2);
    sequences_.emplace_back();
    const PickleValue made{kind, 0, static_cast<std::int64_t>(sequences_.size()) - 1};
    append(made, items);
    return made;
  }

  const Items& items(const PickleValue& container) const {
    return sequences_[static_cast<std::size_t>(container.number)].items;
  }

  void append(const PickleValue& container, std::span<const PickleValue> items) {
    spend(2 * sizeof(PickleValue) * items.size());
    auto& sequence = sequences_[static_cast<std::size_t>(container.number)];
    for (const auto& item : items) {
      if (!is_container(item)) continue;
      require(item.number != container.number, "{}: its pickle puts a container into itself; it is forged",
              path_);
      sequence.depth = std::max(sequence.depth, sequences_[static_cast<std::size_t>(item.number)].depth + 1);
    }
    require(sequence.depth <= deepest, "{}: its pickle nests containers more than {} deep; it is forged",
            path_, deepest);
    sequence.items.insert(sequence.items.end(), items.begin(), items.end());
  }

 private:
  struct Sequence {
    Items items;
    int depth = 0;  ///< of what was put in; what those take in later is not counted
  };
  static constexpr int deepest = 32;

  static bool is_container(const PickleValue& value) {
    return value.kind == PickleValue::Kind::Tuple || value.kind == PickleValue::Kind::List || value.is_dict();
  }

  std::string_view bytes_;
  std::string path_;
  std::uint64_t left_;
  std::deque<Sequence> sequences_;  ///< a reference to one stays good when others are made
};

}  // namespace mtl::detail
