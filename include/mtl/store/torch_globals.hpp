// The names that a pickled state dict may use. Nothing else is known, and nothing is looked up by name.
// Source: the table of torch._weights_only_unpickler, of which a dictionary of tensors needs this part.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include <mtl/store/dtype.hpp>

namespace mtl::detail {

/// What a name of the table stands for.
enum class TorchGlobal {
  OrderedDict,
  Size,
  Parameter,
  RebuildTensor,
  RebuildTensorV2,
  RebuildParameter,
  Storage
};

struct TorchGlobalRow {
  std::string_view module, name;
  TorchGlobal global;
  Dtype dtype = Dtype::F32;  ///< of the elements of a Storage
};

inline constexpr std::array<TorchGlobalRow, 17> torch_globals{
    {{"collections", "OrderedDict", TorchGlobal::OrderedDict},
     {"torch", "Size", TorchGlobal::Size},
     {"torch.nn.parameter", "Parameter", TorchGlobal::Parameter},
     {"torch._utils", "_rebuild_tensor", TorchGlobal::RebuildTensor},
     {"torch._utils", "_rebuild_tensor_v2", TorchGlobal::RebuildTensorV2},
     {"torch._utils", "_rebuild_parameter", TorchGlobal::RebuildParameter},
     {"torch", "FloatStorage", TorchGlobal::Storage, Dtype::F32},
     {"torch", "DoubleStorage", TorchGlobal::Storage, Dtype::F64},
     {"torch", "HalfStorage", TorchGlobal::Storage, Dtype::F16},
     {"torch", "BFloat16Storage", TorchGlobal::Storage, Dtype::BF16},
     {"torch", "LongStorage", TorchGlobal::Storage, Dtype::I64},
     {"torch", "IntStorage", TorchGlobal::Storage, Dtype::I32},
     {"torch", "ShortStorage", TorchGlobal::Storage, Dtype::I16},
     {"torch", "CharStorage", TorchGlobal::Storage, Dtype::I8},
     {"torch", "ByteStorage", TorchGlobal::Storage, Dtype::U8},
     {"torch", "BoolStorage", TorchGlobal::Storage, Dtype::BOOL},
     {"torch", "ComplexFloatStorage", TorchGlobal::Storage, Dtype::C64}}};

/// The row of a name, if it is in the table.
inline std::optional<std::size_t> find_torch_global(std::string_view module, std::string_view name) {
  const auto found = std::ranges::find_if(
      torch_globals, [&](const TorchGlobalRow& row) { return row.module == module && row.name == name; });
  if (found == torch_globals.end()) return std::nullopt;
  return static_cast<std::size_t>(found - torch_globals.begin());
}

}  // namespace mtl::detail
