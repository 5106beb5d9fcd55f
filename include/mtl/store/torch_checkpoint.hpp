// In: the bytes of a state dict that torch.save wrote, in either form. Out: its tensors, by name.
// The file is never given to libtorch: reading a pickle there, or TorchScript, can run the file's code.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/store/checkpoint_format.hpp>
#include <mtl/store/strided_copy.hpp>
#include <mtl/store/tensor_view.hpp>
#include <mtl/store/torch_legacy.hpp>
#include <mtl/store/torch_zip.hpp>

namespace mtl {

/// The tensors of a state dict.
struct TorchCheckpoint {
  std::vector<TensorView> tensors;  ///< in the dictionary's order; their bytes lie in the file or in `copies`
  std::vector<std::unique_ptr<char[]>> copies;  ///< of transposed and other tensors that do not lie in a row
};

namespace detail {

/// Turns the tensors of an object into views, copying what does not lie in a row; at most as many bytes are
/// copied as the file has.
class TorchTensors {
 public:
  TorchTensors(const TorchSave& save, const TorchObjects& objects, PickleHeap& heap, std::uint64_t file_bytes)
      : save_{save}, objects_{objects}, heap_{heap}, left_{file_bytes}, done_(objects.tensors().size()) {}

  TorchCheckpoint all() {
    require(save_.object.is_dict(),
            "{}: holds no state dict but another object; save model.state_dict() instead", heap_.path());
    const auto& items = heap_.items(save_.object);
    require(items.size() / 2 <= most_tensors, "{}: has more than {} tensors; is it forged?", heap_.path(),
            most_tensors);
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) add(items[i], items[i + 1]);
    return std::move(checkpoint_);
  }

 private:
  void add(const PickleValue& key, const PickleValue& value) {
    require(key.kind == PickleValue::Kind::Text, "{}: a key of its state dict is no text; it is forged",
            heap_.path());
    const auto name = heap_.text(key);
    require_tensor_name(name, heap_.path());
    require(value.kind == PickleValue::Kind::Tensor,
            "{}: '{}' in its state dict is no tensor; save model.state_dict() alone", heap_.path(), name);
    heap_.spend(2 * sizeof(TensorView) + 2 * name.size());
    const auto& tensor = objects_.tensors()[static_cast<std::size_t>(value.number)];
    checkpoint_.tensors.push_back({std::string(name), objects_.storages()[tensor.storage].dtype, tensor.shape,
                                   bytes(static_cast<std::size_t>(value.number))});
  }

  /// The bytes of a tensor, the same for two names of one.
  std::string_view bytes(std::size_t which) {
    if (done_[which].data() != nullptr) return done_[which];
    const auto& tensor = objects_.tensors()[which];
    const auto width = dtype_bytes(objects_.storages()[tensor.storage].dtype);
    const auto storage = save_.storages[tensor.storage];
    const auto size = *tensor_bytes(objects_.storages()[tensor.storage].dtype, tensor.shape);
    const auto begin = storage.substr(static_cast<std::size_t>(tensor.offset) * width);
    if (lies_in_a_row(tensor.shape, tensor.strides)) return done_[which] = begin.substr(0, size);
    require(size <= left_,
            "{}: its transposed or expanded tensors have more bytes than the whole file; it is forged",
            heap_.path());
    left_ -= size;
    auto& copy = checkpoint_.copies.emplace_back(new char[size]);
    copy_strided(begin, width, tensor.shape, tensor.strides, copy.get());
    return done_[which] = {copy.get(), size};
  }

  const TorchSave& save_;
  const TorchObjects& objects_;
  PickleHeap& heap_;
  std::uint64_t left_;
  std::vector<std::string_view> done_;
  TorchCheckpoint checkpoint_;
};

}  // namespace detail

/// Reads the state dict in `file`, which must outlive the result.
///
/// Throws Error, naming `path`, for everything that is no dictionary from names to dense tensors, and for
/// every rule of the container or the pickle that is broken. Memory: the copies, at most the file's size; and
/// what the pickle is read into, at most the file's size or 16 MiB, whichever is more.
inline TorchCheckpoint read_torch_checkpoint(std::string_view file, const std::string& path) {
  constexpr std::uint64_t least_memory = std::uint64_t{16} << 20;
  detail::PickleHeap heap(file, path, std::max<std::uint64_t>(file.size(), least_memory));
  detail::TorchObjects objects(heap, file.size());
  const bool zip = checkpoint_format(file, path) == CheckpointFormat::TorchZip;
  const auto save =
      zip ? detail::read_torch_zip(file, heap, objects) : detail::read_torch_legacy(file, heap, objects);
  return detail::TorchTensors(save, objects, heap, file.size()).all();
}

}  // namespace mtl
