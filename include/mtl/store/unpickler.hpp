// In: the bytes of a pickle. Out: the value it makes. No code of the file's choosing is ever run.
// Source: Python's pickletools for the opcodes; those taken are what torch.save writes for a state dict.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/store/byte_reader.hpp>
#include <mtl/store/pickle_heap.hpp>
#include <mtl/store/torch_objects.hpp>

namespace mtl::detail {

/// The machine that a pickle is a program for: a stack, marks on it, and a memo. One for each pickle.
class Unpickler {
 public:
  /// All three live longer than this; `reader` stands at the pickle's first byte.
  Unpickler(ByteReader& reader, PickleHeap& heap, TorchObjects& objects)
      : reader_{reader}, heap_{heap}, objects_{objects} {}

  /// Reads up to STOP, behind which `reader` stands then. Throws Error for every opcode that is not known,
  /// for every use of one that its rules forbid, and where the bytes end before STOP.
  PickleValue run() {
    while (true) {
      const auto code = static_cast<unsigned char>(reader_.number(1));
      if (code == '.') return result();
      const bool known = push_plain(code) || push_container(code) || fill_container(code) || use_memo(code) ||
                         use_objects(code);
      require(
          known,
          "{}: its pickle holds the opcode {:#04x} at byte {}, which no dictionary of tensors needs; it is "
          "refused",
          heap_.path(), code, reader_.at() - 1);
    }
  }

 private:
  using Kind = PickleValue::Kind;

  void push(const PickleValue& value) {
    if (stack_.size() == booked_) {
      heap_.spend(3 * sizeof(PickleValue));
      ++booked_;
    }
    stack_.push_back(value);
  }

  /// The value on top. None of those below the last mark can be had.
  PickleValue pop() {
    require(stack_.size() > (marks_.empty() ? 0 : marks_.back()),
            "{}: its pickle takes a value from an empty stack; it is damaged or forged", heap_.path());
    const auto value = stack_.back();
    stack_.pop_back();
    return value;
  }

  /// What lies above the last mark, which goes. Valid until the next push.
  std::span<const PickleValue> pop_to_mark() {
    require(!marks_.empty(), "{}: its pickle looks for a mark that was not set; it is damaged or forged",
            heap_.path());
    const std::size_t begin = std::exchange(marks_.back(), 0);
    marks_.pop_back();
    above_.assign(stack_.begin() + static_cast<std::ptrdiff_t>(begin), stack_.end());
    stack_.resize(begin);
    return above_;
  }

  PickleValue result() {
    const auto value = pop();
    require(stack_.empty() && marks_.empty(),
            "{}: its pickle ends with values left over; it is damaged or forged", heap_.path());
    return value;
  }

  bool push_plain(unsigned char code) {
    switch (code) {
      case 'N':
        push({});
        return true;  // NONE
      case 0x88:
        push({Kind::Bool, 0, 1});
        return true;  // NEWTRUE
      case 0x89:
        push({Kind::Bool, 0, 0});
        return true;  // NEWFALSE
      case 'K':
        push_whole(static_cast<std::int64_t>(reader_.number(1)));
        return true;  // BININT1
      case 'M':
        push_whole(static_cast<std::int64_t>(reader_.number(2)));
        return true;  // BININT2
      case 'J':
        push_whole(static_cast<std::int32_t>(reader_.number(4)));
        return true;  // BININT
      case 0x8a:
        push_whole(long_number());
        return true;  // LONG1
      case 'G':
        reader_.take(8), push({Kind::Real});
        return true;  // BINFLOAT
      case 'U':
        push(heap_.text(reader_.take(reader_.number(1))));
        return true;  // SHORT_BINSTRING
      case 'X':
        push(heap_.text(reader_.take(reader_.number(4))));
        return true;  // BINUNICODE
      default:
        return false;
    }
  }

  void push_whole(std::int64_t number) { push({Kind::Whole, 0, number}); }

  /// Two's complement in as many bytes as the next one says.
  std::int64_t long_number() {
    const auto count = static_cast<unsigned>(reader_.number(1));
    require(count <= 8, "{}: its pickle holds a number of {} bytes; it is damaged or forged", heap_.path(),
            count);
    if (count == 0) return 0;
    const unsigned spare = 64 - 8 * count;
    return static_cast<std::int64_t>(reader_.number(count) << spare) >> spare;
  }

