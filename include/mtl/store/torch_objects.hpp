// In: the calls and references of a pickled state dict. Out: its storages and tensors, checked.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/store/dtype.hpp>
#include <mtl/store/pickle_heap.hpp>
#include <mtl/store/tensor_view.hpp>
#include <mtl/store/torch_globals.hpp>

namespace mtl::detail {

/// A block of elements outside the pickle, known by its key.
struct TorchStorage {
  Dtype dtype = Dtype::F32;
  std::string_view key;
  std::int64_t elements = 0;
};

/// A tensor: which part of a storage it is. It lies inside that storage.
struct TorchTensor {
  std::size_t storage = 0;
  std::int64_t offset = 0;  ///< in elements, as are the strides
  std::vector<std::int64_t> shape, strides;

  bool operator==(const TorchTensor&) const = default;
};

/// Makes what a state dict is made of, and refuses everything else.
class TorchObjects {
 public:
  using Kind = PickleValue::Kind;

  /// `heap` lives longer. `file_bytes`: no storage is larger than this.
  TorchObjects(PickleHeap& heap, std::uint64_t file_bytes) : heap_{heap}, file_bytes_{file_bytes} {}

  const std::vector<TorchStorage>& storages() const { return storages_; }
  const std::vector<TorchTensor>& tensors() const { return tensors_; }

  /// Which of storages() has that key.
  std::optional<std::size_t> find_storage(std::string_view key) const {
    const auto found = keys_.find(key);
    return found == keys_.end() ? std::nullopt : std::optional{found->second};
  }

  /// A name of the table. Throws Error for any other.
  PickleValue global(std::string_view module, std::string_view name) const {
    const auto row = find_torch_global(module, name);
    require(
        row.has_value(),
        "{}: its pickle names {}.{}, which no dictionary of tensors needs; it could run code and is refused",
        heap_.path(), printable(module), printable(name));
    return {Kind::Global, 0, static_cast<std::int64_t>(*row)};
  }

  /// REDUCE: what a function of the table makes of its arguments.
  PickleValue call(const PickleValue& function, const PickleValue& arguments) {
    require(function.kind == Kind::Global, "{}: its pickle calls what is no function; it is forged",
            heap_.path());
    require(arguments.kind == Kind::Tuple, "{}: its pickle calls a function without a tuple of arguments",
            heap_.path());
    const auto& given = heap_.items(arguments);
    switch (row_of(function).global) {
      case TorchGlobal::OrderedDict:
        return ordered_dict(given);
      case TorchGlobal::Size:
        return size(given);
      case TorchGlobal::RebuildTensor:
        return tensor(given, 4, 4);
      case TorchGlobal::RebuildTensorV2:
        return tensor(given, 6, 7);
      case TorchGlobal::RebuildParameter:
        return parameter(given);
      default:
        break;
    }
    throw Error(
        fmt::format("{}: its pickle calls {}, which is no function", heap_.path(), row_of(function).name));
  }

  /// NEWOBJ: of torch.nn.Parameter alone, which is the tensor it holds.
  PickleValue make_new(const PickleValue& type, const PickleValue& arguments) const {
    const bool known = type.kind == Kind::Global && row_of(type).global == TorchGlobal::Parameter;
    require(known, "{}: its pickle makes an object that is no Parameter; it is refused", heap_.path());
    require(arguments.kind == Kind::Tuple, "{}: its pickle makes a Parameter without a tuple of arguments",
            heap_.path());
    return parameter(heap_.items(arguments));
  }

  /// BINPERSID: the storage of ('storage', class, key, location, elements), or None behind them.
  PickleValue stored(const PickleValue& id) {
    require(id.kind == Kind::Tuple && !heap_.items(id).empty(),
            "{}: its pickle refers to something by what is no tuple; it is forged", heap_.path());
    const auto& parts = heap_.items(id);
    require(!heap_.is_text(parts[0], "module"),
            "{}: holds a whole model, code included, and not its state dict; save model.state_dict() instead",
            heap_.path());
    require(heap_.is_text(parts[0], "storage"), "{}: its pickle refers to something that is no storage",
            heap_.path());
    const bool shaped = (parts.size() == 5 || parts.size() == 6) && parts[1].kind == Kind::Global &&
                        row_of(parts[1]).global == TorchGlobal::Storage && parts[2].kind == Kind::Text &&
                        parts[3].kind == Kind::Text && parts[4].kind == Kind::Whole;
    require(shaped, "{}: its pickle describes a storage in a form that is not known", heap_.path());
    require(parts.size() == 5 || parts[5].kind == Kind::None,
            "{}: a storage is a view of another one, as PyTorch wrote them long ago; that is not supported",
            heap_.path());
    return storage({row_of(parts[1]).dtype, heap_.text(parts[2]), parts[4].number});
  }

 private:
  static const TorchGlobalRow& row_of(const PickleValue& global) {
    return torch_globals[static_cast<std::size_t>(global.number)];
  }

