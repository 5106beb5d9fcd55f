// What torch.save has put into a file: one object, and the storages that its tensors are parts of.
#pragma once

#include <string_view>
#include <vector>

#include <mtl/store/pickle_heap.hpp>

namespace mtl::detail {

/// The object, and the bytes of every storage of the TorchObjects it was read with, in their order.
struct TorchSave {
  PickleValue object = {};
  std::vector<std::string_view> storages = {};
};

}  // namespace mtl::detail