  bool push_container(unsigned char code) {
    switch (code) {
      case '(':
        push_mark();
        return true;  // MARK
      case ')':
        push(heap_.container(Kind::Tuple));
        return true;  // EMPTY_TUPLE
      case ']':
        push(heap_.container(Kind::List));
        return true;  // EMPTY_LIST
      case '}':
        push(heap_.container(Kind::Dict));
        return true;  // EMPTY_DICT
      case 't':
        push(heap_.container(Kind::Tuple, pop_to_mark()));
        return true;  // TUPLE
      case 0x85:
      case 0x86:
      case 0x87:
        push_tuple(code - 0x84);
        return true;  // TUPLE1, TUPLE2, TUPLE3
      default:
        return false;
    }
  }

  void push_mark() {
    require(marks_.size() < most_marks, "{}: its pickle has more than {} open marks; it is forged",
            heap_.path(), most_marks);
    marks_.push_back(stack_.size());
  }

  void push_tuple(int count) {
    std::vector<PickleValue> items(static_cast<std::size_t>(count));
    for (std::size_t i = items.size(); i-- > 0;) items[i] = pop();
    push(heap_.container(Kind::Tuple, items));
  }

  bool fill_container(unsigned char code) {
    if (code == 'a') {  // APPEND
      const std::vector one{pop()};
      append(one);
    } else if (code == 'e') {  // APPENDS
      append(pop_to_mark());
    } else if (code == 's') {  // SETITEM
      const auto value = pop(), key = pop();
      set(std::vector{key, value});
    } else if (code == 'u') {  // SETITEMS
      set(pop_to_mark());
    } else {
      return false;
    }
    return true;
  }

  void append(std::span<const PickleValue> items) {
    const auto list = pop();
    require(list.kind == Kind::List, "{}: its pickle appends to what is no list; it is forged", heap_.path());
    heap_.append(list, items);
    push(list);
  }

  void set(std::span<const PickleValue> items) {
    const auto dict = pop();
    require(dict.is_dict(), "{}: its pickle sets an item of what is no dictionary; it is forged",
            heap_.path());
    require(items.size() % 2 == 0, "{}: its pickle sets a key without a value; it is damaged or forged",
            heap_.path());
    heap_.append(dict, items);
    push(dict);
  }

  bool use_memo(unsigned char code) {
    switch (code) {
      case 'q':
        put(reader_.number(1));
        return true;  // BINPUT
      case 'r':
        put(reader_.number(4));
        return true;  // LONG_BINPUT
      case 'h':
        get(reader_.number(1));
        return true;  // BINGET
      case 'j':
        get(reader_.number(4));
        return true;  // LONG_BINGET
      default:
        return false;
    }
  }

  void put(std::uint64_t index) {
    const auto value = pop();
    push(value);
    heap_.spend(bytes_of_memo_entry);
    memo_[static_cast<std::uint32_t>(index)] = value;
  }

  void get(std::uint64_t index) {
    const auto found = memo_.find(static_cast<std::uint32_t>(index));
    require(found != memo_.end(), "{}: its pickle asks for entry {} of its memo, which was not set",
            heap_.path(), index);
    push(found->second);
  }

  bool use_objects(unsigned char code) {
    if (code == 0x80) {  // PROTO
      const auto protocol = reader_.number(1);
      require(protocol == 2, "{}: its pickle has protocol {}; that of torch.save is 2", heap_.path(),
              protocol);
    } else if (code == 'c') {  // GLOBAL
      const auto module = reader_.line(), name = reader_.line();
      push(objects_.global(module, name));
    } else if (code == 'R') {  // REDUCE
      const auto arguments = pop(), function = pop();
      push(objects_.call(function, arguments));
    } else if (code == 0x81) {  // NEWOBJ
      const auto arguments = pop(), type = pop();
      push(objects_.make_new(type, arguments));
    } else if (code == 'Q') {  // BINPERSID
      push(objects_.stored(pop()));
    } else if (code == 'b') {  // BUILD
      const auto state = pop(), object = pop();
      require(object.kind == Kind::OrderedDict && state.is_dict(),
              "{}: its pickle sets the state of what is no OrderedDict; it is refused", heap_.path());
      push(object);  // the state is _metadata: versions of modules
    } else {
      return false;
    }
    return true;
  }

  static constexpr std::size_t most_marks = 64;
  static constexpr std::uint64_t bytes_of_memo_entry = 64;  // a node, and its share of the buckets

  ByteReader& reader_;
  PickleHeap& heap_;
  TorchObjects& objects_;
  std::vector<PickleValue> stack_, above_;
  std::vector<std::size_t> marks_;
  std::size_t booked_ = 0;  ///< the largest size of the stack that was paid for
  std::unordered_map<std::uint32_t, PickleValue> memo_;
};

}  // namespace mtl::detail