  PickleValue storage(const TorchStorage& made) {
    const bool digits = !made.key.empty() && made.key.size() <= 40 &&
                        std::ranges::all_of(made.key, [](char c) { return c >= '0' && c <= '9'; });
    require(digits, "{}: the storage key '{}' is not made of digits; the file is forged", heap_.path(),
            printable(made.key));
    require(made.elements >= 0, "{}: storage {} has {} elements; the file is damaged or forged", heap_.path(),
            made.key, made.elements);
    require(
        static_cast<std::uint64_t>(made.elements) <= file_bytes_ / dtype_bytes(made.dtype),
        "{}: storage {} has {} elements of type {}, more than the file has bytes; the file is cut short or "
        "forged",
        heap_.path(), made.key, made.elements, dtype_name(made.dtype));
    if (const auto known = find_storage(made.key)) {
      const auto& first = storages_[*known];
      require(first.dtype == made.dtype && first.elements == made.elements,
              "{}: storage {} is described in two ways; the file is damaged or forged", heap_.path(),
              made.key);
      return {Kind::Storage, 0, static_cast<std::int64_t>(*known)};
    }
    heap_.spend(2 * sizeof(TorchStorage) + 80);
    keys_.emplace(made.key, storages_.size());
    storages_.push_back(made);
    return {Kind::Storage, 0, static_cast<std::int64_t>(storages_.size()) - 1};
  }

  /// An empty one, or, as Python 2 wrote them, one of a list of pairs.
  PickleValue ordered_dict(const PickleHeap::Items& given) {
    const auto made = heap_.container(Kind::OrderedDict);
    if (given.empty()) return made;
    require(given.size() == 1 && given[0].kind == Kind::List,
            "{}: its pickle makes an OrderedDict in a form that is not known", heap_.path());
    for (const auto& pair : heap_.items(given[0])) {
      require((pair.kind == Kind::List || pair.kind == Kind::Tuple) && heap_.items(pair).size() == 2,
              "{}: its pickle makes an OrderedDict of what are no pairs", heap_.path());
      heap_.append(made, heap_.items(pair));
    }
    return made;
  }

  PickleValue size(const PickleHeap::Items& given) const {
    require(given.size() == 1 && given[0].kind == Kind::Tuple,
            "{}: its pickle makes a torch.Size of no tuple", heap_.path());
    return given[0];
  }

  PickleValue parameter(const PickleHeap::Items& given) const {
    require(!given.empty() && given[0].kind == Kind::Tensor, "{}: its pickle makes a Parameter of no tensor",
            heap_.path());
    return given[0];
  }

  /// storage, offset, shape, strides [, requires_grad, hooks [, metadata]].
  PickleValue tensor(const PickleHeap::Items& given, std::size_t least, std::size_t most) {
    const bool shaped = given.size() >= least && given.size() <= most && given[0].kind == Kind::Storage &&
                        given[1].kind == Kind::Whole && given[2].kind == Kind::Tuple &&
                        given[3].kind == Kind::Tuple;
    require(shaped, "{}: its pickle makes a tensor in a form that is not known", heap_.path());
    const bool plain = given.size() < 7 || given[6].kind == Kind::None ||
                       (given[6].is_dict() && heap_.items(given[6]).empty());
    require(plain, "{}: holds a tensor that is conjugated or negated when it is read; that is not supported",
            heap_.path());
    TorchTensor made{static_cast<std::size_t>(given[0].number), given[1].number, sizes(given[2]),
                     sizes(given[3])};
    check(made);
    heap_.spend(2 * sizeof(TorchTensor) + 32 * made.shape.size());
    tensors_.push_back(std::move(made));
    return {Kind::Tensor, 0, static_cast<std::int64_t>(tensors_.size()) - 1};
  }

  std::vector<std::int64_t> sizes(const PickleValue& tuple) const {
    const auto& items = heap_.items(tuple);
    require(items.size() <= most_dimensions,
            "{}: a tensor has {} dimensions (at most {}); the file is forged", heap_.path(), items.size(),
            most_dimensions);
    std::vector<std::int64_t> values;
    for (const auto& item : items) {
      require(item.kind == Kind::Whole && item.number >= 0,
              "{}: a tensor's size or stride is no number from 0; the file is damaged or forged",
              heap_.path());
      values.push_back(item.number);
    }
    return values;
  }

  /// Every element of the tensor is one of its storage's.
  void check(const TorchTensor& tensor) const {
    const auto& storage = storages_[tensor.storage];
    require(tensor.shape.size() == tensor.strides.size(),
            "{}: a tensor has {} sizes and {} strides; the file is damaged or forged", heap_.path(),
            tensor.shape.size(), tensor.strides.size());
    require(tensor_bytes(storage.dtype, tensor.shape).has_value(),
            "{}: a tensor has more elements than any file could hold; the file is forged", heap_.path());
    const bool empty = std::ranges::find(tensor.shape, 0) != tensor.shape.end();
    std::int64_t last = tensor.offset, step = 0;
    bool inside = tensor.offset >= 0;
    for (std::size_t i = 0; i < tensor.shape.size() && !empty; ++i)
      inside = inside && !__builtin_mul_overflow(tensor.shape[i] - 1, tensor.strides[i], &step) &&
               !__builtin_add_overflow(last, step, &last);
    inside = inside && (empty ? last <= storage.elements : last < storage.elements);
    require(inside,
            "{}: a tensor reaches outside its storage {} of {} elements; the file is damaged or forged",
            heap_.path(), storage.key, storage.elements);
  }

  PickleHeap& heap_;
  std::uint64_t file_bytes_;
  std::vector<TorchStorage> storages_;
  std::vector<TorchTensor> tensors_;
  std::map<std::string_view, std::size_t> keys_;
};

}  // namespace mtl::detail
